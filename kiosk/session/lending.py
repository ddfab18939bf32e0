"""One item's way through a loan: intent, decision, loan, opening, written, read back, done (design, section 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Item, Purpose
from kiosk.model.facts import Decided, ItemOpened, LoanMade, LoanRefused, LoanUndone, UndoneWhy
from kiosk.model.ids import AskId, IntentId, PatronRef, SessionId
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.questions import Answer, AskBorrow, MayBorrow, MayNotBorrow
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.offline import Wish, decide
from kiosk.session import settling, tag_work
from kiosk.session.effects import Ask, Cue, Play
from kiosk.session.state import Borrowing, Row, Stage
from kiosk.session.tag_work import Verdict
from kiosk.session.turn import Turn

LENT = frozenset({Stage.WRITING, Stage.PUT_BACK, Stage.DONE, Stage.DOUBTFUL})


def intend(turn: Turn, visit: Borrowing, row: Row, item: Item) -> Row:
    """Journal the wish, and ask central under the same id."""
    intent = IntentId(turn.new_id())
    row = replace(row, stage=Stage.ASKING, since_s=turn.now_s, item=item, intent=intent, ask=AskId(intent), reasons=())
    turn.journal(_row(RowKind.BORROW_INTENDED, visit, row, afi=row.afi_before))
    turn.order(Ask(AskId(intent), AskBorrow(visit.patron.ref, item.id, row.uid)))
    return row


def answered(turn: Turn, visit: Borrowing, row: Row, answer: Answer) -> tuple[Borrowing, Row]:
    """Central has decided about a row that waits for it."""
    match answer:
        case MayBorrow():
            row = described(turn, row, answer.item)
            if not row.present:
                return visit, abandon(turn, visit, row)
            visit = replace(visit, patron=replace(visit.patron, may_borrow=answer.may_borrow))
            return visit, _lend(turn, visit, replace(row, due=answer.due), Decided.CENTRAL)
        case MayNotBorrow():
            if answer.item is not None:
                row = described(turn, row, answer.item)
            return visit, refuse(turn, visit, row, _with_what_the_tag_says(turn, row, answer.reasons))
        case _:
            return expired(turn, visit, row)


def _with_what_the_tag_says(turn: Turn, row: Row, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """A loan of the patron's own whose tag was never opened is not theirs to take: the gate would stop them."""
    yours = [reason.code for reason in reasons] == [ReasonCode.LENT_TO_YOU]
    if yours and row.afi_before != turn.around.policy.marks.on_loan:
        return (Reason(ReasonCode.LENT_BUT_SECURED),)
    return reasons


def expired(turn: Turn, visit: Borrowing, row: Row) -> tuple[Borrowing, Row]:
    """Central did not answer in time: the kiosk's own limits decide."""
    if not row.present:
        return visit, abandon(turn, visit, row)
    _, _, item = named(visit.session, row)
    ref = visit.patron.ref
    in_this_session = sum(other.stage in LENT and not other.mending for other in visit.rows)
    since_the_copy = sum(lent.patron == ref for lent in turn.around.alone)
    wish = Wish(
        patron=ref,
        item=item.id,
        tag_says_lent=row.afi_before == turn.around.policy.marks.on_loan,
        may_borrow=None if visit.patron.provisional else visit.patron.may_borrow,
        lent_before=max(in_this_session, since_the_copy),
    )
    match decide(turn.alone, wish):
        case Allowed() as allowed:
            visit = replace(visit, patron=replace(visit.patron, may_borrow=allowed.more))
            return visit, _lend(turn, visit, replace(row, due=allowed.due), Decided.OFFLINE)
        case Refused() as refused:
            return visit, refuse(turn, visit, row, refused.reasons)


def refuse(turn: Turn, visit: Borrowing, row: Row, reasons: tuple[Reason, ...]) -> Row:
    """Central, the kiosk or the pad said no before a loan was made. The intent is journalled."""
    session, intent, item = named(visit.session, row)
    codes = tuple(reason.code.value for reason in reasons)
    turn.journal(
        replace(_row(RowKind.BORROW_REFUSED, visit, row), reasons=codes),
        LoanRefused(session, intent, visit.patron.ref, item.id, codes),
    )
    turn.order(Play(Cue.LOOK))
    return replace(row, stage=Stage.REFUSED, since_s=turn.now_s, reasons=reasons)


def refuse_unasked(turn: Turn, visit: Borrowing, row: Row, item: Item, reason: Reason) -> Row:
    """Refused without asking central, but journalled like any other wish: staff find both tags by it."""
    row = replace(row, item=item, intent=IntentId(turn.new_id()))
    turn.journal(_row(RowKind.BORROW_INTENDED, visit, row, afi=row.afi_before))
    return refuse(turn, visit, row, (reason,))


def abandon(turn: Turn, visit: Borrowing, row: Row) -> Row:
    """The item is not there any more and no loan was made: nothing has happened."""
    turn.journal(_row(RowKind.BORROW_ABANDONED, visit, row))
    return replace(row, stage=Stage.UNDONE, since_s=turn.now_s, reasons=(Reason(ReasonCode.TAKEN_AWAY),))


def concluded(turn: Turn, visit: Borrowing, row: Row, verdict: Verdict) -> Row:
    """What the state of the tag means for its loan."""
    match verdict:
        case Verdict.UNDER_WAY:
            return row
        case Verdict.WRITTEN:
            return _done(turn, visit, row)
        case Verdict.LOCKED:
            row = _undo(turn, visit, row, UndoneWhy.TAG_NOT_OPENED)
            return replace(row, stage=Stage.REFUSED, reasons=(Reason(ReasonCode.TAG_LOCKED),))
        case Verdict.UNCHANGED if row.present:
            row = _undo(turn, visit, row, UndoneWhy.TAG_NOT_OPENED)
            return replace(row, stage=Stage.UNDONE, reasons=(Reason(ReasonCode.TAG_LOCKED),))
        case Verdict.UNCHANGED:
            row = _undo(turn, visit, row, UndoneWhy.ITEM_TAKEN_AWAY)
            return replace(row, stage=Stage.UNDONE, reasons=(Reason(ReasonCode.TAKEN_AWAY),))
        case Verdict.UNKNOWN:
            settling.add(turn, (settling.tell(turn, doubt(turn, visit, row)),), writing=False)
            return replace(row, stage=Stage.DOUBTFUL, since_s=turn.now_s)
        case _:
            assert_never(verdict)


def doubt(turn: Turn, visit: Borrowing, row: Row) -> Doubt:
    """The row's intent as an open one: nobody knows how it ends."""
    session, intent, item = named(visit.session, row)
    return Doubt(
        intent=intent,
        session=session,
        purpose=Purpose.BORROW,
        item=item.id,
        uid=row.uid,
        patron=visit.patron.ref,
        loan_made=row.stage in LENT,
        due=row.due,
        since=turn.around.utc,
        afi_before=row.afi_before,
    )


def described(turn: Turn, row: Row, item: Item) -> Row:
    """With what central calls the item; its number stays the one that was asked for."""
    assert row.item is not None, "only a row with an item number asks central"
    item = replace(item, id=row.item.id)
    turn.remember(item)
    return replace(row, item=item)


def named(session: SessionId, row: Row) -> tuple[SessionId, IntentId, Item]:
    """What every fact about a row carries."""
    assert row.intent is not None, "only a row with a journalled intent comes here"
    assert row.item is not None, "an intent names an item"
    return session, row.intent, row.item


def _lend(turn: Turn, visit: Borrowing, row: Row, decided: Decided) -> Row:
    """Decision, loan and opening commit together, and only then the tag is written (decision record 0002)."""
    session, intent, item = named(visit.session, row)
    due = row.due
    assert due is not None, "a loan has a due date"
    row = replace(row, provisional=decided is Decided.OFFLINE or visit.patron.provisional)
    copy = turn.around.copy if decided is Decided.OFFLINE else None
    by_rules = "" if copy is None else copy.version
    made = LoanMade(session, intent, visit.patron.ref, item.id, row.uid, due, decided, row.provisional, by_rules)
    if copy is not None:
        turn.lent_alone(visit.patron.ref)
    turn.journal(replace(_row(RowKind.BORROW_DECIDED, visit, row), note=decided.value))
    turn.journal(_row(RowKind.LOAN_MADE, visit, row), made)
    turn.journal(_row(RowKind.BORROW_OPENING, visit, row, afi=row.afi_before))
    return tag_work.write(turn, row, turn.around.policy.marks.on_loan)


def _done(turn: Turn, visit: Borrowing, row: Row) -> Row:
    session, intent, item = named(visit.session, row)
    on_loan = turn.around.policy.marks.on_loan
    turn.journal(
        _row(RowKind.BORROW_DONE, visit, row, afi=on_loan),
        ItemOpened(session, intent, item.id, row.uid, row.afi_before, on_loan, verified=True),
    )
    turn.order(Play(Cue.DONE))
    return replace(row, stage=Stage.DONE, since_s=turn.now_s, afi=on_loan)


def _undo(turn: Turn, visit: Borrowing, row: Row, why: UndoneWhy) -> Row:
    """The tag is known to be still secured: the item cannot have left as lent."""
    session, intent, item = named(visit.session, row)
    turn.journal(
        replace(_row(RowKind.LOAN_UNDONE, visit, row, afi=row.afi), note=why.value),
        LoanUndone(session, intent, item.id, why),
    )
    turn.order(Play(Cue.LOOK))
    return replace(row, since_s=turn.now_s, due=None)


def _row(kind: RowKind, visit: Borrowing, row: Row, *, afi: int | None = None) -> JournalRow:
    item = None if row.item is None else row.item.id
    patron: PatronRef = visit.patron.ref
    return JournalRow(kind, visit.session, row.intent, item, row.uid, patron, row.due, afi)

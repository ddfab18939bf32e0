"""An item's way to its patron while its door is still shut: intent, decision, loan, opening, written, read back, done,
as at a kiosk (design, section 4). Only then the door is unlocked, so no loan depends on what happens at the door."""

from __future__ import annotations

from dataclasses import replace

from kiosk.doors.locker.state import Loan, LoanStage, Tag, Visit
from kiosk.doors.locker.turn import Turn, left_out, put_in
from kiosk.model.circulation import Purpose
from kiosk.model.facts import Decided, ItemDoubtful, ItemOpened, LoanMade, LoanRefused, LoanUndone, UndoneWhy
from kiosk.model.ids import AskId, ItemId, Uid
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.questions import Answer, AskBorrow, MayBorrow, MayNotBorrow
from kiosk.model.reasons import Reason
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.offline import Alone, Wish, decide
from kiosk.session.settling import TAG_AFTER_WRITE


def intend(turn: Turn, visit: Visit, box: str, uid: Uid, item: ItemId, afi: int | None) -> None:
    """Journal the wish, and ask central under the same id."""
    assert visit.patron is not None, "whoever gets something is known"
    loan = Loan(
        uid, item, box, turn.new_intent(), visit.session, visit.patron, LoanStage.ASKED, turn.now_s, afi_before=afi
    )
    turn.write_down(_row(RowKind.BORROW_INTENDED, loan, afi=afi))
    turn.loan(loan)
    turn.ask(AskBorrow(visit.patron, item, uid), AskId(loan.intent))


def answered(turn: Turn, ask: str, answer: Answer | None) -> None:
    """Central has decided, or has not answered in time."""
    loan = next((one for one in turn.state.loans.values() if one.intent == ask), None)
    if loan is None or loan.stage is not LoanStage.ASKED:
        return
    match answer:
        case MayBorrow():
            _lend(turn, replace(loan, due=answer.due), Decided.CENTRAL)
        case MayNotBorrow():
            _refuse(turn, loan, answer.reasons)
        case _:
            _alone(turn, loan)


def attend(turn: Turn) -> None:
    """Bring every loan whose tag is to be opened a step further."""
    for loan in list(turn.state.loans.values()):
        if loan.stage is LoanStage.OPENING and not loan.is_writing:
            _open(turn, loan)


def _alone(turn: Turn, loan: Loan) -> None:
    state, policy = turn.state, turn.state.policy
    visit = state.visit
    lent = sum(state.lent_alone.values())
    alone = Alone(policy.offline, turn.moment.utc, policy.time_zone, state.copy, policy.needs_copy, lent)
    others = sum(one.patron == loan.patron and one.stage is not LoanStage.ENDED for one in state.loans.values()) - 1
    wish = Wish(
        loan.patron,
        loan.item,
        tag_says_lent=loan.afi_before == policy.marks.on_loan,
        may_borrow=None if visit is None else visit.may_borrow,
        lent_before=max(others, state.lent_alone.get(loan.patron, 0)),
    )
    match decide(alone, wish):
        case Allowed() as allowed:
            before = state.lent_alone.get(loan.patron, 0)
            turn.state = replace(turn.state, lent_alone=put_in(state.lent_alone, loan.patron, before + 1))
            _lend(turn, replace(loan, due=allowed.due), Decided.OFFLINE)
        case Refused() as refused:
            _refuse(turn, loan, refused.reasons)


def _lend(turn: Turn, loan: Loan, decided: Decided) -> None:
    """Decision, loan and opening commit together, and only then the tag is written (decision record 0002)."""
    assert loan.due is not None, "a loan has a due date"
    copy = turn.state.copy if decided is Decided.OFFLINE else None
    provisional = decided is Decided.OFFLINE
    made = LoanMade(
        loan.session,
        loan.intent,
        loan.patron,
        loan.item,
        loan.uid,
        loan.due,
        decided,
        provisional,
        "" if copy is None else copy.version,
    )
    turn.write_down(replace(_row(RowKind.BORROW_DECIDED, loan), note=decided.value))
    turn.write_down(_row(RowKind.LOAN_MADE, loan), made)
    turn.write_down(_row(RowKind.BORROW_OPENING, loan, afi=loan.afi_before))
    turn.loan(replace(loan, stage=LoanStage.OPENING, since_s=turn.now_s, is_writing=True, writes=1))
    turn.write_tag(loan.box, loan.uid, turn.state.policy.marks.on_loan)


def _refuse(turn: Turn, loan: Loan, reasons: tuple[Reason, ...]) -> None:
    codes = tuple(reason.code.value for reason in reasons)
    fact = LoanRefused(loan.session, loan.intent, loan.patron, loan.item, codes)
    turn.write_down(replace(_row(RowKind.BORROW_REFUSED, loan), reasons=codes), fact)
    turn.loan(replace(loan, stage=LoanStage.ENDED))


def _open(turn: Turn, loan: Loan) -> None:
    state, marks = turn.state, turn.state.policy.marks
    box = state.boxes[loan.box]
    tag = box.tags.get(loan.uid)
    afi = None if tag is None else tag.afi
    is_late = turn.now_s >= loan.since_s + state.policy.times.read_s
    if afi == marks.on_loan:
        _done(turn, loan)
    elif afi is not None and (loan.is_locked or loan.writes >= state.policy.tries):
        _undo(turn, loan)
    elif afi is not None:
        turn.write_tag(loan.box, loan.uid, marks.on_loan)
        turn.loan(replace(loan, is_writing=True, writes=loan.writes + 1))
    elif is_late and box.pad_ok:
        _give_up(turn, loan, tag)


def _done(turn: Turn, loan: Loan) -> None:
    marks = turn.state.policy.marks
    opened = ItemOpened(loan.session, loan.intent, loan.item, loan.uid, loan.afi_before, marks.on_loan, verified=True)
    turn.write_down(_row(RowKind.BORROW_DONE, loan, afi=marks.on_loan), opened)
    box = turn.state.boxes[loan.box]
    turn.box(box.keep(replace(box.kept[loan.uid], lent=loan.intent)))
    turn.loan(replace(loan, stage=LoanStage.DONE))


def _undo(turn: Turn, loan: Loan) -> None:
    """The tag is known to be still secured, and the door is shut."""
    why = UndoneWhy.TAG_NOT_OPENED
    row = replace(_row(RowKind.LOAN_UNDONE, loan, afi=loan.afi_before), note=why.value)
    turn.write_down(row, LoanUndone(loan.session, loan.intent, loan.item, why))
    turn.loan(replace(loan, stage=LoanStage.ENDED))
    turn.call_staff(loan.box)


def _give_up(turn: Turn, loan: Loan, tag: Tag | None) -> None:
    """Nobody knows what the tag holds: it is told, and settled when the tag is read again."""
    doubt = Doubt(
        loan.intent,
        loan.session,
        Purpose.BORROW,
        loan.item,
        loan.uid,
        loan.patron,
        loan_made=True,
        due=loan.due,
        since=turn.moment.utc,
        afi_before=loan.afi_before,
        told=True,
    )
    fact = ItemDoubtful(loan.session, loan.intent, loan.item, loan.uid, TAG_AFTER_WRITE, turn.moment.utc)
    turn.write_down(_row(RowKind.DOUBTFUL, loan), fact)
    turn.loan(replace(loan, stage=LoanStage.ENDED))
    turn.state = replace(turn.state, doubts=put_in(turn.state.doubts, doubt.intent, doubt))
    turn.box(replace(turn.state.boxes[loan.box], must_count=True))
    turn.call_staff(loan.box)


def forget(turn: Turn) -> None:
    """The visit is over: its loans are what the journal says of them."""
    for uid, loan in turn.state.loans.items():
        if loan.stage in (LoanStage.DONE, LoanStage.ENDED):
            turn.state = replace(turn.state, loans=left_out(turn.state.loans, uid))


def _row(kind: RowKind, loan: Loan, *, afi: int | None = None) -> JournalRow:
    return JournalRow(kind, loan.session, loan.intent, loan.item, loan.uid, loan.patron, loan.due, afi)

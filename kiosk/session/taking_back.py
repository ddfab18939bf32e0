"""One item's way back: intent, written, read back, the loan's end, done (design, section 4). No rule refuses it."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Item, Purpose
from kiosk.model.facts import Found, ItemDoubtful, ItemReturned
from kiosk.model.ids import AskId, IntentId, PatronRef
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.questions import AskItem
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import settling, tag_work
from kiosk.session.effects import Ask, Cue, Play
from kiosk.session.lending import named
from kiosk.session.state import Returning, Row, Stage
from kiosk.session.tag_work import Verdict
from kiosk.session.turn import Turn


def intend(turn: Turn, visit: Returning, row: Row, item: Item) -> Row:
    """Journal the intent and secure the tag. Central is asked for the title alone, and nothing waits for it."""
    marks = turn.around.policy.marks
    row = replace(
        row,
        item=item,
        intent=IntentId(turn.new_id()),
        ask=AskId(turn.new_id()),
        reasons=(),
        found=Found.LENT if row.afi_before == marks.on_loan else Found.NOT_LENT,
    )
    turn.journal(_row(RowKind.RETURN_INTENDED, visit, row, afi=row.afi_before))
    row = tag_work.write(turn, row, marks.in_stock)
    assert row.ask is not None
    turn.order(Ask(row.ask, AskItem(item.id)))
    return row


def refuse_unwritten(turn: Turn, visit: Returning, row: Row, item: Item, reason: Reason) -> Row:
    """Refused before anything was done to the tag, but journalled: staff find both tags by it."""
    row = replace(row, item=item, intent=IntentId(turn.new_id()))
    turn.journal(_row(RowKind.RETURN_INTENDED, visit, row, afi=row.afi_before))
    turn.journal(replace(_row(RowKind.RETURN_REFUSED, visit, row), reasons=(reason.code.value,)))
    turn.order(Play(Cue.LOOK))
    return replace(row, stage=Stage.REFUSED, since_s=turn.now_s, reasons=(reason,))


def concluded(turn: Turn, visit: Returning, row: Row, verdict: Verdict) -> Row:
    """What the state of the tag means for the return."""
    match verdict:
        case Verdict.UNDER_WAY:
            return row
        case Verdict.WRITTEN:
            return _done(turn, visit, row)
        case Verdict.LOCKED:
            return _refuse(turn, visit, row)
        case Verdict.UNCHANGED if row.present:
            return _refuse(turn, visit, row)
        case Verdict.UNCHANGED:
            turn.journal(_row(RowKind.RETURN_ABANDONED, visit, row, afi=row.afi))
            turn.order(Play(Cue.LOOK))
            return replace(row, stage=Stage.UNDONE, since_s=turn.now_s, reasons=(Reason(ReasonCode.TAKEN_AWAY),))
        case Verdict.UNKNOWN:
            settling.add(turn, (settling.tell(turn, doubt(turn, visit, row)),), writing=False)
            return replace(row, stage=Stage.DOUBTFUL, since_s=turn.now_s)
        case _:
            assert_never(verdict)


def doubt(turn: Turn, visit: Returning, row: Row) -> Doubt:
    """The row's intent as an open one: nobody knows how it ends."""
    session, intent, item = named(visit.session, row)
    return Doubt(
        intent=intent,
        session=session,
        purpose=Purpose.RETURN,
        item=item.id,
        uid=row.uid,
        patron=_patron(visit),
        loan_made=False,
        due=None,
        since=turn.around.utc,
        afi_before=row.afi_before,
    )


def _done(turn: Turn, visit: Returning, row: Row) -> Row:
    """The tag is secured again: the loan, if there was one, ends with this fact."""
    session, intent, item = named(visit.session, row)
    in_stock = turn.around.policy.marks.in_stock
    found = row.found or Found.NOT_LENT
    turn.journal(
        _row(RowKind.RETURN_DONE, visit, row, afi=in_stock),
        ItemReturned(session, intent, item.id, row.uid, found, row.afi_before, in_stock, verified=True),
    )
    turn.order(Play(Cue.DONE))
    return replace(row, stage=Stage.DONE, since_s=turn.now_s, afi=in_stock)


def _refuse(turn: Turn, visit: Returning, row: Row) -> Row:
    """The tag cannot be secured: the desk takes the item, and the loan stands until then."""
    session, intent, item = named(visit.session, row)
    turn.journal(
        replace(_row(RowKind.RETURN_REFUSED, visit, row, afi=row.afi), reasons=(ReasonCode.TAG_LOCKED.value,)),
        ItemDoubtful(session, intent, item.id, row.uid, settling.TAG_NOT_SECURED, turn.around.utc),
    )
    turn.order(Play(Cue.LOOK))
    return replace(row, stage=Stage.REFUSED, since_s=turn.now_s, reasons=(Reason(ReasonCode.TAG_LOCKED),))


def _row(kind: RowKind, visit: Returning, row: Row, *, afi: int | None = None) -> JournalRow:
    item = None if row.item is None else row.item.id
    return JournalRow(kind, visit.session, row.intent, item, row.uid, _patron(visit), None, afi)


def _patron(visit: Returning) -> PatronRef | None:
    return None if visit.patron is None else visit.patron.ref

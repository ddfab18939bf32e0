"""What lies behind a door is counted whenever the door is shut again, and at the start: what is gone was taken, what is
new was laid in, and what was lent and is still there was left. The inventory alone says so, nobody's word."""

from __future__ import annotations

from dataclasses import replace

from kiosk.doors.locker import taking_back
from kiosk.doors.locker.state import BoxState, Kept, LoanStage, Who
from kiosk.doors.locker.turn import Turn, left_out, put_in
from kiosk.model.circulation import Purpose
from kiosk.model.facts import ItemDoubtful, ItemOpened, LoanUndone, StationSettled, UndoneWhy
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.shelf_facts import ShelfChange
from kiosk.session.settling import TAG_AFTER_WRITE
from kiosk.session.turn import Outcome


def attend(turn: Turn) -> None:
    """Count behind every door at which it is due."""
    for box in list(turn.state.boxes.values()):
        if _is_due(turn, box):
            _count(turn, box)
    if not any(box.must_count for box in turn.state.boxes.values()):
        _tell_of_doubts(turn)


def _is_due(turn: Turn, box: BoxState) -> bool:
    state, count_s = turn.state, turn.state.policy.times.count_s
    name = box.box.name
    is_busy = any(one.box == name for one in state.returns.values()) or any(
        one.box == name and one.stage in (LoanStage.ASKED, LoanStage.OPENING) for one in state.loans.values()
    )
    if not (box.must_count and box.is_shut and box.pad_ok) or box.unlocked_s is not None or is_busy:
        return False
    unread = any(tag.read is None for tag in box.tags.values())
    return turn.now_s >= box.changed_s + (2 * count_s if unread else count_s)


def _count(turn: Turn, box: BoxState) -> None:
    box = turn.box(replace(box, must_count=False))
    _settle(turn, box)
    box = turn.state.boxes[box.box.name]
    for kept in list(box.kept.values()):
        if kept.uid not in box.tags:
            box = _gone(turn, box, kept)
        elif kept.lent is not None and kept.uid not in turn.state.returns:
            taking_back.begin(turn, box, kept.uid, kept.item, box.tags[kept.uid].afi)
    for uid, tag in box.tags.items():
        if uid in box.kept or uid in turn.state.returns:
            continue
        if tag.item is None:
            turn.call_staff(box.box.name)
        elif tag.afi == turn.state.policy.marks.in_stock:
            kept = Kept(tag.item, uid)
            turn.changed(box, kept, ShelfChange.LAID_IN)
            box = box.keep(kept)
        else:
            taking_back.begin(turn, box, uid, tag.item, tag.afi)
    turn.box(replace(box, who=Who.NOBODY))


def _gone(turn: Turn, box: BoxState, kept: Kept) -> BoxState:
    is_right = kept.lent is not None or box.who is Who.STAFF
    turn.changed(box, kept, ShelfChange.TAKEN_OUT if is_right else ShelfChange.MISSING)
    if not is_right:
        turn.ring(box)
    return box.without(kept.uid)


def _settle(turn: Turn, box: BoxState) -> None:
    """What a start, or a tag that was not heard, has left open, and lies behind this door."""
    for doubt in list(turn.state.doubts.values()):
        tag = box.tags.get(doubt.uid)
        if doubt.purpose is Purpose.BORROW and not doubt.loan_made:
            _end(turn, doubt, RowKind.BORROW_ABANDONED, Outcome.ABANDONED)
        elif tag is None or tag.item != doubt.item or tag.afi is None:
            continue
        elif doubt.purpose is Purpose.RETURN:
            turn.state = replace(turn.state, doubts=left_out(turn.state.doubts, doubt.intent))
            taking_back.begin(turn, turn.state.boxes[box.box.name], doubt.uid, doubt.item, tag.afi, doubt)
        elif tag.afi == turn.state.policy.marks.on_loan:
            opened = ItemOpened(
                doubt.session, doubt.intent, doubt.item, doubt.uid, doubt.afi_before, tag.afi, verified=True
            )
            turn.write_down(_row(RowKind.BORROW_DONE, doubt, afi=tag.afi), opened)
            _close(turn, doubt, Outcome.OPENED)
            turn.box(turn.state.boxes[box.box.name].keep(Kept(doubt.item, doubt.uid, doubt.intent)))
        else:
            why = UndoneWhy.TAG_NOT_OPENED
            undone = LoanUndone(doubt.session, doubt.intent, doubt.item, why)
            turn.write_down(replace(_row(RowKind.LOAN_UNDONE, doubt, afi=tag.afi), note=why.value), undone)
            _close(turn, doubt, Outcome.UNDONE)


def _end(turn: Turn, doubt: Doubt, kind: RowKind, outcome: Outcome) -> None:
    turn.write_down(_row(kind, doubt))
    _close(turn, doubt, outcome)


def _close(turn: Turn, doubt: Doubt, outcome: Outcome) -> None:
    fact = StationSettled(doubt.session, doubt.intent, doubt.item, outcome.value)
    turn.write_down(_row(RowKind.STATION_SETTLED, doubt), fact)
    turn.state = replace(turn.state, doubts=left_out(turn.state.doubts, doubt.intent))


def _tell_of_doubts(turn: Turn) -> None:
    """Every door was counted, and the item lies behind none: somebody is told."""
    for doubt in list(turn.state.doubts.values()):
        if not doubt.told:
            fact = ItemDoubtful(doubt.session, doubt.intent, doubt.item, doubt.uid, TAG_AFTER_WRITE, doubt.since)
            turn.write_down(_row(RowKind.DOUBTFUL, doubt), fact)
            turn.state = replace(turn.state, doubts=put_in(turn.state.doubts, doubt.intent, replace(doubt, told=True)))


def _row(kind: RowKind, doubt: Doubt, *, afi: int | None = None) -> JournalRow:
    return JournalRow(kind, doubt.session, doubt.intent, doubt.item, doubt.uid, doubt.patron, doubt.due, afi)

"""What was left behind a door, or laid back there, is returned: intent, written in stock, read back, the loan's end
(design, section 4). A tag that cannot be secured hinders no return (decision record 0179)."""

from __future__ import annotations

from dataclasses import replace

from kiosk.doors.locker.state import BoxState, Kept, Return
from kiosk.doors.locker.turn import Turn, put_in
from kiosk.model.circulation import Purpose
from kiosk.model.facts import Found, ItemDoubtful, ItemReturned
from kiosk.model.ids import ItemId, Uid
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.shelf_facts import ShelfChange
from kiosk.session.settling import TAG_AFTER_WRITE, TAG_NOT_SECURED


def begin(turn: Turn, box: BoxState, uid: Uid, item: ItemId, afi: int | None, before: Doubt | None = None) -> None:
    """Journal the intent, or take up one of before a start."""
    if before is not None:
        intent, session, afi = before.intent, before.session, before.afi_before
    else:
        intent, session = turn.new_intent(), box.session
    back = Return(uid, item, box.box.name, intent, session, turn.now_s, afi)
    if before is None:
        turn.write_down(_row(RowKind.RETURN_INTENDED, back, afi=afi))
    turn.taking_back(back)


def attend(turn: Turn) -> None:
    """Bring every return a step further."""
    for back in list(turn.state.returns.values()):
        if not back.is_writing:
            _further(turn, back)


def _further(turn: Turn, back: Return) -> None:
    state, marks = turn.state, turn.state.policy.marks
    box = state.boxes[back.box]
    tag = box.tags.get(back.uid)
    is_late = turn.now_s >= back.since_s + state.policy.times.read_s and box.pad_ok
    if tag is None:
        if is_late:
            _lost(turn, box, back)
    elif tag.afi == marks.in_stock:
        _done(turn, box, back, tag.afi, secured=True)
    elif back.is_locked or back.writes >= state.policy.tries or (is_late and tag.afi is None):
        _done(turn, box, back, tag.afi, secured=False)
    elif tag.afi is not None:
        turn.write_tag(back.box, back.uid, marks.in_stock)
        turn.taking_back(replace(back, is_writing=True, writes=back.writes + 1))


def _done(turn: Turn, box: BoxState, back: Return, afi: int | None, *, secured: bool) -> None:
    if not secured:
        told = ItemDoubtful(back.session, back.intent, back.item, back.uid, TAG_NOT_SECURED, turn.moment.utc)
        turn.write_down(_row(RowKind.DOUBTFUL, back, afi=afi), told)
        turn.call_staff(back.box)
    found = Found.LENT if back.afi_before == turn.state.policy.marks.on_loan else Found.NOT_LENT
    fact = ItemReturned(
        back.session, back.intent, back.item, back.uid, found, back.afi_before, afi, secured, box.box.name
    )
    turn.write_down(_row(RowKind.RETURN_DONE, back, afi=afi), fact)
    kept = Kept(back.item, back.uid)
    if back.uid not in box.kept:
        turn.changed(box, kept, ShelfChange.LAID_IN)
    turn.box(box.keep(kept))
    turn.taken_back(back.uid)


def _lost(turn: Turn, box: BoxState, back: Return) -> None:
    """It is not heard any more behind its shut door: it is counted once more, and the next count says what is true."""
    if back.writes == 0:
        turn.write_down(_row(RowKind.RETURN_ABANDONED, back))
    else:
        fact = ItemDoubtful(back.session, back.intent, back.item, back.uid, TAG_AFTER_WRITE, turn.moment.utc)
        turn.write_down(_row(RowKind.DOUBTFUL, back), fact)
        doubt = Doubt(
            back.intent,
            back.session,
            Purpose.RETURN,
            back.item,
            back.uid,
            None,
            loan_made=False,
            due=None,
            since=turn.moment.utc,
            afi_before=back.afi_before,
            told=True,
        )
        turn.state = replace(turn.state, doubts=put_in(turn.state.doubts, doubt.intent, doubt))
        turn.call_staff(back.box)
    turn.taken_back(back.uid)
    turn.box(replace(box, must_count=True).now(turn.now_s))


def _row(kind: RowKind, back: Return, *, afi: int | None = None) -> JournalRow:
    return JournalRow(kind, back.session, back.intent, back.item, back.uid, afi=afi, note=back.box)

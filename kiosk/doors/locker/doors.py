"""Doors: unlocked for somebody, opened, shut again; left open, not opened, forced."""

from __future__ import annotations

from dataclasses import replace

from kiosk.doors.locker.state import NOBODY, BoxState, Who
from kiosk.doors.locker.turn import Turn
from kiosk.model.ids import SessionId
from kiosk.model.journal import JournalRow, RowKind

TRIES = 2
"""How often a lock is opened for a door that does not open."""


def unlock(turn: Turn, name: str, who: Who, session: SessionId) -> None:
    """Open the lock for a while; from now on what lies behind the door is counted anew."""
    box = turn.state.boxes[name]
    for_s = turn.state.policy.times.unlock_s
    turn.put(box.box.lock, True, for_s)
    turn.box(replace(box, unlocked_s=turn.now_s, tries=1, who=who, session=session, must_count=True).now(turn.now_s))


def told(turn: Turn, box: BoxState, *, is_shut: bool) -> None:
    """The switch of a door. What it said before a board was away is not known; nobody opened the door by that."""
    before = box.is_shut
    box = replace(box, is_shut=is_shut).now(turn.now_s)
    if not is_shut and before is not False:
        forced = box.unlocked_s is None
        if forced:
            box = replace(box, who=Who.NOBODY, session=NOBODY)
        box = replace(box, opened_s=turn.now_s, unlocked_s=None, must_count=True)
        turn.put(box.box.lock, False)
        _row(turn, RowKind.DOOR_OPENED, box, ("forced",) if forced else ())
        if forced:
            box = replace(box, rings=True)
            turn.ring(box)
    elif is_shut and before is False:
        if box.rings:
            turn.put(turn.state.policy.alarm, False)
        box = replace(box, opened_s=None, rings=False)
        _row(turn, RowKind.DOOR_CLOSED, box)
    turn.box(box)


def attend(turn: Turn) -> None:
    """What time brings to a door."""
    times = turn.state.policy.times
    for box in list(turn.state.boxes.values()):
        if box.unlocked_s is not None and turn.now_s >= box.unlocked_s + times.unlock_s:
            _not_opened(turn, box)
        elif box.opened_s is not None and not box.rings and turn.now_s >= box.opened_s + times.open_s:
            turn.ring(box)
            turn.box(replace(box, rings=True))


def _not_opened(turn: Turn, box: BoxState) -> None:
    """Nobody has pulled at it, or the lock does not open."""
    if box.tries < TRIES:
        turn.put(box.box.lock, True, turn.state.policy.times.unlock_s)
        turn.box(replace(box, unlocked_s=turn.now_s, tries=box.tries + 1))
        return
    turn.put(box.box.lock, False)
    turn.box(replace(box, unlocked_s=None).now(turn.now_s))
    turn.call_staff(box.box.name)


def _row(turn: Turn, kind: RowKind, box: BoxState, reasons: tuple[str, ...] = ()) -> None:
    if turn.state.storage_ok:
        turn.write_down(JournalRow(kind, box.session or None, reasons=reasons, note=box.box.name))

"""The one function that changes a locker's state. First what has happened is noted, then what follows is decided from
the state alone. Pure."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import assert_never

from kiosk.doors.happenings import AtPad, BoardChanged, DoorEffect, Happening, InputTold, PadChanged, TagHappening
from kiosk.doors.locker import counting, doors, lending, taking_back, visiting
from kiosk.doors.locker.state import BoxState, LockerState, Tag
from kiosk.doors.locker.turn import Turn, left_out, put_in
from kiosk.model.ids import Uid
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardNotRead,
    CardPresented,
    CopyChanged,
    LinkChanged,
    Moment,
    StorageFailed,
    StorageRecovered,
    TagGone,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    WriteTrouble,
)

BEAT_S = 0.25
RESTING_S = 1.0


def step(state: LockerState, event: Happening, moment: Moment) -> tuple[LockerState, list[DoorEffect]]:
    """What becomes of the state, and what is to be done: rows first, which commit together, then the rest."""
    turn = Turn(replace(state, now_s=moment.mono_s), moment)
    _note(turn, event)
    if turn.state.works:
        taking_back.attend(turn)
        lending.attend(turn)
        doors.attend(turn)
        visiting.attend(turn)
        counting.attend(turn)
    return turn.state, [*turn.journal, *turn.orders]


def due_s(state: LockerState) -> float:
    """When `TimePassed` is next wanted."""
    busy = state.visit or state.loans or state.returns
    open_ = any(box.must_count or box.unlocked_s is not None for box in state.boxes.values())
    return state.now_s + (BEAT_S if busy or open_ else RESTING_S)


def _note(turn: Turn, event: Happening) -> None:
    state = turn.state
    match event:
        case InputTold():
            for box in state.boxes.values():
                if box.box.shut == event.input:
                    doors.told(turn, box, is_shut=event.on)
        case BoardChanged(ok):
            turn.state = replace(state, board_ok=ok)
        case PadChanged(pad, ok):
            box = replace(state.boxes[pad], pad_ok=ok, must_count=True).now(turn.now_s)
            turn.box(box if ok else replace(box, tags=MappingProxyType({})))
            _afresh(turn, pad)
        case AtPad(pad, told):
            _tag(turn, state.boxes[pad], told)
        case CardPresented():
            if state.storage_ok:
                visiting.card(turn, event.token)
        case Answered():
            if state.storage_ok:
                visiting.answered(turn, event.ask, event.answer)
                lending.answered(turn, event.ask, event.answer)
        case AskExpired():
            if state.storage_ok:
                visiting.answered(turn, event.ask, None)
                lending.answered(turn, event.ask, None)
        case CopyChanged():
            turn.state = replace(state, copy=event.copy, lent_alone=MappingProxyType({}))
        case StorageFailed():
            turn.state = replace(state, storage_ok=False, visit=None)
        case StorageRecovered():
            turn.state = replace(state, storage_ok=True)
            for name in state.boxes:
                _afresh(turn, name)
        case LinkChanged() | CardLifted() | CardNotRead() | TimePassed():
            pass
        case _:
            assert_never(event)


def _afresh(turn: Turn, pad: str) -> None:
    """What a pad was doing is not known any more; its tags are read once more."""
    for loan in list(turn.state.loans.values()):
        if loan.box == pad:
            turn.loan(replace(loan, is_writing=False, since_s=turn.now_s))
    for back in list(turn.state.returns.values()):
        if back.box == pad:
            turn.taking_back(replace(back, is_writing=False, since_s=turn.now_s))
    for uid in turn.state.boxes[pad].tags:
        turn.read_tag(pad, uid)


def _tag(turn: Turn, box: BoxState, event: TagHappening) -> None:
    known = box.tags.get(event.uid)
    since_s = turn.now_s if known is None else known.since_s
    match event:
        case TagSeen():
            turn.box(replace(box, tags=put_in(box.tags, event.uid, known or Tag(since_s))).now(turn.now_s))
        case TagRead():
            turn.box(replace(box, tags=put_in(box.tags, event.uid, Tag(since_s, event))).now(turn.now_s))
        case TagGone():
            is_known = event.uid in box.kept and box.is_shut is True
            box = replace(box, tags=left_out(box.tags, event.uid), must_count=box.must_count or is_known)
            turn.box(box.now(turn.now_s))
        case TagWritten():
            _written(turn, box, event.uid, event.afi)
        case TagNotWritten():
            _written(turn, box, event.uid, event.afi, is_locked=event.why is WriteTrouble.LOCKED)
        case _:
            assert_never(event)


def _written(turn: Turn, box: BoxState, uid: Uid, afi: int | None, *, is_locked: bool = False) -> None:
    tag = box.tags.get(uid)
    if tag is not None and tag.read is not None and not (is_locked and afi is None):
        tag = replace(tag, read=replace(tag.read, afi=afi))
        turn.box(replace(box, tags=put_in(box.tags, uid, tag)))
        if afi is None:
            turn.read_tag(box.box.name, uid)
    loan, back = turn.state.loans.get(uid), turn.state.returns.get(uid)
    if loan is not None:
        turn.loan(replace(loan, is_writing=False, is_locked=loan.is_locked or is_locked))
    if back is not None:
        turn.taking_back(replace(back, is_writing=False, is_locked=back.is_locked or is_locked))

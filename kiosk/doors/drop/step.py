"""The one function that changes a book-drop's state. First what has happened is noted, then what follows is decided
from the state alone: so no order in which things happen needs a case of its own. Pure."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import assert_never

from kiosk.doors.drop import offering, releasing, taking_in
from kiosk.doors.drop.state import DropState, Light, Tag
from kiosk.doors.drop.turn import Turn
from kiosk.doors.happenings import AtPad, BoardChanged, DoorEffect, Happening, InputTold, PadChanged, TagHappening
from kiosk.model.ids import Uid
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.questions import SortTold
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
"""How often time is looked at while something is under way."""
RESTING_S = 1.0


def step(state: DropState, event: Happening, moment: Moment) -> tuple[DropState, list[DoorEffect]]:
    """What becomes of the state, and what is to be done: rows first, which commit together, then the rest."""
    turn = Turn(replace(state, now_s=moment.mono_s), moment)
    _note(turn, event)
    if turn.state.storage_ok:
        _decide(turn)
    else:
        turn.flap(False)
    _light(turn)
    return turn.state, [*turn.journal, *turn.orders]


def due_s(state: DropState) -> float:
    """When `TimePassed` is next wanted."""
    busy = state.slips or state.tags or state.front or state.doubts or state.release or state.lies or state.jammed
    return state.now_s + (BEAT_S if busy else RESTING_S)


def _decide(turn: Turn) -> None:
    if not turn.state.works:
        turn.flap(False)
        return
    offering.attend(turn)
    taking_in.attend(turn)
    releasing.attend(turn)


def _note(turn: Turn, event: Happening) -> None:
    state = turn.state
    match event:
        case InputTold():
            _input(turn, event)
        case BoardChanged(ok):
            turn.state = replace(state, board_ok=ok, inputs=MappingProxyType({}), lies_since_s=None, empty_since_s=None)
        case PadChanged(pad, ok) if pad == state.policy.front:
            turn.state = replace(state, front_ok=ok, front=state.front if ok else MappingProxyType({}))
        case PadChanged(_, ok):
            tags = state.tags if ok else MappingProxyType({})
            empty_since_s = turn.now_s if state.lies is False else None
            turn.state = replace(state, pad_ok=ok, tags=tags, empty_since_s=empty_since_s)
            _afresh(turn)
        case AtPad(pad, told) if pad == state.policy.front:
            _before_the_flap(turn, told)
        case AtPad(_, told):
            _tag(turn, told)
        case Answered():
            if isinstance(event.answer, SortTold):
                _sorted(turn, event.ask, event.answer)
        case AskExpired():
            _sorted(turn, event.ask, None)
        case LinkChanged():
            turn.state = replace(state, online=event.online)
        case CopyChanged():
            turn.state = replace(state, copy=event.copy)
        case StorageFailed():
            turn.state = replace(state, storage_ok=False)
        case StorageRecovered():
            turn.state = replace(state, storage_ok=True)
            _afresh(turn)
        case CardPresented() | CardLifted() | CardNotRead() | TimePassed():
            pass
        case _:
            assert_never(event)


def _afresh(turn: Turn) -> None:
    """What was waited for begins anew: while a part was away, no time of a patron's has passed."""
    for slip in list(turn.state.slips.values()):
        turn.keep(replace(slip, since_s=turn.now_s, is_writing=False))
    for uid in turn.state.tags:
        turn.read_tag(uid)


def _input(turn: Turn, event: InputTold) -> None:
    state = turn.state
    before = state.inputs.get(event.input)
    state = replace(state, inputs=MappingProxyType({**state.inputs, event.input: event.on}))
    if event.input == state.policy.fallen:
        since = turn.now_s
        state = replace(state, lies_since_s=since if event.on else None, empty_since_s=None if event.on else since)
    if event.input == state.policy.closed and event.on:
        state = replace(state, shut_since_s=turn.now_s)
    for one in state.policy.bins:
        if one.away and one.away == event.input and before is True and not event.on and state.storage_ok:
            state = replace(state, counts=MappingProxyType({**state.counts, one.name: 0}))
            turn.write_down(JournalRow(RowKind.BIN_EMPTIED, note=one.name))
    turn.state = state


def _before_the_flap(turn: Turn, event: TagHappening) -> None:
    state = turn.state
    match event:
        case TagGone():
            front = {uid: tag for uid, tag in state.front.items() if uid != event.uid}
            turn.state = replace(state, front=MappingProxyType(front), let_be=state.let_be - {event.uid})
        case TagSeen() | TagRead():
            known = state.front.get(event.uid) or Tag(turn.now_s)
            tag = Tag(known.since_s, event) if isinstance(event, TagRead) else known
            turn.state = replace(state, front=MappingProxyType({**state.front, event.uid: tag}))
        case TagWritten() | TagNotWritten():
            pass  # nothing is written there


def _tag(turn: Turn, event: TagHappening) -> None:
    state = turn.state
    known = state.tags.get(event.uid)
    since_s = turn.now_s if known is None else known.since_s
    match event:
        case TagSeen():
            turn.state = _with_tag(state, event.uid, known or Tag(since_s))
        case TagRead():
            turn.state = _with_tag(state, event.uid, Tag(since_s, event))
        case TagGone():
            tags = {uid: tag for uid, tag in state.tags.items() if uid != event.uid}
            turn.state = replace(state, tags=MappingProxyType(tags))
        case TagWritten():
            _written(turn, event.uid, event.afi)
        case TagNotWritten():
            _written(turn, event.uid, event.afi, is_locked=event.why is WriteTrouble.LOCKED)
        case _:
            assert_never(event)


def _written(turn: Turn, uid: Uid, afi: int | None, *, is_locked: bool = False) -> None:
    tag, slip = turn.state.tags.get(uid), turn.state.slips.get(uid)
    if tag is not None and tag.read is not None and not (is_locked and afi is None):
        turn.state = _with_tag(turn.state, uid, replace(tag, read=replace(tag.read, afi=afi)))
        if afi is None:
            turn.read_tag(uid)
    if slip is not None:
        turn.keep(replace(slip, is_writing=False, is_locked=slip.is_locked or is_locked))


def _with_tag(state: DropState, uid: Uid, tag: Tag) -> DropState:
    return replace(state, tags=MappingProxyType({**state.tags, uid: tag}))


def _sorted(turn: Turn, ask: str, told: SortTold | None) -> None:
    for slip in turn.state.slips.values():
        if slip.ask == ask:
            turn.keep(replace(slip, ask=None, sort=told if told is not None else turn.alone(slip)))
            return


def _light(turn: Turn) -> None:
    """Lamps follow the state."""
    state, policy = turn.state, turn.state.policy
    light = _wanted(state)
    if light is state.light:
        return
    for one, output in (
        (Light.READY, policy.ready_lamp),
        (Light.REFUSED, policy.refused_lamp),
        (Light.OUT, policy.out_lamp),
    ):
        if one in (light, state.light):
            turn.put(output, one is light)
    turn.state = replace(state, light=light)


def _wanted(state: DropState) -> Light:
    if not state.works or state.jammed or len(state.full) == len(state.policy.bins):
        return Light.OUT
    if state.flap_open:
        return Light.READY
    refused = any(uid in state.let_be for uid in state.front) or len(state.front) > 1
    return Light.REFUSED if refused and not state.lies else Light.NONE

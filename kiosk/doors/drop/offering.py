"""Before the flap: it opens for one item of the library, and for nothing else. Nothing is done to a tag here."""

from __future__ import annotations

from dataclasses import replace

from kiosk.doors.drop.state import DropState, Slip, Stage, Tag
from kiosk.doors.drop.turn import Turn
from kiosk.model.journal import RowKind
from kiosk.session.events import TagKind

STILL_S = 0.5
"""Sensors of one moment are told one after the other, and a flap swings: so long neither may change."""


def attend(turn: Turn) -> None:
    """Open the flap, close it, or see an item go in or be taken back."""
    state = turn.state
    offered = next((slip for slip in state.slips.values() if slip.stage is Stage.OFFERED), None)
    if offered is not None:
        _offered(turn, offered)
    elif _is_free(state):
        _look(turn)
    else:
        turn.flap(False)


def _is_free(state: DropState) -> bool:
    return (
        not state.slips
        and state.lies is False
        and state.release is None
        and not state.jammed
        and len(state.full) < len(state.policy.bins)
    )


def _look(turn: Turn) -> None:
    """Somebody holds something before the flap, or nobody does."""
    state = turn.state
    for uid, tag in state.tags.items():
        if tag.read is not None and not is_ours(tag):
            turn.let_be(uid)
    if len(state.tags) != 1:
        turn.flap(False)
        return
    (uid, tag), *_ = state.tags.items()
    if uid in turn.state.let_be or not is_ours(tag):
        turn.flap(False)
        return
    turn.begin(uid, Stage.OFFERED)
    turn.flap(True)


def _offered(turn: Turn, slip: Slip) -> None:
    state, times = turn.state, turn.state.policy.times
    if state.lies:
        turn.flap(False)
        if state.is_shut and turn.now_s >= max(state.lies_since_s or 0.0, state.shut_since_s) + STILL_S:
            turn.keep(replace(slip, stage=Stage.SECURING, since_s=turn.now_s, gone_s=None))
        return
    if slip.uid not in state.tags:
        turn.flap(False)
        gone_s = turn.now_s if slip.gone_s is None else slip.gone_s
        turn.keep(replace(slip, gone_s=gone_s))
        if turn.now_s >= gone_s + times.gone_s and state.is_shut:
            abandon(turn, slip, "taken back")
        return
    slip = turn.keep(replace(slip, gone_s=None))
    if turn.now_s >= slip.since_s + times.offer_s and state.is_shut:
        turn.let_be(slip.uid)
        abandon(turn, slip, "not pushed in")
        turn.flap(False)
        return
    turn.flap(len(state.tags) == 1)


def abandon(turn: Turn, slip: Slip, why: str) -> None:
    """Nothing had been done to it."""
    turn.write_down(turn.row(RowKind.RETURN_ABANDONED, slip, note=why))
    turn.drop(slip.uid)


def is_ours(tag: Tag) -> bool:
    """An item of this library with a number that can be read."""
    return tag.read is not None and tag.read.kind is TagKind.LIBRARY and tag.read.item is not None

"""Before the flap: it opens for one item of the library, and for nothing else. Nothing is done to a tag here, and
nothing is written down: what is taken back again was never offered."""

from __future__ import annotations

from dataclasses import replace

from kiosk.doors.drop.state import DropState, Offer, Tag
from kiosk.doors.drop.turn import Turn
from kiosk.session.events import TagKind


def attend(turn: Turn) -> None:
    """Open the flap, or close it."""
    state = turn.state
    uid = next(iter(state.front), None)
    for strange, tag in state.front.items():
        if tag.read is not None and not is_ours(tag):
            turn.let_be(strange)
    if not _is_free(state) or len(state.front) != 1 or uid is None:
        _close(turn)
        return
    if uid in turn.state.let_be or not is_ours(state.front[uid]):
        _close(turn)
        return
    offer = state.offer
    if offer is None or offer.uid != uid:
        turn.state = replace(turn.state, offer=Offer(uid, turn.now_s))
        turn.flap(True)
    elif turn.now_s >= offer.since_s + state.policy.times.offer_s:
        turn.let_be(uid)
        _close(turn)


def _close(turn: Turn) -> None:
    turn.flap(False)
    turn.state = replace(turn.state, offer=None)


def _is_free(state: DropState) -> bool:
    return (
        state.front_ok
        and not state.slips
        and state.lies is False
        and state.release is None
        and not state.jammed
        and len(state.full) < len(state.policy.bins)
    )


def is_ours(tag: Tag) -> bool:
    """An item of this library with a number that can be read."""
    return tag.read is not None and tag.read.kind is TagKind.LIBRARY and tag.read.item is not None

"""Out of the tray, into a bin: only what is returned, or what nobody can read."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from kiosk.doors.drop.policy import bin_for
from kiosk.doors.drop.state import DropState, Release, Stage
from kiosk.doors.drop.turn import Turn
from kiosk.model.facts import ItemDoubtful
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.questions import Destination, SortTold
from kiosk.session.settling import TAG_NOT_SECURED

MOST_TRIES = 3
"""How often the tray is opened for what does not fall."""


def attend(turn: Turn) -> None:
    """Open the tray, see it empty, or call staff to a jam."""
    state = turn.state
    if state.release is not None:
        _under_way(turn, state.release)
    elif state.lies and state.is_shut and not state.jammed and _is_ready(state):
        _open(turn)
    elif state.jammed and state.lies is False:
        _emptied(turn, "")


def _is_ready(state: DropState) -> bool:
    """All that is in the tray is done; of what is not read, time is over."""
    if any(slip.stage is not Stage.DONE for slip in state.slips.values()):
        return False
    times = state.policy.times
    unread = any(uid not in state.slips for uid in state.tags) or not state.slips
    lies_s = state.now_s - (state.now_s if state.lies_since_s is None else state.lies_since_s)
    return not unread or lies_s >= 2 * times.read_s


def _open(turn: Turn) -> None:
    """Towards the bin of what lies there; different ones together, and what was not read, towards that for staff."""
    state = turn.state
    bins = {slip.bin for slip in state.slips.values()}
    strangers = any(uid not in state.slips for uid in state.tags)
    if len(bins) == 1 and not strangers:
        (name,) = bins
    else:
        chosen = bin_for(state.policy.bins, state.full, SortTold(Destination.STAFF))
        name = "" if chosen is None else chosen.name
    if not state.slips:
        _tell_of_doubts(turn)
        turn.call_staff()
    _let_go(turn, Release(name, turn.now_s))


def _tell_of_doubts(turn: Turn) -> None:
    """What lies there unread may be what a start has left open."""
    for doubt in list(turn.state.doubts.values()):
        if not doubt.told:
            fact = ItemDoubtful(doubt.session, doubt.intent, doubt.item, doubt.uid, TAG_NOT_SECURED, doubt.since)
            row = JournalRow(RowKind.DOUBTFUL, doubt.session, doubt.intent, doubt.item, doubt.uid)
            turn.write_down(row, fact)
            turn.doubt(replace(doubt, told=True))


def _let_go(turn: Turn, release: Release) -> None:
    policy = turn.state.policy
    output = next((one.output for one in policy.bins if one.name == release.bin), "")
    turn.put(output, True, policy.times.jam_s)
    turn.put(policy.tray, True, policy.times.release_s)
    turn.state = replace(turn.state, release=release)


def _under_way(turn: Turn, release: Release) -> None:
    state, times = turn.state, turn.state.policy.times
    if state.lies is False:
        _emptied(turn, release.bin)
        return
    if turn.now_s < release.since_s + times.jam_s:
        return
    if release.tries < MOST_TRIES:
        _let_go(turn, Release(release.bin, turn.now_s, release.tries + 1))
        return
    turn.state = replace(state, release=None, jammed=True)
    turn.call_staff()


def _emptied(turn: Turn, bin_name: str) -> None:
    """The tray is empty. `bin_name` is empty where a hand has cleared a jam."""
    state = turn.state
    fallen = [slip for slip in state.slips.values() if slip.stage is Stage.DONE]
    for slip in fallen:
        turn.write_down(turn.row(RowKind.DROP_RELEASED, slip, note=bin_name))
    if not state.slips:
        turn.write_down(JournalRow(RowKind.DROP_RELEASED, note=bin_name))
    fell = max(1, len(fallen)) if bin_name else 0
    output = next((one.output for one in state.policy.bins if one.name == bin_name), "")
    turn.put(output, False)
    counts = {**state.counts, bin_name: state.counts.get(bin_name, 0) + fell} if bin_name else state.counts
    slips = {uid: slip for uid, slip in state.slips.items() if slip.stage is not Stage.DONE}
    turn.state = replace(
        turn.state,
        release=None,
        jammed=False,
        counts=MappingProxyType(dict(counts)),
        slips=MappingProxyType(slips),
    )

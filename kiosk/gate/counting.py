"""People through an aisle, by quarter hours, from counters that roll over, are reset and jump. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from kiosk.gate.effects import GateEffect, TellCount
from kiosk.gate.events import CountersTold
from kiosk.gate.state import GateState, Tally
from kiosk.model.gate_facts import PeopleCounted
from kiosk.model.ids import IntentId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment

QUARTER = timedelta(minutes=15)
RESET, ROLLED_OVER, JUMPED = "reset", "rolled-over", "jumped"
AT_ONCE = 20
"""People that may have gone through however short the time between two readings was."""

Step = tuple[GateState, list[GateEffect]]


def difference(before: int, now: int, bits: int, most: int) -> tuple[int, str | None]:
    """People between two readings of one counter of `bits` bits, never less than none, and what is to be noted.

    At most `most` are believed. A fall is the counter's end (it went round) where that gives a believable number;
    otherwise somebody has reset it, and what it shows now has come since.
    """
    if now >= before:
        return (now - before, None) if now - before <= most else (0, JUMPED)
    round_ = now + (1 << bits) - before
    if 0 <= round_ <= most:
        return round_, ROLLED_OVER
    return (now, RESET) if now <= most else (0, RESET)


def quarter_of(at: datetime) -> datetime:
    """The beginning of its quarter hour, UTC."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def counters_told(state: GateState, event: CountersTold, moment: Moment) -> Step:
    """Add what has come since the last reading. The first one only says where the counters stand."""
    state, effects = time_passed(state, moment)
    tally = state.tallies.get(event.gate, Tally(quarter_of(moment.utc), told_s=moment.mono_s))
    if tally.counters is not None:
        most = AT_ONCE + int(max(0.0, moment.mono_s - tally.told_s) * state.policy.most_a_minute / 60)
        entered, first = difference(tally.counters[0], event.entered, event.bits, most)
        left, second = difference(tally.counters[1], event.left, event.bits, most)
        fresh = tuple(note for note in dict.fromkeys((first, second)) if note and note not in tally.notes)
        tally = replace(tally, entered=tally.entered + entered, left=tally.left + left, notes=tally.notes + fresh)
    tally = replace(tally, counters=(event.entered, event.left), told_s=moment.mono_s)
    return _with_tally(state, event.gate, tally), effects


def time_passed(state: GateState, moment: Moment) -> Step:
    """End the quarter hours that are over."""
    effects: list[GateEffect] = []
    begins = quarter_of(moment.utc)
    for gate, tally in state.tallies.items():
        if tally.begins != begins:
            state, more = _ended(state, gate, tally, begins, moment)
            effects += more
    return state, effects


def stopping(state: GateState, moment: Moment) -> Step:
    """Write down what the running quarter hour has brought so far."""
    effects: list[GateEffect] = []
    for gate, tally in state.tallies.items():
        state, more = _ended(state, gate, tally, tally.begins, moment)
        effects += more
    return state, effects


def kept(note: str) -> tuple[int, int] | None:
    """The counters that a journal row of this module has noted; None where it has none."""
    words = note.split()
    if len(words) == 4 and words[1] == "counters" and words[2].isdecimal() and words[3].isdecimal():
        return int(words[2]), int(words[3])
    return None


def _ended(state: GateState, gate: str, tally: Tally, begins: datetime, moment: Moment) -> Step:
    """Tell a piece of time, if anything happened in it, and begin the next."""
    fresh = replace(tally, begins=begins, entered=0, left=0, notes=())
    if not (tally.entered or tally.left or tally.notes):
        return _with_tally(state, gate, fresh), []
    name, ids = state.ids.next(moment.utc)
    ends = max(tally.begins, min(tally.begins + QUARTER, moment.utc))  # a clock that was set back ends it at once
    closed = not state.policy.is_open(tally.begins)
    fact = PeopleCounted(
        IntentId(name), gate, tally.begins, ends, tally.entered, tally.left, closed, tuple(tally.notes)
    )
    entered, left = tally.counters or (0, 0)
    note = f"{gate} counters {entered} {left}"
    row = JournalRow(RowKind.PEOPLE_COUNTED, intent=fact.intent, reasons=fact.notes, note=note)
    return _with_tally(replace(state, ids=ids), gate, fresh), [Journal(row, fact), TellCount(fact)]


def _with_tally(state: GateState, gate: str, tally: Tally) -> GateState:
    return replace(state, tallies=MappingProxyType({**state.tallies, gate: tally}))

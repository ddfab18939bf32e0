"""Whether each gate is watched: every interval in which nobody watched is written down, however it ended. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from kiosk.gate.effects import GateEffect, Occasion, Signal
from kiosk.gate.events import LastWatch, NotKnown, RecordsDropped, WatchKept, WatchLost
from kiosk.gate.state import GateState, Watch
from kiosk.model.gate_facts import GateWatched, WatchState
from kiosk.model.ids import IntentId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment

STOPPED = "the controller was stopped"
NOT_RUNNING = "the controller was not running"
STOOD_STILL = "the controller stood still"
ROWS_LOST = "the disk was full for so long that what happened is not known"
CUTS = {STOPPED: "stopped", NOT_RUNNING: "not-running", STOOD_STILL: "stood-still", ROWS_LOST: "rows-lost"}
"""What these are called in catalogues; causes that a driver tells begin with the code of its fault."""

Step = tuple[GateState, list[GateEffect]]


def started(state: GateState, lasts: tuple[LastWatch, ...]) -> GateState:
    """At the start no gate is heard yet, since the journal's last word of it."""
    watches = {last.gate: Watch(False, last.since, last.why) for last in lasts}
    return replace(state, watches=MappingProxyType(watches))


def lost(state: GateState, event: WatchLost, moment: Moment) -> Step:
    """A gate is silent from now on; said once, and a later reason does not move its beginning."""
    watch = state.watches.get(event.gate)
    if watch is not None and not watch.heard:
        return _with_watch(state, event.gate, replace(watch, why=event.why)), []
    watch = Watch(False, moment.utc, event.why, moment.mono_s)
    state, row = _told(state, event.gate, WatchState.LOST, watch, None)
    return _with_watch(state, event.gate, watch), [Signal(Occasion.UNWATCHED, event.gate), row]


def kept(state: GateState, event: WatchKept, moment: Moment) -> Step:
    """A gate is heard: whatever was before has ended."""
    watch = state.watches.get(event.gate)
    if watch is not None and watch.heard:
        return state, []
    heard = Watch(True, moment.utc)
    if watch is None:
        return _with_watch(state, event.gate, heard), []
    state, row = _told(state, event.gate, WatchState.BACK, watch, _end(watch, moment))
    return _with_watch(state, event.gate, heard), [row]


def dropped(state: GateState, event: RecordsDropped, moment: Moment) -> Step:
    """The gate itself forgot something: an interval that began and ended before it was told."""
    watch = Watch(False, moment.utc, event.why)
    state, row = _told(state, event.gate, WatchState.BACK, watch, moment.utc)
    return state, [row]


def not_known(state: GateState, event: NotKnown, moment: Moment) -> Step:
    """An interval of every gate, as far as it does not lie in that in which the gate is not heard now."""
    effects: list[GateEffect] = []
    for gate, watch in state.watches.items():
        until = event.until if watch.heard else min(event.until, watch.since)
        if until > event.since:
            state, row = _told(state, gate, WatchState.BACK, Watch(False, event.since, event.why), until)
            effects.append(row)
    return state, effects


def stopping(state: GateState, moment: Moment) -> Step:
    """From now on nobody watches."""
    effects: list[GateEffect] = []
    for gate, watch in state.watches.items():
        if watch.heard:
            over = Watch(False, moment.utc, STOPPED)
            state, row = _told(state, gate, WatchState.LOST, over, None)
            state = _with_watch(state, gate, over)
            effects.append(row)
    return state, effects


def _end(watch: Watch, moment: Moment) -> datetime:
    """When nobody began to watch, and how long that lasted: by the clock that nobody sets, where it is the same run."""
    if watch.since_s is None:
        return max(watch.since, moment.utc)
    return watch.since + timedelta(seconds=moment.mono_s - watch.since_s)


def _told(
    state: GateState, gate: str, became: WatchState, watch: Watch, until: datetime | None
) -> tuple[GateState, Journal]:
    name, ids = state.ids.next(until or watch.since)
    fact = GateWatched(IntentId(name), gate, became, watch.since, until, watch.why)
    row = JournalRow(RowKind.GATE_WATCHED, intent=fact.intent, reasons=(became.value,), note=f"{gate} {watch.why}")
    return replace(state, ids=ids), Journal(row, fact)


def _with_watch(state: GateState, gate: str, watch: Watch) -> GateState:
    return replace(state, watches=MappingProxyType({**state.watches, gate: watch}))

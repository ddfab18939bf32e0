"""The morning's walk: staff carry a test tag through each gate, and what came of it is written down. Pure.

While a gate waits for its walk, the test tag lights and sounds what an alarm does, and is no alarm. At any other time
it is a tag as others are: whoever finds it and carries it out is heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from kiosk.gate.effects import GateEffect, Occasion, Signal
from kiosk.gate.events import CheckAnswered, ChecksBegun, TagSeen
from kiosk.gate.judging import Rings, Verdict
from kiosk.gate.state import Aisle, Check, GateState, Here
from kiosk.model.gate_facts import CheckResult, GateChecked
from kiosk.model.ids import IntentId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment

IN_TIME = timedelta(minutes=30)
"""Whoever begins a walk has made it by then, or it is written down as not finished."""

Step = tuple[GateState, list[GateEffect]]


def begun(state: GateState, event: ChecksBegun, moment: Moment) -> Step:
    """Every gate waits for its walk. One that waited already goes on under the new name."""
    if not state.policy.test_tags:
        return state, []
    checks = dict(state.checks)
    for gate in state.watches:
        name, ids = state.ids.next(moment.utc)
        state = replace(state, ids=ids)
        waiting = checks.get(gate)
        intent = waiting.intent if waiting is not None and waiting.waits else IntentId(name)
        checks[gate] = Check(intent, event.by, moment.utc)
    return replace(state, checks=MappingProxyType(checks)), []


def walked(state: GateState, event: TagSeen, verdict: Verdict, moment: Moment) -> Step | None:
    """A tag at a gate: the check that it ends. None where it is no test tag, or nobody waits for it there."""
    sighting = event.sighting
    check = state.checks.get(sighting.gate)
    if check is None or not check.waits or state.policy.test_tags.isdisjoint((sighting.uid, sighting.item)):
        return None
    result = CheckResult.RANG if isinstance(verdict, Rings) else CheckResult.TAG_OPEN
    state, row = _ended(state, sighting.gate, replace(check, rssi_dbm=sighting.rssi_dbm), result, moment)
    aisle = state.aisles.get(sighting.gate, Aisle())
    here = MappingProxyType({**aisle.here, sighting.name: Here(moment.mono_s, moment.mono_s, check.intent)})
    aisles = MappingProxyType({**state.aisles, sighting.gate: replace(aisle, here=here)})
    signals: list[GateEffect] = [Signal(Occasion.ALARM, sighting.gate)] if result is CheckResult.RANG else []
    return replace(state, aisles=aisles), [*signals, row]


def answered(state: GateState, event: CheckAnswered, moment: Moment) -> Step:
    """Staff say what no gate can tell: that it stayed silent, or that nothing lit or sounded."""
    check = state.checks.get(event.gate)
    fits = check is not None and (
        (event.result is CheckResult.SILENT and check.waits)
        or (event.result is CheckResult.NO_SIGNAL and check.result is CheckResult.RANG)
    )
    if check is None or not fits:
        return state, []
    state, row = _ended(state, event.gate, replace(check, by=event.by), event.result, moment)
    return state, [row]


def time_passed(state: GateState, moment: Moment) -> Step:
    """Write down the walks that nobody made."""
    effects: list[GateEffect] = []
    for gate, check in _waiting(state):
        if not timedelta() <= moment.utc - check.begun_at < IN_TIME:  # a clock that was set ends it, too
            state, row = _ended(state, gate, check, CheckResult.UNFINISHED, moment)
            effects.append(row)
    return state, effects


def stopping(state: GateState, moment: Moment) -> Step:
    """The process ends before the walk."""
    effects: list[GateEffect] = []
    for gate, check in _waiting(state):
        state, row = _ended(state, gate, check, CheckResult.UNFINISHED, moment)
        effects.append(row)
    return state, effects


def disturbed(state: GateState, gate: str) -> GateState:
    """A gate's driver met noise."""
    return replace(state, noises=MappingProxyType({**state.noises, gate: state.noises.get(gate, 0) + 1}))


def _waiting(state: GateState) -> Iterator[tuple[str, Check]]:
    return ((gate, check) for gate, check in state.checks.items() if check.waits)


def _ended(state: GateState, gate: str, check: Check, result: CheckResult, moment: Moment) -> tuple[GateState, Journal]:
    noise = check.noise if check.result is not None else state.noises.get(gate, 0)
    ended = replace(check, result=result, ended_at=moment.utc, noise=noise)
    fact = GateChecked(check.intent, gate, result, check.by, check.rssi_dbm, noise)
    row = JournalRow(RowKind.GATE_CHECKED, intent=check.intent, reasons=(result.value,), note=f"{gate} {check.by}")
    checks = MappingProxyType({**state.checks, gate: ended})
    noises = MappingProxyType({**state.noises, gate: 0})
    return replace(state, checks=checks, noises=noises), Journal(row, fact)

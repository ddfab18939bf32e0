"""From tags to alarms: one person is one alarm, a trolley rings once, and what stays in the field is quiet. Pure."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from kiosk.gate import checking
from kiosk.gate.effects import GateEffect, Hush, Occasion, Signal, TellAlarm
from kiosk.gate.events import AlarmAnswered, TagSeen
from kiosk.gate.judging import Ignored, Passes, Rings, Sighting, judge
from kiosk.gate.state import Aisle, Alarm, GateState, Here, RungItem
from kiosk.model.gate_facts import AlarmState, GateAlarmed, GatePassed
from kiosk.model.ids import IntentId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment

MOST_ITEMS = 200
"""Items that one alarm names; more of a shelf are not worth a row each."""
MOST_ALARMS = 100
"""Alarms that are kept in hand; the oldest that are over go first, they are in the journal."""
MOST_HERE = 2_000
SHELF = 3
"""So many times as long as a person's tag, one of a shelf at the edge of the field may be unheard in between."""
SWEEP_S = 10.0
MOST_RINGS = 2
"""A tag that comes and goes more often is no person's."""
NEXT_STATES = {
    AlarmState.RAISED: frozenset({AlarmState.SEEN, AlarmState.CLEARED, AlarmState.FALSE}),
    AlarmState.SEEN: frozenset({AlarmState.CLEARED, AlarmState.FALSE}),
    AlarmState.CLEARED: frozenset({AlarmState.FALSE}),
    AlarmState.FALSE: frozenset({AlarmState.CLEARED}),
}
"""What may follow; a mistake at the end of an alarm can be put right."""

Step = tuple[GateState, list[GateEffect]]


def tag_seen(state: GateState, event: TagSeen, moment: Moment) -> Step:
    """Judge a tag, unless it is still the same passage."""
    sighting = event.sighting
    verdict = judge(sighting, event.standing, state.policy.marks)
    if (check := checking.walked(state, event, verdict, moment)) is not None:
        return check
    if isinstance(verdict, Ignored):
        count = state.ignored.get(verdict, 0) + 1
        return replace(state, ignored=MappingProxyType({**state.ignored, verdict.value: count})), []
    aisle = state.aisles.get(sighting.gate, Aisle())
    before = aisle.here.get(sighting.name) if sighting.name else None
    if before is not None and (known := _seen_before(state, event, verdict, before, aisle, moment)) is not None:
        return known
    now_s = moment.mono_s
    here = dict(aisle.here)
    while len(here) >= MOST_HERE:
        del here[next(iter(here))]
    here[sighting.name] = Here(now_s, now_s, stamp=sighting.stamp)
    aisle = replace(aisle, here=MappingProxyType(here))
    if isinstance(verdict, Passes):
        return _passed(_with_aisle(state, sighting.gate, aisle), event, verdict, moment)
    return _rang(state, event, verdict, moment, aisle)


def time_passed(state: GateState, moment: Moment) -> GateState:
    """Forget tags that nobody will ask for. Not at the next tag: that one waits for its lamp."""
    for gate, aisle in state.aisles.items():
        if moment.mono_s - aisle.swept_s >= SWEEP_S:
            until_s = moment.mono_s - state.policy.times.again_s * SHELF
            here = {name: one for name, one in aisle.here.items() if one.last_s >= until_s}
            state = _with_aisle(state, gate, replace(aisle, here=MappingProxyType(here), swept_s=moment.mono_s))
    return state


def answered(state: GateState, event: AlarmAnswered, moment: Moment) -> Step:
    """Somebody says what an alarm was. What does not fit its state changes nothing: two guards may touch at once."""
    alarm = state.alarms.get(IntentId(event.alarm))
    if alarm is None or event.state not in NEXT_STATES[alarm.state]:
        return state, []
    changed = replace(alarm, state=event.state, by=event.by, changed_at=moment.utc)
    fact = GateAlarmed(alarm.id, alarm.gate, event.state, by=event.by)
    row = JournalRow(RowKind.GATE_ALARMED, intent=alarm.id, reasons=(event.state.value,), note=event.by)
    if event.state is AlarmState.CLEARED:  # settled with this person: whoever carries it out again rings again
        aisle = state.aisles.get(alarm.gate, Aisle())
        quiet = MappingProxyType({name: one for name, one in aisle.here.items() if one.alarm is None})
        state = _with_aisle(state, alarm.gate, replace(aisle, here=quiet, alarm=None))
    return _with_alarm(state, changed), [Hush(alarm.gate), Journal(row, fact), TellAlarm(changed)]


def _passed(state: GateState, event: TagSeen, verdict: Passes, moment: Moment) -> Step:
    sighting = event.sighting
    passage, ids = state.ids.next(moment.utc)
    fact = GatePassed(
        IntentId(passage), sighting.gate, sighting.item, sighting.uid, sighting.afi, verdict.why, verdict.rule
    )
    row = JournalRow(
        RowKind.GATE_PASSED,
        intent=fact.intent,
        item=fact.item,
        uid=fact.uid,
        afi=fact.afi,
        reasons=(verdict.why.value, verdict.rule.value),
        note=sighting.gate,
    )
    return replace(state, ids=ids, passed=state.passed + 1), [Journal(row, fact)]


def _rang(state: GateState, event: TagSeen, verdict: Rings, moment: Moment, aisle: Aisle) -> Step:
    """A tag that rings: it belongs to the person before it, or is a new alarm."""
    sighting, now_s = event.sighting, moment.mono_s
    rung = RungItem(sighting.item, sighting.uid, verdict.kind, verdict.rule, moment.utc)
    running = None if aisle.alarm is None else state.alarms.get(aisle.alarm)
    together = running is not None and now_s - aisle.added_s <= state.policy.times.together_s
    effects: list[GateEffect] = []
    if running is None or not together or running.late is not sighting.late:
        name, ids = state.ids.next(moment.utc)
        state = replace(state, ids=ids)
        alarm = Alarm(IntentId(name), sighting.gate, moment.utc, (rung,), outward=sighting.outward, late=sighting.late)
        if not sighting.late:
            effects.append(Signal(Occasion.ALARM, sighting.gate))
    elif len(running.items) >= MOST_ITEMS:
        return _with_aisle(state, sighting.gate, _added(aisle, sighting, running, now_s)), []
    else:
        items = (*running.items, rung)
        alarm = replace(running, items=items, lingers=running.lingers or len(items) >= state.policy.times.many)
    effects += [_rung_row(alarm, event, verdict), TellAlarm(alarm)]
    aisle = _added(aisle, sighting, alarm, now_s)
    return _with_alarm(_with_aisle(state, sighting.gate, aisle), alarm), effects


def _seen_before(
    state: GateState, event: TagSeen, verdict: Passes | Rings, before: Here, aisle: Aisle, moment: Moment
) -> Step | None:
    """What becomes of a tag that was here a while ago; None where it is a passage of its own."""
    sighting, now_s = event.sighting, moment.mono_s
    if sighting.late and sighting.stamp and sighting.stamp == before.stamp:
        return state, []  # the same report, told again: our acknowledgement was lost
    is_same = before.alarm is not None or isinstance(verdict, Passes)
    if is_same and now_s - before.last_s <= state.policy.times.away_s:
        return _still_here(state, event, replace(before, last_s=now_s, stamp=sighting.stamp), aisle)
    if isinstance(verdict, Passes) or sighting.late:
        return None
    alarm = _its_alarm(state, before, now_s)
    return None if alarm is None else _back_again(state, event, verdict, before, alarm, moment)


def _its_alarm(state: GateState, before: Here, now_s: float) -> Alarm | None:
    """The alarm that a tag has set off a while ago, while nobody has settled it."""
    alarm = None if before.alarm is None else state.alarms.get(before.alarm)
    if alarm is None or alarm.late:
        return None
    if now_s - before.last_s > state.policy.times.again_s * (SHELF if alarm.lingers else 1):
        return None
    return alarm if alarm.is_open or (alarm.lingers and alarm.state is AlarmState.FALSE) else None


def _back_again(state: GateState, event: TagSeen, verdict: Rings, before: Here, alarm: Alarm, moment: Moment) -> Step:
    """It has gone and come back: once more it rings, for the same alarm; from then on it is a shelf."""
    sighting, now_s = event.sighting, moment.mono_s
    quiet = alarm.lingers or before.rang >= MOST_RINGS
    here = replace(before, last_s=now_s, rang=before.rang + 1, stamp=sighting.stamp)
    aisle = state.aisles.get(sighting.gate, Aisle())
    aisle = replace(aisle, here=MappingProxyType({**aisle.here, sighting.name: here}))
    state = _with_aisle(state, sighting.gate, aisle)
    if not quiet:
        return state, [Signal(Occasion.ALARM, sighting.gate), _rung_row(alarm, event, verdict)]
    if alarm.lingers:
        return state, []
    alarm = replace(alarm, lingers=True)
    return _with_alarm(state, alarm), [TellAlarm(alarm)]


def _added(aisle: Aisle, sighting: Sighting, alarm: Alarm, now_s: float) -> Aisle:
    here = MappingProxyType({**aisle.here, sighting.name: Here(now_s, now_s, alarm.id, 1, sighting.stamp)})
    return replace(aisle, here=here, alarm=alarm.id, added_s=now_s)


def _rung_row(alarm: Alarm, event: TagSeen, verdict: Rings) -> Journal:
    sighting = event.sighting
    fact = GateAlarmed(
        alarm.id,
        alarm.gate,
        AlarmState.RAISED,
        sighting.item,
        sighting.uid,
        sighting.afi,
        verdict.kind,
        verdict.rule,
        event.ledger_version,
        event.ledger_age_s,
        sighting.outward,
        sighting.late,
    )
    row = JournalRow(
        RowKind.GATE_ALARMED,
        intent=alarm.id,
        item=fact.item,
        uid=fact.uid,
        afi=fact.afi,
        reasons=(verdict.kind.value, verdict.rule.value),
        note=alarm.gate,
    )
    return Journal(row, fact)


def _still_here(state: GateState, event: TagSeen, here: Here, aisle: Aisle) -> Step:
    """The same passage: nothing new, but that it may have stayed too long for a person."""
    name = event.sighting.name
    state = _with_aisle(state, event.sighting.gate, replace(aisle, here=MappingProxyType({**aisle.here, name: here})))
    alarm = None if here.alarm is None else state.alarms.get(here.alarm)
    lingers = here.last_s - here.first_s >= state.policy.times.lingers_s
    if alarm is None or alarm.lingers or not lingers:
        return state, []
    alarm = replace(alarm, lingers=True)
    return _with_alarm(state, alarm), [TellAlarm(alarm)]


def _with_aisle(state: GateState, gate: str, aisle: Aisle) -> GateState:
    return replace(state, aisles=MappingProxyType({**state.aisles, gate: aisle}))


def _with_alarm(state: GateState, alarm: Alarm) -> GateState:
    alarms = {**state.alarms, alarm.id: alarm}
    while len(alarms) > MOST_ALARMS:
        over = (name for name, one in alarms.items() if not one.is_open and name != alarm.id)
        del alarms[next(over, next(iter(alarms)))]
    return replace(state, alarms=MappingProxyType(alarms))

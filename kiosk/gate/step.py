"""The one function that changes a gate controller's state: every event is decided here. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from kiosk.gate import alarms, checking, counting, field, watching
from kiosk.gate.effects import GateEffect
from kiosk.gate.events import (
    AlarmAnswered,
    CheckAnswered,
    ChecksBegun,
    CountersTold,
    Disturbed,
    GateHappening,
    NotKnown,
    RecordsDropped,
    Stopping,
    TagSeen,
    TimePassed,
    WatchKept,
    WatchLost,
)
from kiosk.gate.state import GateState
from kiosk.session.events import Moment


def step(state: GateState, event: GateHappening, moment: Moment) -> tuple[GateState, list[GateEffect]]:
    """What becomes of the state, and what is to be done, in this order."""
    match event:
        case TagSeen():
            sighting = event.sighting
            state, rang = alarms.tag_seen(state, event, moment)
            state, warned = field.heard(state, sighting.gate, sighting.rssi_dbm, moment)
            return state, [*rang, *warned]
        case CountersTold():
            return counting.counters_told(state, event, moment)
        case WatchLost():
            return watching.lost(state, event, moment)
        case WatchKept():
            return watching.kept(state, event, moment)
        case RecordsDropped():
            return watching.dropped(state, event, moment)
        case NotKnown():
            return watching.not_known(state, event, moment)
        case AlarmAnswered():
            return alarms.answered(state, event, moment)
        case ChecksBegun():
            return checking.begun(state, event, moment)
        case CheckAnswered():
            return checking.answered(state, event, moment)
        case Disturbed():
            return field.disturbed(checking.disturbed(state, event.gate), event.gate, moment)
        case TimePassed():
            state, counted = counting.time_passed(alarms.time_passed(state, moment), moment)
            state, checked = checking.time_passed(state, moment)
            state, warned = field.time_passed(state, moment)
            return state, [*counted, *checked, *warned]
        case Stopping():
            state, counted = counting.stopping(state, moment)
            state, checked = checking.stopping(state, moment)
            state, unwatched = watching.stopping(state, moment)
            return state, [*counted, *checked, *unwatched]
        case _:
            assert_never(event)


def due_in_s(moment: Moment) -> float:
    """Seconds until `TimePassed` has something to do: the end of the quarter hour."""
    end = counting.quarter_of(moment.utc) + counting.QUARTER
    return max(0.0, min((end - moment.utc) / timedelta(seconds=1), counting.QUARTER.total_seconds()))

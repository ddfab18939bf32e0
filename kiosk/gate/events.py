"""What can happen to a gate controller, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.gate.judging import Sighting, Standing
from kiosk.model.gate_facts import AlarmState, CheckResult


@dataclass(frozen=True, slots=True)
class TagSeen:
    """A gate told of a tag, and the ledger was asked."""

    sighting: Sighting
    standing: Standing
    ledger_version: int | None
    ledger_age_s: int | None


@dataclass(frozen=True, slots=True)
class CountersTold:
    """A gate told its people counters: totals, by pairs of one aisle each, in and out."""

    gate: str
    """With the number of the counting unit, where it has several."""
    entered: int
    left: int
    bits: int
    """Width of the hardware's counters: 16 or 32."""


@dataclass(frozen=True, slots=True)
class WatchLost:
    """Nothing is heard of a gate any more."""

    gate: str
    why: str


@dataclass(frozen=True, slots=True)
class WatchKept:
    """A gate is heard."""

    gate: str


@dataclass(frozen=True, slots=True)
class RecordsDropped:
    """A gate's own memory overflowed: what went through is not known."""

    gate: str
    why: str


@dataclass(frozen=True, slots=True)
class NotKnown:
    """For a time it is not known whether anybody watched: the controller stood still, or its rows are lost."""

    since: datetime
    until: datetime
    """Both aware."""
    why: str


@dataclass(frozen=True, slots=True)
class AlarmAnswered:
    """Somebody did something about an alarm, at the page."""

    alarm: str
    state: AlarmState
    by: str


@dataclass(frozen=True, slots=True)
class ChecksBegun:
    """Staff begin the morning's walk through all gates, at the page."""

    by: str


@dataclass(frozen=True, slots=True)
class CheckAnswered:
    """Staff say what they saw at a gate that is checked."""

    gate: str
    result: CheckResult
    by: str


@dataclass(frozen=True, slots=True)
class Disturbed:
    """A gate's driver met noise on its line, or the gate did in its field; it goes on."""

    gate: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing but time."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The controller ends in order."""


@dataclass(frozen=True, slots=True)
class LastWatch:
    """What the journal says of a gate when the controller starts."""

    gate: str
    since: datetime
    """Since when nobody has watched, as far as is known; aware."""
    why: str


Said = AlarmAnswered | ChecksBegun | CheckAnswered
"""What people say at the guard's page."""
GateHappening = (
    TagSeen
    | CountersTold
    | WatchLost
    | WatchKept
    | RecordsDropped
    | NotKnown
    | AlarmAnswered
    | ChecksBegun
    | CheckAnswered
    | Disturbed
    | TimePassed
    | Stopping
)

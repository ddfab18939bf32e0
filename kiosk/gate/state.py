"""What a gate controller knows from one event to the next. Frozen; times in seconds are monotonic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from kiosk.gate.policy import GatePolicy
from kiosk.model.gate_facts import AlarmKind, AlarmState, CheckResult, Rule
from kiosk.model.ids import IdSource, IntentId, ItemId, Uid


@dataclass(frozen=True, slots=True)
class RungItem:
    """An item of an alarm."""

    item: ItemId | None
    uid: Uid | None
    kind: AlarmKind
    rule: Rule
    at: datetime


OPEN = (AlarmState.RAISED, AlarmState.SEEN)
"""Somebody has to do something yet."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One person, or one trolley, that set a gate off."""

    id: IntentId
    gate: str
    raised_at: datetime
    items: tuple[RungItem, ...]
    state: AlarmState = AlarmState.RAISED
    by: str = ""
    changed_at: datetime | None = None
    outward: bool | None = None
    late: bool = False
    lingers: bool = False
    """So many items, or one for so long, that it is no person: look what stands beside the aisle."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Here:
    """A tag in a gate's field."""

    first_s: float
    last_s: float
    alarm: IntentId | None = None
    """That it belongs to; None where it passed."""
    rang: int = 0
    """How often it has set that alarm off."""
    stamp: str = ""
    """Of its last report, by the gate's own clock."""


@dataclass(frozen=True, slots=True)
class Aisle:
    """What is in one gate's field now."""

    here: Mapping[str, Here] = field(default_factory=lambda: MappingProxyType({}))
    alarm: IntentId | None = None
    """The latest."""
    added_s: float = 0.0
    """When its last item was added."""
    swept_s: float = 0.0
    """When those that have gone were forgotten last."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether a gate is heard, and since when it is or is not."""

    heard: bool
    since: datetime
    why: str = ""
    since_s: float | None = None
    """The same by the monotonic clock; None of an earlier run."""


@dataclass(frozen=True, slots=True)
class Tally:
    """People through one aisle in the quarter hour that runs."""

    begins: datetime
    entered: int = 0
    left: int = 0
    notes: tuple[str, ...] = ()
    counters: tuple[int, int] | None = None
    """The hardware's, as they were told last; None before the first time."""
    told_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """A gate's morning check: it waits for the test tag, or has come to a result."""

    intent: IntentId
    by: str
    begun_at: datetime
    result: CheckResult | None = None
    ended_at: datetime | None = None
    rssi_dbm: int | None = None
    noise: int = 0

    @property
    def waits(self) -> bool:
        return self.result is None


class FieldTrouble(StrEnum):
    """What is wrong with a gate that still tells something."""

    WEAK = "weak"
    NOISY = "noisy"


@dataclass(frozen=True, slots=True)
class Field:
    """How well one gate hears."""

    strengths: tuple[int, ...] = ()
    """Of its latest reports, in dBm, where it tells them."""
    noises: tuple[float, ...] = ()
    """When it was disturbed in the last hour."""
    troubles: tuple[FieldTrouble, ...] = ()


@dataclass(frozen=True, slots=True)
class GateState:
    """One controller."""

    policy: GatePolicy
    ids: IdSource
    alarms: Mapping[IntentId, Alarm] = field(default_factory=lambda: MappingProxyType({}))
    """Those that are open, and the latest others."""
    aisles: Mapping[str, Aisle] = field(default_factory=lambda: MappingProxyType({}))
    watches: Mapping[str, Watch] = field(default_factory=lambda: MappingProxyType({}))
    tallies: Mapping[str, Tally] = field(default_factory=lambda: MappingProxyType({}))
    checks: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    """The last one of each gate."""
    noises: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Disturbances that a gate's driver met since its last check."""
    fields: Mapping[str, Field] = field(default_factory=lambda: MappingProxyType({}))
    ignored: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Tags that were none of our business since the start, by reason."""
    passed: int = 0

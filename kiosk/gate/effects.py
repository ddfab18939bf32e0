"""What the reducer orders. Signals first, then the journal, then whoever else is told: docs/adr/0150."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.gate.state import Alarm, FieldTrouble
from kiosk.model.gate_facts import PeopleCounted
from kiosk.session.effects import Journal


class Occasion(StrEnum):
    """What lamps and buzzers follow."""

    ALARM = "alarm"
    UNWATCHED = "unwatched"
    """A gate is not heard any more."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Switch on what follows this occasion at this gate; off by itself after its time."""

    occasion: Occasion
    gate: str


@dataclass(frozen=True, slots=True)
class Hush:
    """Switch off what an alarm at this gate has switched on: somebody is there."""

    gate: str


@dataclass(frozen=True, slots=True)
class TellAlarm:
    """Tell whoever watches how an alarm stands now."""

    alarm: Alarm


@dataclass(frozen=True, slots=True)
class TellCount:
    counted: PeopleCounted


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A gate hears worse than it should, or well again (no troubles): for the technician."""

    gate: str
    troubles: tuple[FieldTrouble, ...]


GateEffect = Signal | Hush | Journal | TellAlarm | TellCount | FieldChanged

"""What the library wants its gates to do. Pure values; the settings of `gate.toml` are made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from kiosk.model.circulation import SecurityMarks
from kiosk.model.limits import CLOCK, NOT_EMPTY, within


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


@dataclass(frozen=True, slots=True)
class Hours:
    """A piece of some days of the week, by the library's clock."""

    days: Annotated[tuple[Weekday, ...], NOT_EMPTY] = tuple(Weekday)
    begins: Annotated[str, CLOCK] = "00:00"
    ends: Annotated[str, CLOCK] = "24:00"

    def __post_init__(self) -> None:
        if self.begins >= self.ends:
            raise ValueError("expected ends after begins; hours past midnight are two entries")

    def hold(self, local: datetime) -> bool:
        """Whether this instant, in the library's time, lies in them."""
        clock = f"{local.hour:02}:{local.minute:02}"
        return tuple(Weekday)[local.weekday()] in self.days and self.begins <= clock < self.ends


@dataclass(frozen=True, slots=True)
class AlarmTimes:
    """How reports become alarms. All in seconds, unless they say otherwise."""

    together_s: Annotated[float, within(0, 60)] = 4.0
    """Items that follow each other within this time are one person's: one alarm."""
    away_s: Annotated[float, within(1, 3_600)] = 10.0
    """A tag that was not seen for so long has gone; seen again, it is a new passage."""
    again_s: Annotated[float, within(1, 3_600)] = 300.0
    """A tag that comes back within this time belongs to its alarm of before, if that is open; the third time it is no
    person that walks to and fro, but a shelf at the edge of the field: a hint, and quiet."""
    lingers_s: Annotated[float, within(1, 3_600)] = 20.0
    """A tag that stays in the field for so long is no person: one alarm, then silence and a hint."""
    many: Annotated[int, within(2, 1_000)] = 12
    """So many items in one alarm are a trolley or a shelf beside the aisle: a hint."""


@dataclass(frozen=True, slots=True)
class FieldLimits:
    """From when staff are warned that a gate weakens, before it is deaf."""

    weak_dbm: Annotated[int, within(-120, 0)] = -70
    """The median of the last 20 reports of a gate that tells strengths (UHF); below it, tags will soon be missed. Take
    what the guard's page shows on the first day, less 10."""
    noisy_an_hour: Annotated[int, within(1, 1_000)] = 30
    """Disturbances of the line or the field within an hour."""


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """What the reducer judges by."""

    marks: SecurityMarks = field(default_factory=SecurityMarks)
    times: AlarmTimes = field(default_factory=AlarmTimes)
    open: tuple[Hours, ...] = ()
    """Opening hours; without any, it is always open."""
    time_zone: str = "Asia/Shanghai"
    test_tags: frozenset[str] = frozenset()
    """UIDs, or item numbers, of the tags that staff carry through the gates in the morning."""
    reception: FieldLimits = field(default_factory=FieldLimits)
    most_a_minute: int = 120
    """More people through one aisle in a minute are none: a counter has jumped."""

    def is_open(self, at: datetime) -> bool:
        """Whether the library is open at this instant (aware)."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        return not self.open or any(hours.hold(local) for hours in self.open)

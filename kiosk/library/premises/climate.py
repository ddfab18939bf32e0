"""The air of rooms, and water where none should be: when a reading becomes an alarm, and when it is over.

A value that is out of its profile for a quarter of an hour is an alarm, once, until it is back by a margin; water is
one at once. A sensor that nobody hears, or that says what no room can be, is an alarm of its own kind: it tells nothing
of the air. Pure: readings and times in, alarms out.

Profiles: GB/T 30227-2013 (rare books), GB 9669-1996 (reading rooms); the others are the house's own, and a library
chooses one for each sensor. ISO 11799:2003 asks for steadiness first: so the swing of a day is watched as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

NEAR = timedelta(minutes=15)
"""So long out of its range, and it is an alarm; so long well again, and a sensor is trusted again."""
DAMP_FOR, WET_FOR = timedelta(hours=24), timedelta(hours=4)
DAMP_PCT, WET_PCT = 65.0, 75.0
"""Mould grows where it is damp for a day, or wet for four hours."""
MARGIN_C, MARGIN_PCT, MARGIN_PPM = 0.5, 2.0, 50.0
JUMP_C = 10.0
"""Between two readings within an hour: no room does that."""
JUMP_WITHIN = timedelta(hours=1)
SILENT_AFTER = 3
"""Intervals without a word."""


class Of(StrEnum):
    """What is measured."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    CO2 = "co2"


class Cause(StrEnum):
    """Why there is an alarm."""

    TOO_WARM = "too-warm"
    TOO_COLD = "too-cold"
    TOO_DAMP = "too-damp"
    TOO_DRY = "too-dry"
    STALE_AIR = "stale-air"
    SWING = "swing"
    MOULD = "mould-risk"
    WATER = "water"
    SILENT = "silent"
    FAULTY = "faulty"


class ProfileName(StrEnum):
    RARE_BOOKS = "rare-books"
    STACKS = "stacks"
    ARCHIVE = "archive"
    READING_ROOM = "reading-room"
    WATER_ONLY = "water-only"


@dataclass(frozen=True, slots=True)
class Range:
    """From, to; and how far a value may move in a day."""

    least: float
    most: float
    swing: float | None = None


Profile = Mapping[Of, Range]
PROFILES: Mapping[ProfileName, Profile] = MappingProxyType(
    {
        ProfileName.RARE_BOOKS: {Of.TEMPERATURE: Range(14, 24, 2), Of.HUMIDITY: Range(45, 60, 5)},
        ProfileName.STACKS: {Of.TEMPERATURE: Range(14, 24, 4), Of.HUMIDITY: Range(35, 60, 10)},
        ProfileName.ARCHIVE: {Of.TEMPERATURE: Range(12, 20, 2), Of.HUMIDITY: Range(40, 60, 5)},
        ProfileName.READING_ROOM: {
            Of.TEMPERATURE: Range(18, 28),
            Of.HUMIDITY: Range(45, 65),
            Of.CO2: Range(0, 1_000),
        },
        ProfileName.WATER_ONLY: {},
    }
)
_MARGIN = {Of.TEMPERATURE: MARGIN_C, Of.HUMIDITY: MARGIN_PCT, Of.CO2: MARGIN_PPM}
_ABOVE = {Of.TEMPERATURE: Cause.TOO_WARM, Of.HUMIDITY: Cause.TOO_DAMP, Of.CO2: Cause.STALE_AIR}
_BELOW = {Of.TEMPERATURE: Cause.TOO_COLD, Of.HUMIDITY: Cause.TOO_DRY}


@dataclass(frozen=True, slots=True)
class Read:
    """What one message said: values that a room can have, and what was wrong with others."""

    values: Mapping[Of, float]
    water: bool | None = None
    faulty: bool = False
    away: bool = False
    """Its radio says that it is gone."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Something is not as it should be, since when; `raised`: somebody has been told."""

    since: datetime
    raised: bool = False
    well_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the most of a day so far."""

    day: date
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Sensor:
    """What is known of one sensor."""

    profile: Profile
    interval: timedelta
    heard_at: datetime | None = None
    last: Mapping[Of, tuple[float, datetime]] = field(default_factory=dict)
    spans: Mapping[Of, Span] = field(default_factory=dict)
    watches: Mapping[Cause, Watch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raised:
    cause: Cause
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    cause: Cause


Change = Raised | Ended


def begun(profile: Profile, interval: timedelta, now: datetime, open_causes: frozenset[Cause]) -> Sensor:
    """A sensor as the program finds it at its start: alarms that are open stay, and silence is counted from now."""
    return Sensor(profile, interval, now, watches={cause: Watch(now, raised=True) for cause in open_causes})


def heard(sensor: Sensor, read: Read, now: datetime, today: date) -> tuple[Sensor, tuple[Change, ...]]:
    """After one message. `today` is the day by the library's clocks."""
    told = _Telling(sensor, now)
    if read.away:
        told.wrong(Cause.SILENT, at_once=True)
        return told.sensor, tuple(told.changes)
    told.well(Cause.SILENT)
    jumped = [of for of, value in read.values.items() if _jumps(sensor, of, value, now)]
    if read.faulty or jumped:
        told.wrong(Cause.FAULTY, at_once=True)
    else:
        told.well_for(Cause.FAULTY, NEAR)
    if read.water is not None:
        told.judge(Cause.WATER, wrong=read.water, well=not read.water, at_once=True)
    for of, value in read.values.items():
        told.keep(of, value)
        if of not in jumped:
            told.look(of, value, today)
    told.sensor = replace(told.sensor, heard_at=now)
    return told.sensor, tuple(told.changes)


def looked(sensor: Sensor, now: datetime) -> tuple[Sensor, tuple[Change, ...]]:
    """After a while in which nothing came: is it silent, and is what was near an alarm one by now?"""
    told = _Telling(sensor, now)
    if sensor.heard_at is not None and now - sensor.heard_at > SILENT_AFTER * sensor.interval:
        told.wrong(Cause.SILENT, at_once=True)
    return told.sensor, tuple(told.changes)


def _jumps(sensor: Sensor, of: Of, value: float, now: datetime) -> bool:
    before = sensor.last.get(of)
    if of is not Of.TEMPERATURE or before is None:
        return False
    return abs(value - before[0]) >= JUMP_C and now - before[1] <= JUMP_WITHIN


class _Telling:
    """One step under way: the sensor as it will be, and what somebody has to hear."""

    def __init__(self, sensor: Sensor, now: datetime) -> None:
        self.sensor = sensor
        self.changes: list[Change] = []
        self._now = now

    def keep(self, of: Of, value: float) -> None:
        self.sensor = replace(self.sensor, last={**self.sensor.last, of: (value, self._now)})

    def look(self, of: Of, value: float, today: date) -> None:
        """Is this value in its range, and the day steady?"""
        if of is Of.HUMIDITY:
            self._look_for_mould(value)
        limits = self.sensor.profile.get(of)
        if limits is None:
            return
        margin = _MARGIN[of]
        self.judge(_ABOVE[of], wrong=value > limits.most, well=value <= limits.most - margin, value=value)
        if of in _BELOW:
            self.judge(_BELOW[of], wrong=value < limits.least, well=value >= limits.least + margin, value=value)
        if limits.swing is not None:
            self._look_at_swing(of, value, today, limits.swing)

    def _look_for_mould(self, value: float) -> None:
        watch = self.sensor.watches.get(Cause.MOULD)
        if value <= DAMP_PCT - MARGIN_PCT:
            self.well(Cause.MOULD)
        elif value > DAMP_PCT:
            self.wrong(Cause.MOULD, value=value, near=WET_FOR if value > WET_PCT else DAMP_FOR)
        elif watch is not None and not watch.raised and value <= DAMP_PCT:
            self.well(Cause.MOULD)

    def _look_at_swing(self, of: Of, value: float, today: date, most: float) -> None:
        span = self.sensor.spans.get(of)
        if span is None or span.day != today:
            span = Span(today, value, value)
            if all(other.day != today or name is of for name, other in self.sensor.spans.items()):
                self.well(Cause.SWING)
        span = Span(today, min(span.least, value), max(span.most, value))
        self.sensor = replace(self.sensor, spans={**self.sensor.spans, of: span})
        if span.most - span.least > most:
            self.wrong(Cause.SWING, value=round(span.most - span.least, 2), at_once=True)

    def judge(
        self, cause: Cause, *, wrong: bool, well: bool, value: float | None = None, at_once: bool = False
    ) -> None:
        """Between wrong and well, what is an alarm stays one, and what is none becomes none."""
        watch = self.sensor.watches.get(cause)
        if wrong:
            self.wrong(cause, value=value, at_once=at_once)
        elif well or (watch is not None and not watch.raised):
            self.well(cause)

    def wrong(self, cause: Cause, *, value: float | None = None, near: timedelta = NEAR, at_once: bool = False) -> None:
        watch = self.sensor.watches.get(cause) or Watch(self._now)
        watch = replace(watch, well_since=None)
        if not watch.raised and (at_once or self._now - watch.since >= near):
            watch = replace(watch, raised=True)
            self.changes.append(Raised(cause, value))
        self.sensor = replace(self.sensor, watches={**self.sensor.watches, cause: watch})

    def well(self, cause: Cause) -> None:
        watch = self.sensor.watches.get(cause)
        if watch is None:
            return
        left = {name: other for name, other in self.sensor.watches.items() if name is not cause}
        self.sensor = replace(self.sensor, watches=left)
        if watch.raised:
            self.changes.append(Ended(cause))

    def well_for(self, cause: Cause, enough: timedelta) -> None:
        """Well only after a while of being so: what comes and goes is one alarm, not many."""
        watch = self.sensor.watches.get(cause)
        if watch is None:
            return
        since = watch.well_since or self._now
        if self._now - since >= enough:
            self.well(cause)
        else:
            kept = {**self.sensor.watches, cause: replace(watch, well_since=since)}
            self.sensor = replace(self.sensor, watches=kept)

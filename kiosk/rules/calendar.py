"""When a library is open: days, hours, and how time is counted over them.

Days and times of day are local to the library; instants are aware, and what is counted by the clock is counted in UTC,
so that a night with summer time is as long as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from kiosk.model.limits import CLOCK, DAY, DAY_OF_YEAR, TIME_ZONE, within
from kiosk.rules.public_holidays import COUNTRY, is_moved_working_day, is_public_holiday

DAY_MINUTES = 24 * 60
LONGEST_CLOSURE = 1_500
"""Days; a library that is closed for longer opens by its calendar's being changed."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: from `open` to `close`, or several `periods` a day."""

    open: Annotated[str, CLOCK] | None = None
    close: Annotated[str, CLOCK] | None = None
    periods: tuple[tuple[Annotated[str, CLOCK], ...], ...] = ()
    """Such as `[["09:00", "12:00"], ["14:00", "18:00"]]`."""

    def __post_init__(self) -> None:
        if (self.open is None) != (self.close is None) or (self.open is None) == (not self.periods):
            raise ValueError("expected open and close, or periods")
        if any(len(period) != 2 for period in self.periods):
            raise ValueError("expected periods of two times, from and to")
        ends = [minute for period in self.minutes for minute in period]
        if any(before >= after for before, after in pairwise(ends)):
            raise ValueError("expected times that follow each other, none twice")

    @property
    def minutes(self) -> tuple[tuple[int, int], ...]:
        """From and to, in minutes of the day."""
        if self.open is not None and self.close is not None:
            return ((_minute(self.open), _minute(self.close)),)
        return tuple((_minute(period[0]), _minute(period[1])) for period in self.periods)


@dataclass(frozen=True, slots=True)
class OtherHours:
    """Hours of some weekdays or single days that are not those of every day."""

    hours: Hours
    weekdays: tuple[Annotated[int, within(1, 7)], ...] = ()
    dates: tuple[Annotated[str, DAY], ...] = ()

    def __post_init__(self) -> None:
        if bool(self.weekdays) == bool(self.dates):
            raise ValueError("expected weekdays or dates")


@dataclass(frozen=True, slots=True)
class OpeningTimes:
    """The table `calendar`."""

    timezone: Annotated[str, TIME_ZONE] | None = None
    """Where nobody says it, that of `central.toml`."""
    closed_weekdays: tuple[Annotated[int, within(1, 7)], ...] = ()
    """1 is Monday, 7 is Sunday."""
    closed_dates: tuple[Annotated[str, DAY], ...] = ()
    closed_yearly: tuple[Annotated[str, DAY_OF_YEAR], ...] = ()
    open_exceptions: tuple[Annotated[str, DAY], ...] = ()
    """Open although another key says closed, such as a Saturday that a decree makes a working day."""
    public_holidays: Annotated[str, COUNTRY] | None = None
    """Closed on the public holidays of a country or part of one (`CN`, `DE-BY`); in China with the days that were
    moved. They are proposals: `open_exceptions` has the last word."""
    hours: Hours | None = None
    """Of every open day; without hours, an open day is open from midnight to midnight."""
    other_hours: tuple[OtherHours, ...] = ()

    def __post_init__(self) -> None:
        if set(self.closed_weekdays) == set(range(1, 8)):
            raise ValueError("expected closed_weekdays to leave a day on which the library is open")
        both = sorted(set(self.closed_dates) & set(self.open_exceptions))
        if both:
            raise ValueError(f"expected {both[0]} in closed_dates or in open_exceptions, not in both")

    @property
    def has_hours(self) -> bool:
        return self.hours is not None or bool(self.other_hours)


class Calendar:
    """Opening times, ready to be asked. `zone` is the library's where the table names none."""

    def __init__(self, times: OpeningTimes, zone: str = "UTC") -> None:
        self.zone = ZoneInfo(times.timezone or zone)
        self._country = times.public_holidays
        self.has_hours = times.has_hours
        self._weekdays = frozenset(times.closed_weekdays)
        self._dates = frozenset(map(date.fromisoformat, times.closed_dates))
        self._yearly = frozenset((int(day[:2]), int(day[3:])) for day in times.closed_yearly)
        self._open = frozenset(map(date.fromisoformat, times.open_exceptions))
        self._hours = None if times.hours is None else times.hours.minutes
        self._weekday_hours = {day: other.hours.minutes for other in times.other_hours for day in other.weekdays}
        self._date_hours = {
            date.fromisoformat(day): other.hours.minutes for other in times.other_hours for day in other.dates
        }

    def local(self, at: datetime) -> datetime:
        """An aware instant by the library's clock."""
        return at.astimezone(self.zone)

    def instant(self, day: date, minute: int) -> datetime:
        """That minute of a local day; one that summer time leaves out is an hour later, as clocks are put on."""
        at = datetime.combine(day, time(0), self.zone) + timedelta(minutes=minute)
        return at.astimezone(UTC).astimezone(self.zone)

    def reading(self, text: str, minute: int) -> datetime:
        """The instant that a day alone (its `minute`) or a time names in ISO 8601; without an offset it is local."""
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return self.local(at)
        if len(text) == len("2026-11-25"):
            return self.instant(at.date(), minute)
        return self.local(at.replace(tzinfo=self.zone).astimezone(UTC))

    def is_always_closed(self, weekday: int) -> bool:
        return weekday in self._weekdays

    def is_open_day(self, day: date) -> bool:
        if day in self._open:
            return True
        if day in self._dates or (day.month, day.day) in self._yearly:
            return False
        if self._country is not None and is_public_holiday(self._country, day):
            return False
        if day.isoweekday() not in self._weekdays:
            return True
        return self._country is not None and is_moved_working_day(self._country, day)

    def periods(self, day: date) -> tuple[tuple[int, int], ...]:
        """When it is open on that day, in minutes; empty where it is closed."""
        if not self.is_open_day(day):
            return ()
        special = self._date_hours.get(day) or self._weekday_hours.get(day.isoweekday()) or self._hours
        return ((0, DAY_MINUTES),) if special is None else special

    def closing(self, day: date) -> datetime | None:
        """When it closes for that day; None where it is closed, or has no hours."""
        periods = self.periods(day)
        return None if not periods or periods[-1][1] == DAY_MINUTES else self.instant(day, periods[-1][1])

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at an instant; at closing time it is closed."""
        local = self.local(at)
        minute = local.hour * 60 + local.minute
        return any(begins <= minute < ends for begins, ends in self.periods(local.date()))

    def open_days(self, first: date, end: date) -> int:
        """Open days from `first` on, before `end`."""
        return sum(1 for day in _days(first, end) if self.is_open_day(day))

    def open_minutes(self, begins: datetime, ends: datetime) -> int:
        """Minutes between two instants while it was open."""
        first, last = self.local(begins).date(), self.local(ends).date()
        total = timedelta()
        for day in _days(first, last + ONE_DAY):
            for opens, closes in self.periods(day):
                opened = max(self.instant(day, opens).astimezone(UTC), begins.astimezone(UTC))
                closed = min(self.instant(day, closes).astimezone(UTC), ends.astimezone(UTC))
                total += max(closed - opened, timedelta())
        return int(total / timedelta(minutes=1))

    def next_open(self, day: date) -> date:
        """That day, or the first one after it that is open."""
        return self._first_open(day, ONE_DAY)

    def previous_open(self, day: date) -> date:
        """That day, or the last one before it that was open."""
        return self._first_open(day, -ONE_DAY)

    def next_opening(self, after: datetime) -> datetime:
        """The first opening after an instant."""
        day = self.local(after).date()
        for _ in range(LONGEST_CLOSURE):
            for opens, _closes in self.periods(day):
                opening = self.instant(day, opens)
                if opening > after:
                    return opening
            day += ONE_DAY
        return after

    def _first_open(self, day: date, step: timedelta) -> date:
        found = day
        for _ in range(LONGEST_CLOSURE):
            if self.is_open_day(found):
                return found
            found += step
        return day


def _days(first: date, end: date) -> Iterator[date]:
    while first < end:
        yield first
        first += ONE_DAY


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])

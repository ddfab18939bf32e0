"""When the library is open, and what it has to tell: shown on the first screen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated

from kiosk.model.circulation import Language
from kiosk.model.limits import matching, within

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")


Hours = Annotated[str, matching(HOURS, "hours such as 09:00-21:00")]
Day = Annotated[str, matching(re.compile(r"\d{4}-\d\d-\d\d"), "a day such as 2026-12-24")]


@dataclass(frozen=True, slots=True)
class Announcement:
    """One sentence, by language; in a language that it does not have, its English one, or its first."""

    zh: str = ""
    zh_hant: str = ""
    en: str = ""
    ar: str = ""
    de: str = ""
    ja: str = ""
    until: Day | None = None
    """The last day on which it is shown."""

    def said(self, language: Language) -> str:
        own: str = getattr(self, language.value.lower().replace("-", "_"))
        return own or self.en or self.zh

    def stands(self, today: date) -> bool:
        return self.until is None or today.isoformat() <= self.until


@dataclass(frozen=True, slots=True)
class Week:
    """Hours of each day; one without is closed."""

    mon: Hours | None = None
    tue: Hours | None = None
    wed: Hours | None = None
    thu: Hours | None = None
    fri: Hours | None = None
    sat: Hours | None = None
    sun: Hours | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """When the library is open; where no day has hours, nothing is said."""

    hours: Week = field(default_factory=Week)
    closed: tuple[Day, ...] = ()
    """Holidays."""

    def of(self, day: date) -> tuple[str, str] | None:
        """From when to when a day is open."""
        hours: str | None = getattr(self.hours, DAYS[day.weekday()])
        if day.isoformat() in self.closed:
            return None
        if hours is None:
            return None
        begins, _, ends = hours.partition("-")
        return begins, ends

    def open_now(self, at: datetime) -> bool:
        """`at` in the library's own time."""
        hours = self.of(at.date())
        return hours is not None and hours[0] <= f"{at:%H:%M}" < hours[1]

    def next_opening(self, at: datetime) -> tuple[date, str] | None:
        """The next day, today included, on which it opens, and when."""
        for days in range(8):
            day = at.date() + timedelta(days=days)
            hours = self.of(day)
            if hours is not None and (days > 0 or f"{at:%H:%M}" < hours[0]):
                return day, hours[0]
        return None


@dataclass(frozen=True, slots=True)
class Spell:
    """A part of the day with a volume of its own; it may go over midnight."""

    begins: Annotated[str, matching(re.compile(r"([01]\d|2[0-3]):[0-5]\d"), "a time such as 20:00")]
    ends: Annotated[str, matching(re.compile(r"([01]\d|2[0-3]):[0-5]\d"), "a time such as 08:00")]
    volume: Annotated[float, within(0, 1)]

    def holds(self, at: time) -> bool:
        now = f"{at:%H:%M}"
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

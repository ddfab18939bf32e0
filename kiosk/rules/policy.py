"""The rules of one library: lines, and how the value for one loan is found among them.

Each value is looked up alone, the most specific line that says it wins: branch before category before loan class (as
Koha does it; docs/circulation.md, section 1). So a limit may come from one line and a period from another, and a tie
cannot happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

from kiosk.model.limits import NOT_EMPTY, within
from kiosk.rules.calendar import Calendar, OpeningTimes
from kiosk.rules.damage import DamageSchedule
from kiosk.rules.terms import DueTime, HourlyOverrun, Period, Terms

ALL = "*"
YOUNGEST, OLDEST = 0, 120
MOST_PLACES = 10_000
"""Remembered look-ups: branches x categories x classes of a large consortium."""
TERMS = tuple(one.name for one in fields(Terms))


@dataclass(frozen=True, slots=True)
class Place:
    """What a loan is looked up by."""

    branch: str = ALL
    category: str = ALL
    loan_class: str = ALL

    def __str__(self) -> str:
        return "/".join((self.branch, self.category, self.loan_class))

    def widening(self) -> Iterator[Place]:
        """This place and every less specific one, in the order in which they are asked."""
        for branch in dict.fromkeys((self.branch, ALL)):
            for category in dict.fromkeys((self.category, ALL)):
                for loan_class in dict.fromkeys((self.loan_class, ALL)):
                    yield Place(branch, category, loan_class)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Terms):
    """One line: what it is for, and what it says."""

    branch: Annotated[str, NOT_EMPTY] = ALL
    """Of the place where it happens; `*` for every one."""
    category: Annotated[str, NOT_EMPTY] = ALL
    """Of the patron; `*` for every one."""
    loan_class: Annotated[str, NOT_EMPTY] = ALL
    """Of the item; `*` for every one."""

    def __post_init__(self) -> None:
        if all(getattr(self, name) is None for name in TERMS):
            raise ValueError("expected a line that says something, such as loan_period or max_loans")

    @property
    def place(self) -> Place:
        return Place(self.branch, self.category, self.loan_class)


@dataclass(frozen=True, slots=True)
class AgeRule:
    """Who counts as a child, and for whom a mark on an item is meant."""

    mark: Annotated[str, NOT_EMPTY]
    """What stands in the item's `age_mark`, such as `FSK 16`."""
    from_years: Annotated[int, within(YOUNGEST, OLDEST)]


@dataclass(frozen=True, slots=True)
class Found:
    """What holds for one loan, and which line each value came from."""

    terms: Terms
    origin: Mapping[str, Place]

    def came_from(self, name: str) -> str:
        """The line that said it, as text; empty where none did."""
        place = self.origin.get(name)
        return "" if place is None else str(place)


@dataclass(frozen=True, slots=True)
class RulesFile:
    """`rules.toml`."""

    line: tuple[Line, ...] = (Line(loan_period=Period(28), max_loans=10, debt_limit_cents=0),)
    calendar: OpeningTimes = field(default_factory=OpeningTimes)
    """When the library is open."""
    age: tuple[AgeRule, ...] = ()
    """For whom marks on items are meant."""
    damage: DamageSchedule = field(default_factory=DamageSchedule)
    """What damage costs."""
    version: str = ""
    """Shown beside decisions and on the console, such as `2026-09`."""

    def __post_init__(self) -> None:
        seen: set[Place] = set()
        for line in self.line:
            if line.place in seen:
                raise ValueError(
                    f"expected one line for branch {line.branch!r}, category {line.category!r} and loan_class "
                    f"{line.loan_class!r}: the second can never win"
                )
            seen.add(line.place)
        by_hours = [line for line in self.line if line.hourly_overrun not in (None, HourlyOverrun.IGNORE)]
        if (by_hours or any(line.due_time is DueTime.CLOSING for line in self.line)) and not self.calendar.has_hours:
            raise ValueError("expected hours in the calendar where a line goes by closing time")
        marks = [age.mark for age in self.age]
        if len(set(marks)) < len(marks):
            raise ValueError("expected each mark once among the tables age")


class Policy:
    """The rules, ready to be asked."""

    def __init__(self, rules: RulesFile, time_zone: str = "UTC") -> None:
        """`time_zone` is the library's where its calendar names none."""
        self.rules = rules
        self.calendar = Calendar(rules.calendar, time_zone)
        self.version = rules.version
        self.ages = {age.mark: age.from_years for age in rules.age}
        self._lines = {line.place: line for line in rules.line}
        self._found: dict[Place, Found] = {}
        self._limits: dict[Place, int | None] = {}

    def find(self, place: Place) -> Found:
        """The values for one loan."""
        found = self._found.get(place)
        if found is None:
            found = self._looked_up(place)
            if len(self._found) < MOST_PLACES:
                self._found[place] = found
        return found

    def limit(self, place: Place) -> int | None:
        """`max_loans` over the place's own loan class (`*`: over all loans together); None where there is none."""
        if place in self._limits:
            return self._limits[place]
        limit = self._limit_looked_up(place)
        if len(self._limits) < MOST_PLACES:
            self._limits[place] = limit
        return limit

    def _limit_looked_up(self, place: Place) -> int | None:
        for each in place.widening():
            line = self._lines.get(each)
            if each.loan_class == place.loan_class and line is not None and line.max_loans is not None:
                return line.max_loans
        return None

    def _looked_up(self, place: Place) -> Found:
        values: dict[str, Any] = {}
        origin: dict[str, Place] = {}
        for each in place.widening():
            line = self._lines.get(each)
            for name in TERMS if line is not None else ():
                value = getattr(line, name)
                if value is not None and name not in values:
                    values[name], origin[name] = value, each
        return Found(Terms(**values), origin)

"""People through the gates: by day, hour and aisle of the library's time.

ISO 2789: a visit is somebody who enters in opening hours. Who goes through at other times is counted apart, and a count
whose hardware was reset or jumped is marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from kiosk.central.counting import Counted, Period
from kiosk.central.store.tables import visits

VISITS, LEFT, CLOSED, MARKED = range(4)
"""Places of the figures of a line."""


class CountedRow(Protocol):
    """A row of `visits`."""

    station: str
    gate: str
    begins: datetime
    entered: int
    left_: int
    closed: bool
    notes: str


@dataclass(slots=True)
class Sum:
    """One line that grows."""

    visits: int = 0
    left: int = 0
    closed: int = 0
    marked: int = 0

    def add(self, row: CountedRow) -> None:
        if row.closed:
            self.closed += row.entered + row.left_
        else:
            self.visits += row.entered
            self.left += row.left_
        self.marked += bool(row.notes)

    def line(self, name: str) -> Counted:
        return Counted(name, (self.visits, self.left, self.closed, self.marked))


def made(connection: Connection, period: Period) -> int:
    """Visits of a period: of a year, without a row of each of its quarter hours."""
    begins, ends = period.bounds
    within = (visits.c.begins >= begins, visits.c.begins < ends, visits.c.closed.is_(False))
    return int(connection.scalar(select(func.coalesce(func.sum(visits.c.entered), 0)).where(*within)) or 0)


def by_day(connection: Connection, period: Period) -> list[Counted]:
    """Each day, those without anybody too."""
    days = [day.isoformat() for day in period.days()]
    return _lines(connection, period, days, lambda at, _: at.date().isoformat())


def by_hour(connection: Connection, period: Period) -> list[Counted]:
    """Each hour of the day, over all days of the period."""
    hours = [f"{hour:02}:00" for hour in range(24)]
    return _lines(connection, period, hours, lambda at, _: f"{at.hour:02}:00")


def by_aisle(connection: Connection, period: Period) -> list[Counted]:
    """Each aisle, under its controller's name and its own."""
    return _lines(connection, period, [], lambda _, row: f"{row.station} {row.gate}")


def _lines(
    connection: Connection, period: Period, names: Sequence[str], name_of: Callable[[datetime, CountedRow], str]
) -> list[Counted]:
    sums = {name: Sum() for name in names}
    zone = ZoneInfo(period.zone)
    for row in _rows(connection, period):
        sums.setdefault(name_of(row.begins.astimezone(zone), row), Sum()).add(row)
    ordered = sums.items() if names else sorted(sums.items())
    return [one.line(name) for name, one in ordered]


def _rows(connection: Connection, period: Period) -> Iterator[CountedRow]:
    begins, ends = period.bounds
    query = select(visits).where(visits.c.begins >= begins, visits.c.begins < ends).order_by(visits.c.begins)
    yield from connection.execute(query)

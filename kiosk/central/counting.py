"""Figures of lending: by day, class, branch and station, turnover, overdue. Of who read what they know nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, and_, func, select

from kiosk.central.counter import EPOCH
from kiosk.central.store.tables import items, loans, progress

LONGEST_DAYS = 92
LATE = ((7, "d1-7"), (30, "d8-30"), (90, "d31-90"))
LATER = "d91"


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of a day to the end of another, in the library's time zone."""

    first: date
    last: date
    zone: str

    def begins(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    @property
    def holds(self) -> ColumnElement[bool]:
        """Whether a loan was made in it."""
        begins, ends = self.bounds
        return and_(loans.c.made_at >= begins, loans.c.made_at < ends)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Its first instant, and the first one behind it."""
        return self.begins(self.first), self.begins(self.last + timedelta(1))

    def days(self) -> list[date]:
        return [self.first + timedelta(number) for number in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class Counted:
    """One line: what of, and its figures."""

    name: str
    figures: tuple[int, ...]


def by_day(connection: Connection, period: Period) -> list[Counted]:
    """Loans of each day, days without one too."""
    found = []
    for day in period.days():
        within = and_(loans.c.made_at >= period.begins(day), loans.c.made_at < period.begins(day + timedelta(1)))
        count = connection.scalar(select(func.count()).select_from(loans).where(within)) or 0
        found.append(Counted(day.isoformat(), (count,)))
    return found


def by_class(connection: Connection, period: Period) -> list[Counted]:
    return _by_item(connection, period, items.c.loan_class)


def by_branch(connection: Connection, period: Period) -> list[Counted]:
    return _by_item(connection, period, items.c.branch)


def _by_item(connection: Connection, period: Period, column: Column[str]) -> list[Counted]:
    name = func.coalesce(column, "")
    joined = loans.outerjoin(items, items.c.id == loans.c.item)
    query = select(name, func.count()).select_from(joined).where(period.holds).group_by(name).order_by(name)
    return [Counted(str(key), (int(count),)) for key, count in connection.execute(query)]


def by_station(connection: Connection, period: Period) -> list[Counted]:
    query = select(loans.c.station, func.count()).where(period.holds).group_by(loans.c.station)
    rows = connection.execute(query.order_by(loans.c.station))
    return [Counted(station, (int(count),)) for station, count in rows]


def kiosk_percent(connection: Connection, counted: Sequence[Counted]) -> int:
    """How much of it kiosks lent; a desk or another maker's self-check is a station that central numbers itself."""
    counters = set(connection.scalars(select(progress.c.station).where(progress.c.epoch == EPOCH)))
    total = sum(one.figures[0] for one in counted)
    ours = sum(one.figures[0] for one in counted if one.name not in counters)
    return round(100 * ours / total) if total else 0


def turnover(connection: Connection, period: Period) -> list[Counted]:
    """By class: copies, loans, and loans a hundred copies."""
    query = select(items.c.loan_class, func.count()).group_by(items.c.loan_class).order_by(items.c.loan_class)
    copies = {name: int(count) for name, count in connection.execute(query)}
    lent = {one.name: one.figures[0] for one in by_class(connection, period)}
    return [
        Counted(name, (count, lent.get(name, 0), round(100 * lent.get(name, 0) / count)))
        for name, count in copies.items()
    ]


def overdue(connection: Connection, now: datetime) -> list[Counted]:
    """Loans that run and are late, by how long."""
    found, earlier = [], 0
    for days, name in LATE:
        found.append(Counted(name, (_due_between(connection, now - timedelta(days), now - timedelta(earlier)),)))
        earlier = days
    return [*found, Counted(LATER, (_due_between(connection, None, now - timedelta(earlier)),))]


def _due_between(connection: Connection, after: datetime | None, until: datetime) -> int:
    runs = [loans.c.ended_at.is_(None), loans.c.due < until]
    if after is not None:
        runs.append(loans.c.due >= after)
    return connection.scalar(select(func.count()).select_from(loans).where(*runs)) or 0

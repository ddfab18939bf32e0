"""Figures of lending: by day, class, branch and station, turnover, overdue. Of who read what they know nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, and_, func, select

from kiosk.central.counter import EPOCH
from kiosk.central.store.console_tables import lent_days
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
    of_day = _summed(period)
    query = select(lent_days.c.day, func.sum(lent_days.c.loans)).where(of_day).group_by(lent_days.c.day)
    known = {day: int(count) for day, count in connection.execute(query)}
    found = []
    for day in period.days():
        count = known[day] if day in known else _made(connection, Period(day, day, period.zone))
        found.append(Counted(day.isoformat(), (count,)))
    return found


def by_class(connection: Connection, period: Period) -> list[Counted]:
    return _by(connection, period, lent_days.c.loan_class, items.c.loan_class)


def by_branch(connection: Connection, period: Period) -> list[Counted]:
    return _by(connection, period, lent_days.c.branch, items.c.branch)


def by_station(connection: Connection, period: Period) -> list[Counted]:
    return _by(connection, period, lent_days.c.station, loans.c.station)


def made_and_renewed(connection: Connection, period: Period) -> tuple[int, int]:
    """Loans, and how often these were renewed."""
    sums = select(func.coalesce(func.sum(lent_days.c.loans), 0), func.coalesce(func.sum(lent_days.c.renewals), 0))
    lent, renewed = (int(one) for one in connection.execute(sums.where(_summed(period))).one())
    for part in _not_summed(connection, period):
        query = select(func.count(), func.coalesce(func.sum(loans.c.renewals), 0)).where(part.holds)
        more, again = connection.execute(query).one()
        lent, renewed = lent + int(more), renewed + int(again)
    return lent, renewed


def _by(connection: Connection, period: Period, summed: Column[str], told: Column[str]) -> list[Counted]:
    """The sums of days that are over; today, and what has no sum yet, from the loans themselves."""
    query = select(summed, func.sum(lent_days.c.loans)).where(_summed(period)).group_by(summed)
    found = Counter({str(name): int(count) for name, count in connection.execute(query)})
    joined = loans if told.table is loans else loans.outerjoin(items, items.c.id == loans.c.item)
    for part in _not_summed(connection, period):
        name = func.coalesce(told, "")
        rows = connection.execute(select(name, func.count()).select_from(joined).where(part.holds).group_by(name))
        found.update({str(key): int(count) for key, count in rows})
    return [Counted(name, (count,)) for name, count in sorted(found.items()) if count]


def _made(connection: Connection, period: Period) -> int:
    return connection.scalar(select(func.count()).select_from(loans).where(period.holds)) or 0


def _summed(period: Period) -> ColumnElement[bool]:
    return and_(lent_days.c.zone == period.zone, lent_days.c.day.between(period.first, period.last))


def _not_summed(connection: Connection, period: Period) -> Iterator[Period]:
    """Runs of days that nobody has summed up: today, and what the night has not come to."""
    known = set(connection.scalars(select(lent_days.c.day).where(_summed(period)).distinct()))
    missing = [day for day in period.days() if day not in known]
    for _, run in groupby(enumerate(missing), lambda one: one[1].toordinal() - one[0]):
        days = [day for _, day in run]
        yield Period(days[0], days[-1], period.zone)


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

"""Figures of a library's year in the terms of ISO 2789:2022, as far as the ledger knows them.

What each one counts stands beside it on the page (`kiosk/words/console`, `iso.…-is`). A figure that needs what nobody
has told central, such as how many people the library serves, is None; none is estimated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import Connection, func, or_, select

from kiosk.central import counting, visiting
from kiosk.central.counting import Counted, Period
from kiosk.central.holdings import ItemState
from kiosk.central.store.console_tables import audit
from kiosk.central.store.tables import holds, items, loans, patrons, records
from kiosk.rules.calendar import Calendar

LONGEST_DAYS = 366
NOBODY = ""
"""The patron of a loan that has ended long ago: who it was is forgotten."""
GONE = (ItemState.WITHDRAWN.value, ItemState.LOST.value)
"""What is not held any more."""
MARKED_WITHDRAWN = f'%"{ItemState.WITHDRAWN.value}"]%'
"""In the trail, of a deed that made a copy so."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure by its name. A whole number counts; a fraction is told with two decimals; None is not known."""

    name: str
    value: int | Fraction | None


def figures(connection: Connection, period: Period, calendar: Calendar, population: int) -> list[Figure]:
    """Every figure of a period. `population`: how many people the library serves; 0 where that is not known."""
    lent, renewed = counting.made_and_renewed(connection, period)
    visits = visiting.made(connection, period)
    registered, active, copies = _registered(connection, period), _active(connection, period), _copies(connection)
    stations = counting.by_station(connection, period)
    return [
        Figure("registered", registered),
        Figure("registered-percent", _ratio(100 * registered, population)),
        Figure("active", active),
        Figure("active-percent", _ratio(100 * active, registered)),
        Figure("visits", visits),
        Figure("visits-per-capita", _ratio(visits, population)),
        Figure("titles", connection.scalar(select(func.count()).select_from(records)) or 0),
        Figure("copies", copies),
        Figure("copies-per-capita", _ratio(copies, population)),
        Figure("added", _added(connection, period)),
        Figure("withdrawn", _withdrawn(connection, period)),
        Figure("loans", lent),
        Figure("renewals", renewed),
        Figure("loans-per-capita", _ratio(lent, population)),
        Figure("loans-per-borrower", _ratio(lent, active)),
        Figure("turnover", _ratio(lent, copies)),
        Figure("kiosk-percent", counting.kiosk_percent(connection, stations) if stations else None),
        Figure("reservations", _reserved(connection, period)),
        Figure("open-days", calendar.open_days(period.first, period.last + timedelta(1))),
        Figure("open-hours", _open_hours(calendar, period)),
    ]


def loans_by_month(connection: Connection, period: Period) -> list[Counted]:
    """Loans of each month, or of the part of it that lies in the period; from the first of them to the last."""
    return [Counted(name, (counting.made_and_renewed(connection, month)[0],)) for name, month in _months(period)]


def visits_by_month(connection: Connection, period: Period) -> list[Counted]:
    """Visits of each month, in the same way."""
    return [Counted(name, (visiting.made(connection, month),)) for name, month in _months(period)]


def _months(period: Period) -> Iterator[tuple[str, Period]]:
    first = period.first
    while first <= period.last:
        following = (first.replace(day=1) + timedelta(31)).replace(day=1)
        yield f"{first:%Y-%m}", Period(first, min(period.last, following - timedelta(1)), period.zone)
        first = following


def _registered(connection: Connection, period: Period) -> int:
    valid = or_(patrons.c.expires.is_(None), patrons.c.expires >= period.last)
    return connection.scalar(select(func.count()).select_from(patrons).where(valid)) or 0


def _active(connection: Connection, period: Period) -> int:
    """Grouped, not counted as distinct: PostgreSQL sorts for the one and hashes for the other."""
    each = select(loans.c.patron).where(period.holds, loans.c.patron != NOBODY).group_by(loans.c.patron).subquery()
    return connection.scalar(select(func.count()).select_from(each)) or 0


def _copies(connection: Connection) -> int:
    """All, less the few that are gone: those have an index."""
    gone = select(func.count()).select_from(items).where(items.c.state.in_(GONE)).scalar_subquery()
    return int(connection.scalar(select(func.count() - gone).select_from(items)) or 0)


def _added(connection: Connection, period: Period) -> int:
    begins, ends = period.bounds
    within = (records.c.added_at >= begins) & (records.c.added_at < ends)
    return connection.scalar(select(func.count()).select_from(records).where(within)) or 0


def _withdrawn(connection: Connection, period: Period) -> int:
    """Copies, each once: who marks one by mistake, and again later, has withdrawn one."""
    begins, ends = period.bounds
    within = (audit.c.action == "item.state", audit.c.at >= begins, audit.c.at < ends)
    marked = audit.c.changes.like(MARKED_WITHDRAWN)
    return connection.scalar(select(func.count(audit.c.subject.distinct())).where(*within, marked)) or 0


def _reserved(connection: Connection, period: Period) -> int:
    begins, ends = period.bounds
    within = (holds.c.placed_at >= begins) & (holds.c.placed_at < ends)
    return connection.scalar(select(func.count()).select_from(holds).where(within)) or 0


def _open_hours(calendar: Calendar, period: Period) -> int | None:
    """A calendar without hours says open all day; that is no figure."""
    return calendar.open_minutes(*period.bounds) // 60 if calendar.has_hours else None


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def first_day(last: date) -> date:
    """Of the usual period: the year so far."""
    return last.replace(month=1, day=1)

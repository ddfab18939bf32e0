"""Sums of the loans of each day that is over, made at night: a report reads them and not half a million loans.

The loans stay the truth. Each night the days of the last year are compared with their sums, and those that differ are
summed again: a kiosk that was off line tells its loans late, and a loan is renewed after its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Integer, cast, delete, func, insert, literal, select

from kiosk.central.counting import Period
from kiosk.central.store import writing
from kiosk.central.store.console_tables import lent_days
from kiosk.central.store.tables import items, loans

LOOKED_AT_DAYS = 400
"""Nothing is told of days before."""
Sums = tuple[int, int]
"""Loans, and their renewals."""


def days_to_sum(connection: Connection, zone: str, now: datetime) -> Iterator[Period]:
    """Days that are over and have no sum, or a wrong one, from the first loan on."""
    first = connection.scalar(select(func.min(loans.c.made_at)))
    if first is None:
        return
    today = now.astimezone(ZoneInfo(zone)).date()
    known = _known(connection, zone)
    day = first.astimezone(ZoneInfo(zone)).date()
    while day < today:
        period = Period(day, day, zone)
        is_settled = day in known and day < today - timedelta(LOOKED_AT_DAYS)
        if not is_settled and known.get(day) != _told(connection, period):
            yield period
        day += timedelta(1)


def sum_day(engine: Engine, day: Period) -> None:
    """Sum one day up, again where it was."""
    columns = (func.coalesce(items.c.branch, ""), func.coalesce(items.c.loan_class, ""), loans.c.station)
    sums = (func.count(), cast(func.coalesce(func.sum(loans.c.renewals), 0), Integer))
    joined = loans.outerjoin(items, items.c.id == loans.c.item)
    counted = select(literal(day.zone), literal(day.first, lent_days.c.day.type), *columns, *sums)
    counted = counted.select_from(joined).where(day.holds).group_by(*columns)
    this = (lent_days.c.zone == day.zone) & (lent_days.c.day == day.first)
    with writing(engine) as connection:
        connection.execute(delete(lent_days).where(this))
        made = connection.execute(insert(lent_days).from_select([one.name for one in lent_days.columns], counted))
        if not made.rowcount:
            nothing = {"branch": "", "loan_class": "", "station": "", "loans": 0, "renewals": 0}
            connection.execute(insert(lent_days).values(zone=day.zone, day=day.first, **nothing))


def _known(connection: Connection, zone: str) -> dict[date, Sums]:
    sums = (func.sum(lent_days.c.loans), func.sum(lent_days.c.renewals))
    query = select(lent_days.c.day, *sums).where(lent_days.c.zone == zone).group_by(lent_days.c.day)
    return {day: (int(lent), int(renewed)) for day, lent, renewed in connection.execute(query)}


def _told(connection: Connection, day: Period) -> Sums:
    query = select(func.count(), func.coalesce(func.sum(loans.c.renewals), 0)).where(day.holds)
    lent, renewed = connection.execute(query).one()
    return int(lent), int(renewed)

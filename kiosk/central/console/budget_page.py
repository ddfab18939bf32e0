"""The budget of a year: each fund with what it has, what is promised, spent and left; and what came in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kiosk.central.budgeting import of_year
from kiosk.central.console.asked import Answer, Asked, BadField, Page, Sheet, Shown
from kiosk.central.console.frame import address
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.tables import payments
from kiosk.library.budget.funds import EXPENSE, Balance, ExpenseState
from kiosk.web.csv_text import MARK, csv_text
from kiosk.web.roles import Permission

GIVEN_AWAY = ("waiver",)
"""Ways of payment by which nothing comes in."""
MOST_ROWS = 100_000
COLUMNS = ("paid_on", "fund", "number", "what", "supplier", "invoice", "paid")
"""Of the file for the books."""


def _year(asked: Asked) -> int:
    text = asked.query.get("year", "")
    if not text:
        return asked.local_now.year
    if not (text.isascii() and text.isdecimal() and 2000 <= int(text) <= 2100):
        raise BadField("year", "wrong.number-between")
    return int(text)


def budget(asked: Asked) -> Answer:
    """All funds of the year, and the money that patrons paid in each month."""
    year = _year(asked)
    rows = of_year(asked.connection, year)
    at_the_top = [balance for fund, balance in rows if not fund.parent]
    total = Balance(
        *(sum(getattr(one, part) for one in at_the_top) for part in ("allocated", "moved", "committed", "spent"))
    )
    values = {
        "year": year,
        "rows": rows,
        "total": total,
        "months": _received(asked, year),
        "before": address("/console/budget", year=year - 1),
        "after": address("/console/budget", year=year + 1),
        "csv": address("/console/budget.csv", year=year),
    }
    return Shown("budget.html", values)


def _received(asked: Asked, year: int) -> list[tuple[int, int]]:
    """Month and cents."""
    zone = ZoneInfo(asked.console.time_zone)
    begins, ends = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    paid = select(payments.c.at, payments.c.amount_cents).where(
        payments.c.at >= begins, payments.c.at < ends, payments.c.method.not_in(GIVEN_AWAY)
    )
    months = [0] * 12
    for at, cents in asked.connection.execute(paid.limit(MOST_ROWS)):
        months[at.astimezone(zone).month - 1] += int(cents)
    return [(number + 1, cents) for number, cents in enumerate(months) if cents]


def sheet(asked: Asked) -> Answer:
    """What was paid, for the books: date, fund, document, invoice, amount."""
    year = _year(asked)
    table = TABLES[EXPENSE.kind.name]
    in_year = table.c.paid_on.between(date(year, 1, 1), date(year, 12, 31))
    paid = select(table).where(table.c.state == ExpenseState.PAID.value, in_year)
    rows = asked.connection.execute(paid.order_by(table.c.paid_on, table.c.number).limit(MOST_ROWS)).all()
    heads = [asked.say(f"field.{name}") for name in COLUMNS]

    def lines() -> Iterator[str]:
        yield MARK + csv_text([heads])
        for row in rows:
            of_whom = (row.what, row.supplier or "", row.invoice)
            yield csv_text([[row.paid_on.isoformat(), row.fund, row.number, *of_whom, _plain(row.paid)]])

    return Sheet(f"expenses-{year}.csv", lines())


def _plain(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


PAGES = (
    Page("/budget", Permission.BUDGET_READ, budget),
    Page("/budget.csv", Permission.BUDGET_READ, sheet),
)

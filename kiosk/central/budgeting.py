"""What funds have, from their papers; and what of an expense, a transfer or a fund cannot be. All in cents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, case, func, select

from kiosk.central.documents import PaperRow
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.budget.funds import EXPENSE, FUND, TRANSFER, Balance, ExpenseState, FundState, TransferState

MOST_FUNDS = 2_000


def fund_row(connection: Connection, number: str, *, lock: bool = False) -> PaperRow | None:
    """The fund that people call so; locked, nobody else commits anything of it before this transaction ends."""
    table = TABLES[FUND.kind.name]
    query = select(table).where(table.c.number == number)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def balances(connection: Connection, numbers: Sequence[str]) -> Mapping[str, Balance]:
    """Of each of these funds."""
    funds, expenses = TABLES[FUND.kind.name], TABLES[EXPENSE.kind.name]
    allocated = {
        row.number: int(row.allocated)
        for row in connection.execute(select(funds.c.number, funds.c.allocated).where(funds.c.number.in_(numbers)))
    }
    committed = func.sum(case((expenses.c.state == ExpenseState.APPROVED.value, expenses.c.amount), else_=0))
    spent = func.sum(case((expenses.c.state == ExpenseState.PAID.value, expenses.c.paid), else_=0))
    used = connection.execute(
        select(expenses.c.fund, committed, spent).where(expenses.c.fund.in_(numbers)).group_by(expenses.c.fund)
    )
    of_papers = {fund: (int(approved or 0), int(paid or 0)) for fund, approved, paid in used}
    moved = _moved(connection, numbers)
    return {
        number: Balance(cents, moved.get(number, 0), *of_papers.get(number, (0, 0)))
        for number, cents in allocated.items()
    }


def _moved(connection: Connection, numbers: Sequence[str]) -> Mapping[str, int]:
    table = TABLES[TRANSFER.kind.name]
    done = select(table.c.fund, table.c.to_fund, table.c.amount).where(
        table.c.state == TransferState.DONE.value, table.c.fund.in_(numbers) | table.c.to_fund.in_(numbers)
    )
    moved: dict[str, int] = {}
    for out, into, cents in connection.execute(done):
        moved[out] = moved.get(out, 0) - int(cents)
        moved[into] = moved.get(into, 0) + int(cents)
    return moved


def of_year(connection: Connection, year: int) -> Sequence[tuple[PaperRow, Balance]]:
    """Every fund of a year that was approved."""
    table = TABLES[FUND.kind.name]
    live = (FundState.APPROVED.value, FundState.RUNNING.value, FundState.CLOSED.value)
    query = select(table).where(table.c.year == year, table.c.state.in_(live)).order_by(table.c.number)
    rows = connection.execute(query.limit(MOST_FUNDS)).all()
    told = balances(connection, [str(row.number) for row in rows])
    return [(row, told[str(row.number)]) for row in rows]


def why_not_spent(connection: Connection, number: str, cents: int) -> str | None:
    """The key of the sentence that says why a fund cannot give so much; None: it can. Locks the fund."""
    fund = fund_row(connection, number, lock=True)
    if fund is None or fund.state != FundState.RUNNING.value:
        return "fund.not-running"
    return None if balances(connection, [number])[number].available >= cents else "fund.not-enough"


def why_not_moved(connection: Connection, out: str, into: str, cents: int) -> str | None:
    """The same for a transfer: both run, and are of one year."""
    first, second = (fund_row(connection, number, lock=True) for number in sorted((out, into)))
    if first is None or second is None or {first.state, second.state} != {FundState.RUNNING.value}:
        return "fund.not-running"
    if first.year != second.year:
        return "fund.other-year"
    return why_not_spent(connection, out, cents)


def why_not_opened(connection: Connection, fund: PaperRow) -> str | None:
    """Of a fund that runs since a moment ago: it does so once a year, and parts are not more than their whole."""
    table = TABLES[FUND.kind.name]
    running = select(table.c.number).where(
        table.c.name == fund.name,
        table.c.year == fund.year,
        table.c.state == FundState.RUNNING.value,
        table.c.id != fund.id,
    )
    if connection.execute(running.limit(1)).first() is not None:
        return "fund.runs-already"
    if not fund.parent:
        return None
    parent = fund_row(connection, str(fund.parent), lock=True)
    if parent is None or parent.year != fund.year:
        return "fund.other-year"
    live = (FundState.RUNNING.value, FundState.CLOSED.value)
    parts = select(func.sum(table.c.allocated)).where(table.c.parent == fund.parent, table.c.state.in_(live))
    together = int(connection.scalar(parts) or 0)
    return "fund.parts-above-whole" if together > int(parent.allocated) else None


def why_not_closed(connection: Connection, fund: PaperRow) -> str | None:
    """Nothing is under way: what was approved is paid or cancelled first."""
    return "fund.still-committed" if balances(connection, [str(fund.number)])[str(fund.number)].committed else None

"""Funds: what is left follows from the papers, whoever does what in which order, and never falls below nothing."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from kiosk.central import duties
from kiosk.central.budgeting import balances
from kiosk.central.duty_effects import Hindered
from kiosk.central.store import writing
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.budget.funds import EXPENSE, FUND, TRANSFER, Balance
from kiosk.library.documents import Refused, Wish
from kiosk.library.forms import Duty, Value, Values
from tests.central.console.desk import somebody
from tests.central.console.test_duties import steps, words_at, writes

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MAY = frozenset({"budget.write", "budget.approve", "expense.write", "expense.pay"})


def write(store: Engine, duty: Duty, form: str, /, **values: Value) -> str:
    whole: dict[str, Value] = {one.name: "" if one.kind in ("line", "text", "choice") else None for one in duty.fields}
    with writing(store) as connection:
        return duties.write(connection, duty, form, {**whole, **values}, who="mei", now=NOW)


def step(store: Engine, duty: Duty, name: str, action: str, values: Values | None = None) -> str:
    """The state then, or why it was not taken."""
    with writing(store) as connection:
        row = duties.by_id(connection, duty, name)
        known = duty.kind.action(action)
        assert row is not None
        assert known is not None
        wish = Wish(known, "boss", MAY, int(row.version), "because")
        try:
            done = duties.step(connection, duty, row, wish, values or {}, NOW)
        except Hindered as hindered:
            return hindered.key
        return str(done.why) if isinstance(done, Refused) else str(done)


def fund(store: Engine, name: str, cents: int, year: int = 2026, parent: str = "") -> str:
    """A fund that runs; its number."""
    number = write(store, FUND, name, name=name, year=year, purpose="books", allocated=cents, parent=parent)
    for action in ("submit", "approve", "open"):
        said = step(store, FUND, name, action)
    assert said == "running", said
    return number


def left(store: Engine, number: str) -> Balance:
    with store.connect() as connection:
        return balances(connection, [number])[number]


PAID: Values = {"paid": 9_000, "paid_on": date(2026, 3, 2), "invoice": "R-1"}


def test_an_expense_is_promised_then_spent_and_a_fund_gives_no_more_than_it_has(store: Engine) -> None:
    books = fund(store, "books", 20_000)
    write(store, EXPENSE, "a", what="novels", fund=books, amount=9_500)
    write(store, EXPENSE, "b", what="maps", fund=books, amount=12_000)
    assert step(store, EXPENSE, "a", "approve") == "approved"
    assert left(store, books) == Balance(20_000, 0, 9_500, 0)
    assert step(store, EXPENSE, "b", "approve") == "fund.not-enough"
    assert left(store, books) == Balance(20_000, 0, 9_500, 0), "nothing is half done"
    assert step(store, EXPENSE, "a", "pay", {**PAID, "paid": 12_000}) == "expense.differs"
    assert step(store, EXPENSE, "a", "pay", PAID) == "paid"
    assert left(store, books) == Balance(20_000, 0, 0, 9_000)
    assert step(store, FUND, "books", "close") == "closed"
    write(store, EXPENSE, "c", what="late", fund=books, amount=1)
    assert step(store, EXPENSE, "c", "approve") == "fund.not-running"


def test_what_a_budget_cannot_be_is_named(store: Engine) -> None:
    whole, other = fund(store, "whole", 10_000), fund(store, "other", 5_000, year=2027)
    fund(store, "part", 6_000, parent=whole)
    write(store, FUND, "more", name="more", year=2026, purpose="books", allocated=4_001, parent=whole)
    write(store, FUND, "twice", name="whole", year=2026, purpose="books", allocated=1)
    for name, why in (("more", "fund.parts-above-whole"), ("twice", "fund.runs-already")):
        step(store, FUND, name, "submit")
        step(store, FUND, name, "approve")
        assert step(store, FUND, name, "open") == why
    for name, to, cents, why in (
        ("self", whole, 1, "transfer.to-itself"),
        ("year", other, 1, "fund.other-year"),
    ):
        write(store, TRANSFER, name, why="x", fund=whole, to_fund=to, amount=cents)
        assert step(store, TRANSFER, name, "approve") == why
    write(store, EXPENSE, "open", what="x", fund=whole, amount=5)
    step(store, EXPENSE, "open", "approve")
    assert step(store, FUND, "whole", "close") == "fund.still-committed"


def test_ten_approvals_at_once_do_not_spend_the_same_money_twice(store: Engine) -> None:
    books = fund(store, "books", 35)
    for number in range(10):
        write(store, EXPENSE, f"e{number}", what="x", fund=books, amount=10)
    with ThreadPoolExecutor(5) as people:
        said = list(people.map(lambda number: step(store, EXPENSE, f"e{number}", "approve"), range(10)))
    assert sorted(said) == ["approved"] * 3 + ["fund.not-enough"] * 7
    assert left(store, books).available == 5


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "approve", "pay", "cancel", "send-back", "move"]),
        st.integers(0, 5),
        st.integers(1, 400),
    ),
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_whatever_is_done_in_whatever_order_the_sums_agree(store: Engine, deeds: list[tuple[str, int, int]]) -> None:
    run = uuid.uuid4()
    funds = [fund(store, f"{run}-{number}"[-60:], 500) for number in range(2)]
    for number, (deed, which, cents) in enumerate(deeds):
        match deed:
            case "ask":
                write(store, EXPENSE, f"{run}{which}"[-64:], what="x", fund=funds[which % 2], amount=cents)
            case "move":
                name = f"{run}m{number}"[-64:]
                write(store, TRANSFER, name, why="x", fund=funds[which % 2], to_fund=funds[1 - which % 2], amount=cents)
                step(store, TRANSFER, name, "approve")
            case _:
                with store.connect() as connection:
                    row = duties.by_id(connection, EXPENSE, f"{run}{which}"[-64:])
                if row is not None:
                    paid: Values = {"paid": int(row.amount), "paid_on": date(2026, 3, 2), "invoice": "x"}
                    step(store, EXPENSE, str(row.id), deed, paid if deed == "pay" else {})
    told = [left(store, number) for number in funds]
    assert all(one.available >= 0 for one in told)
    assert sum(one.moved for one in told) == 0
    with store.connect() as connection:
        table = TABLES[EXPENSE.kind.name]
        rows = connection.execute(select(table).where(table.c.fund.in_(funds))).all()
    assert sum(one.committed for one in told) == sum(row.amount for row in rows if row.state == "approved")
    assert sum(one.spent for one in told) == sum(row.paid for row in rows if row.state == "paid")


def test_at_the_console_with_its_people(store: Engine) -> None:
    kim, boss = somebody(store, "finance", name="kim"), somebody(store, "director", name="boss")
    ann = somebody(store, "acquisitions", name="ann")
    number = writes(kim, "fund", name="Books", year="2026", purpose="books", allocated="1000.00")
    steps(kim, "fund", number, "submit")
    steps(boss, "fund", number, "approve")
    steps(kim, "fund", number, "open")
    expense = writes(ann, "expense", what="Atlas", fund=number, amount="250.00")
    steps(boss, "expense", expense, "approve")
    steps(kim, "expense", expense, "pay", paid="245.50", paid_on="2026-04-01", invoice="R-77")
    page = words_at(kim, "/console/budget?year=2026")
    assert "¥754.50" in page
    told = kim.get("/console/budget.csv?year=2026").text
    assert "2026-04-01" in told
    assert "R-77" in told
    assert "245.50" in told
    assert kim.get("/console/budget?year=soon").status_code == 422

"""Reports add up with what happened, and the nightly audit finds each planted fault and mends it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from kiosk.central import counting, iso2789, visiting
from kiosk.central.auditing import audit
from kiosk.central.console.reports import ISO, KINDS, OVERDUE
from kiosk.central.counting import Counted, Period
from kiosk.central.store import writing
from kiosk.central.store.console_tables import findings
from kiosk.central.store.tables import allocations, charges, items, loans, payments
from kiosk.central.summing import days_to_sum, sum_day
from tests.central.console.desk import somebody, trail
from tests.central.console.people import a_gate_with_people, rings
from tests.central.library import DESK, MONDAY, Central, Kiosk, made, opened

WEEK = Period(date(2026, 11, 23), date(2026, 11, 29), "Asia/Shanghai")


def lend(engine: Engine, intent: str, item: str, at: datetime, **more: object) -> None:
    row = {"intent": intent, "patron": "wei", "item": item, "station": "kiosk-1", "seq": 1, "made_at": at}
    with writing(engine) as connection:
        connection.execute(insert(loans).values({**row, "due": at + timedelta(days=28), "opened": True, **more}))


def test_days_are_the_librarys_own_and_each_loan_counts_once(store: Engine) -> None:
    for number, hour in enumerate((-10, -8.001, -8, 0, 15.999, 16)):
        lend(store, f"l{number}", "snow", datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hour))
    with store.connect() as connection:
        days = {one.name: one.figures[0] for one in counting.by_day(connection, WEEK)}
    assert days["2026-11-23"] == 2
    assert days["2026-11-24"] == 3
    assert days["2026-11-25"] == 1
    assert sum(days.values()) == 6


def test_every_report_has_the_same_sum(store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "dune").values(branch="east", loan_class="short"))
    for number, item in enumerate(("snow", "dune", "dune", "unknown-item")):
        lend(store, f"l{number}", item, MONDAY, station="desk" if number == 1 else "kiosk-1")
    with store.connect() as connection:
        for count in (counting.by_day, counting.by_class, counting.by_branch, counting.by_station):
            assert sum(one.figures[0] for one in count(connection, WEEK)) == 4, count.__name__
        assert {one.name: one.figures for one in counting.turnover(connection, WEEK)} == {
            "book": (7, 1, 14),
            "short": (1, 2, 200),
        }


def test_the_share_of_kiosks_leaves_desks_out(store: Engine) -> None:
    mei = somebody(store, "circulation", "director")
    mei.get("/console/patron?id=wei")
    mei.send("/console/patron/lend", scan="snow")
    for number in range(3):
        lend(store, f"l{number}", "zahir", datetime.now(UTC))
    assert "Kiosks lent 75 % of all" in mei.get("/console/reports?by=station").text


@pytest.mark.parametrize("kind", [*KINDS, OVERDUE])
def test_every_report_opens_and_its_csv_says_the_same(store: Engine, central: Central, kind: str) -> None:
    lend(store, "l1", "snow", datetime.now(UTC) - timedelta(days=40))
    lend(store, "l2", "snow", datetime.now(UTC))
    central.hears(a_gate_with_people())
    rings(store, "a1", datetime.now(UTC))
    boss = somebody(store, "director")
    page = boss.get(f"/console/reports?by={kind}")
    assert page.status_code == 200
    answer = boss.get(f"/console/reports.csv?by={kind}")
    _, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert rows
    for row in rows:
        assert all(cell in page.text for cell in row)


@pytest.mark.parametrize("wrong", ["from=x", "from=2026-11-02&to=2026-11-01", "from=2020-01-01&to=2026-01-01", "by=x"])
def test_a_period_that_is_none_is_said(store: Engine, wrong: str) -> None:
    boss = somebody(store, "director")
    assert boss.get(f"/console/reports?{wrong}").status_code == 422
    assert boss.get(f"/console/reports.csv?{wrong}").status_code == 422


def open_findings(engine: Engine) -> set[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(select(findings).where(findings.c.state == "open")).all()
    return {(row.kind, row.subject) for row in rows}


def plant(engine: Engine) -> None:
    """One of each fault."""
    lend(engine, "w1", "snow", MONDAY)
    lend(engine, "t1", "zahir", MONDAY)
    lend(engine, "t2", "zahir", MONDAY + timedelta(hours=1), patron="amy")
    with writing(engine) as connection:
        connection.execute(update(items).where(items.c.id == "snow").values(state="withdrawn"))
        connection.execute(update(charges).where(charges.c.id == "old-above").values(paid_cents=400))
        paid = {"patron": "wei", "amount_cents": 500, "currency": "CNY", "method": "cash", "at": MONDAY}
        connection.execute(insert(payments).values(id="p1", credit_cents=0, **paid))


def test_each_fault_is_found_once_and_its_button_mends_it(store: Engine, central: Central) -> None:
    assert audit(store, central.now) == 0
    plant(store)
    expected = {
        ("withdrawn-lent", "snow"),
        ("two-loans", "zahir"),
        ("balance", "old-above"),
        ("balance", "payment:p1"),
        ("ledger", "wei"),
    }
    for _ in range(2):
        assert audit(store, central.now) == 5
        assert open_findings(store) == expected
    boss = somebody(store, "director")
    for left in (4, 3, 2, 1, 0):
        boss.get("/console/findings")
        assert "Repaired" in boss.send("/console/findings/settle", decision="repair")
        assert len(open_findings(store)) == left
    assert audit(store, central.now) == 0
    with store.connect() as connection:
        assert connection.scalar(select(items.c.state).where(items.c.id == "snow")) == ""
        running = connection.execute(select(loans).where(loans.c.item == "zahir", loans.c.ended_at.is_(None))).all()
        assert [(row.intent, row.patron) for row in running] == [("t2", "amy")]
        ended = connection.execute(select(loans).where(loans.c.intent == "t1")).one()
        assert (ended.ended_at, ended.end_why) == (MONDAY + timedelta(hours=1), "implied-return")
        assert connection.scalar(select(charges.c.paid_cents).where(charges.c.id == "old-above")) == 0
        assert connection.scalar(select(payments.c.credit_cents).where(payments.c.id == "p1")) == 500
    assert {action for _, action, _ in trail(store)} == {"finding.repaired"}


def test_a_tag_that_was_never_opened_is_looked_at_and_accepted_for_good(store: Engine, central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(made("i2", "wei", "zahir"))
    kiosk.does(opened("i2", "zahir"))
    central.hears(kiosk)
    mei = somebody(store, "circulation")
    mei.get("/console/patron?id=amy")
    mei.send("/console/patron/lend", scan="river")
    later = datetime.now(UTC) + timedelta(hours=2)
    assert audit(store, later) == 1
    assert open_findings(store) == {("untagged", "i1")}
    boss = somebody(store, "director", name="boss")
    boss.get("/console/findings")
    assert "Say why" in boss.send("/console/findings/settle", decision="accept")
    assert "Accepted" in boss.send("/console/findings/settle", decision="accept", reason="its tag is torn")
    assert audit(store, later) == 0


def test_what_is_gone_by_itself_is_closed(store: Engine, central: Central) -> None:
    plant(store)
    audit(store, central.now)
    with writing(store) as connection:
        connection.execute(delete(allocations))
        connection.execute(update(charges).where(charges.c.id == "old-above").values(paid_cents=0))
    assert audit(store, central.now) == 4
    assert ("balance", "old-above") not in open_findings(store)


def test_a_report_is_drawn_beside_its_table_and_a_name_in_it_is_text(store: Engine) -> None:
    hostile = "</title><script>alert(1)</script>"
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "dune").values(branch=hostile))
    lend(store, "l1", "dune", datetime.now(UTC))
    boss = somebody(store, "director")
    for kind, bars in (("day", 1), ("branch", 1), ("class", 1), ("station", 1)):
        boss.get(f"/console/reports?by={kind}")
        assert boss.page.count("<rect") == bars, kind
        assert "<script>" not in boss.page
    assert "<svg" not in boss.get("/console/reports?by=day&from=2001-01-01&to=2001-01-02").text


def figures(engine: Engine, period: Period, population: int = 0) -> dict[str, str]:
    """By name, as they are told; not known: empty."""
    with engine.connect() as connection:
        found = iso2789.figures(connection, period, DESK.policy.calendar, population)
    return {one.name: "" if one.value is None else f"{float(one.value):g}" for one in found}


def test_figures_of_iso_2789_count_what_they_say(store: Engine) -> None:
    for number, (patron, item) in enumerate((("wei", "snow"), ("wei", "dune"), ("amy", "zahir"), ("", "river"))):
        lend(store, f"l{number}", item, MONDAY, patron=patron, renewals=number)
    lend(store, "before", "atlas", MONDAY - timedelta(7))
    mei = somebody(store, "circulation", "collections")
    for state in ("withdrawn", "", "withdrawn"):  # by mistake, back, and for good
        mei.get("/console/item?id=notes")
        mei.send("/console/item/state", state=state, reason="torn")
    today = datetime.now(UTC).date()
    week = replace(WEEK, last=max(WEEK.last, today + timedelta(1)))
    found = figures(store, week, population=100)
    assert {name: found[name] for name in ("loans", "renewals", "active", "copies", "withdrawn", "visits")} == {
        "loans": "4",
        "renewals": "6",
        "active": "2",
        "copies": "7",
        "withdrawn": "1",
        "visits": "0",
    }
    assert found["loans-per-borrower"] == "2"
    assert found["loans-per-capita"] == "0.04"
    assert found["registered"] == found["registered-percent"] == "6"
    assert figures(store, week)["loans-per-capita"] == ""


def test_visits_of_a_year_are_those_of_its_days(store: Engine, central: Central) -> None:
    central.hears(a_gate_with_people())
    today = datetime.now(UTC)
    period = Period(today.date() - timedelta(2), today.date() + timedelta(2), "UTC")
    with store.connect() as connection:
        assert visiting.made(connection, period) == 13, "ten and three; the two who came while it was closed are none"
        assert sum(one.figures[0] for one in iso2789.visits_by_month(connection, period)) == 13


def test_months_of_a_period_have_each_loan_once_and_begin_and_end_with_it(store: Engine) -> None:
    for number, day in enumerate((date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))):
        lend(store, f"l{number}", "snow", datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
    with store.connect() as connection:
        months = iso2789.loans_by_month(connection, Period(date(2026, 1, 31), date(2026, 2, 28), WEEK.zone))
    assert [(one.name, one.figures[0]) for one in months] == [("2026-01", 1), ("2026-02", 2)]


def test_every_figure_of_the_year_is_defined_on_the_page_and_in_the_file(store: Engine) -> None:
    boss = somebody(store, "director")
    lend(store, "l", "snow", datetime.now(UTC) - timedelta(minutes=1))
    boss.get(f"/console/reports?by={ISO}")
    assert "Loans by month" in boss.reads
    assert "not known" in boss.reads
    sheet = boss.get(f"/console/reports.csv?by={ISO}").text
    rows = list(csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff"))))
    assert len(rows) == 20
    assert all(row["What it counts"].endswith(".") for row in rows)
    assert next(row["Value"] for row in rows if row["Figure"] == "Loans") == "1"
    assert boss.get(f"/console/reports?by={ISO}&from=2024-01-01&to=2024-12-31").status_code == 200
    assert boss.get(f"/console/reports?by={ISO}&from=2023-12-31&to=2024-12-31").status_code == 422


def night(store: Engine, now: datetime) -> None:
    """What housekeeping does about figures."""
    with store.connect() as connection:
        days = list(days_to_sum(connection, WEEK.zone, now))
    for day in days:
        sum_day(store, day)


def counted(store: Engine) -> dict[str, list[Counted]]:
    reports = {"day": counting.by_day, "class": counting.by_class, "branch": counting.by_branch}
    with store.connect() as connection:
        made, renewed = counting.made_and_renewed(connection, WEEK)
        found = {name: count(connection, WEEK) for name, count in reports.items()}
        return {**found, "station": counting.by_station(connection, WEEK), "sum": [Counted("", (made, renewed))]}


def test_sums_of_the_night_say_what_the_loans_say(store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "dune").values(branch="east", loan_class="short"))
    for number, item in enumerate(("snow", "dune", "dune", "unknown-item", "snow")):
        lend(store, f"l{number}", item, MONDAY + timedelta(hours=20 * number), renewals=number)
    live = counted(store)
    night(store, MONDAY + timedelta(days=2))
    assert counted(store) == live
    with store.connect() as connection:
        assert list(days_to_sum(connection, WEEK.zone, MONDAY + timedelta(days=2))) == []


def test_a_loan_that_a_kiosk_tells_days_later_is_in_the_sums_of_the_next_night(store: Engine) -> None:
    lend(store, "l1", "snow", MONDAY)
    night(store, MONDAY + timedelta(days=3))
    lend(store, "late", "dune", MONDAY + timedelta(minutes=5))
    with writing(store) as connection:
        connection.execute(update(loans).where(loans.c.intent == "l1").values(renewals=1))
    night(store, MONDAY + timedelta(days=3))
    assert counted(store)["sum"] == [Counted("", (2, 1))]


def test_sums_are_of_the_days_of_one_zone(store: Engine) -> None:
    lend(store, "l1", "snow", MONDAY)
    night(store, MONDAY + timedelta(days=3))
    elsewhere = replace(WEEK, zone="America/New_York")
    with store.connect() as connection:
        days = {one.name: one.figures[0] for one in counting.by_day(connection, elsewhere)}
        assert sum(one.figures[0] for one in counting.by_class(connection, elsewhere)) == 0
    assert sum(days.values()) == 0, "nine on Monday in Shanghai is Sunday there, before the week"

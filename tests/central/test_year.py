"""A season of a branch, lived through the product's own code: it balances, and the same chance gives the same one."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from kiosk.central.budgeting import of_year
from kiosk.central.store.climate_tables import sensor_hours
from kiosk.central.store.console_tables import audit
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.tables import loans
from kiosk.central.year.living import YearIsThere, live
from kiosk.library.duty_book import DUTIES
from tests.central.console.desk import ROLES
from tests.central.library import DESK

LAST, DAYS = date(2026, 11, 25), 40


def test_every_duty_has_something_to_show_and_all_of_it_balances(store: Engine) -> None:
    lived = live(store, DESK, ROLES, LAST, seed=1, days=DAYS)
    papers = {duty.kind.name: lived.done[duty.kind.name] for duty in DUTIES}
    with store.connect() as connection:
        for name, count in papers.items():
            assert connection.scalar(select(func.count()).select_from(TABLES[name])) == count, name
        out = connection.scalar(select(func.count()).select_from(loans).where(loans.c.ended_at.is_(None)))
        twice = connection.execute(
            select(loans.c.item).where(loans.c.ended_at.is_(None)).group_by(loans.c.item).having(func.count() > 1)
        ).all()
        steps = connection.execute(select(audit.c.subject, audit.c.who, audit.c.action)).all()
        hours = connection.scalar(select(func.count()).select_from(sensor_hours))
    assert min(count for name, count in papers.items() if name not in ("climate-alarm", "absence")) > 0
    assert lived.done["loans"] - lived.done["returns"] == out
    assert twice == []
    written = {row.subject: row.who for row in steps if row.action.endswith(".write")}
    approved = [row for row in steps if row.action.endswith(".approve")]
    assert approved
    assert all(written[row.subject] != row.who for row in approved), "nobody approves their own"
    assert hours == DAYS * 24 * 2 * 2, "two sensors of the air, two quantities, every hour"
    with store.connect() as connection:
        funds = of_year(connection, LAST.year)
    assert all(balance.available >= 0 for _, balance in funds)
    assert sum(balance.moved for _, balance in funds) == 0
    with pytest.raises(YearIsThere):
        live(store, DESK, ROLES, LAST, seed=2, days=1)

"""Once a day: holds expire, items count as lost, and who read what is forgotten; what is still open stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from kiosk.central.accounts import account
from kiosk.central.housekeeping import Housekeeping
from kiosk.central.store import writing
from kiosk.central.store.tables import decisions, exceptions, facts, items, loans
from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.questions import AskBorrow
from kiosk.rules.policy import Line, Policy, RulesFile
from kiosk.rules.terms import Fine, Period
from tests.central.library import DESK, MONDAY, UID, Central, Kiosk, made, opened, returned

KEEP = 90
LATER = MONDAY + timedelta(days=KEEP + 1)
LOST_RULES = RulesFile(
    (
        Line(
            loan_period=Period(28),
            lost_after_days=60,
            type_price_cents=4_000,
            lost_processing_cents=500,
            lost_keeps_fine=True,
            fine=Fine(10, cap_cents=500),
        ),
    )
)


def keep_house(central: Central, now: datetime, rules: RulesFile | None = None) -> None:
    desk = DESK if rules is None else replace(DESK, policy=Policy(rules, "Asia/Shanghai"))
    Housekeeping(central.engine, desk, KEEP, lambda: None).once(now)


@pytest.fixture
def kiosk(central: Central) -> Kiosk:
    """Wei borrowed two books and brought one back; Amy has one."""
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(opened("i1", "snow"))
    kiosk.does(made("i2", "wei", "zahir"), 1)
    kiosk.does(made("i3", "amy", "river"), 2)
    kiosk.does(returned("snow"), 5)
    central.hears(kiosk)
    return kiosk


def readers(central: Central) -> dict[str, str]:
    with central.engine.connect() as connection:
        return {row.intent: row.patron for row in connection.execute(select(loans))}


def test_who_read_what_is_forgotten_and_that_it_was_read_is_not(central: Central, kiosk: Kiosk) -> None:
    keep_house(central, MONDAY + timedelta(days=KEEP - 1))
    assert readers(central) == {"i1": "wei", "i2": "wei", "i3": "amy"}
    keep_house(central, LATER)
    assert readers(central) == {"i1": "", "i2": "wei", "i3": "amy"}, "loans that run keep their patron"
    assert central.ends() == {"i1": "returned", "i2": None, "i3": None}
    with central.engine.connect() as connection:
        told = [row.data for row in connection.execute(select(facts).order_by(facts.c.id))]
        assert connection.scalar(select(func.count()).select_from(facts).where(facts.c.anonymous.is_(True))) == 3
    assert '"patron":""' in told[0]
    assert '"patron":"wei"' in told[2]
    keep_house(central, LATER)
    assert central.hears(kiosk) == 5, "what is told again is still known"


def test_what_staff_look_into_is_kept_until_they_have(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "nobody-knows", "snow"))
    kiosk.does(returned("snow"), 5)
    central.hears(kiosk)
    keep_house(central, LATER)
    assert readers(central) == {"i1": "nobody-knows"}
    with writing(central.engine) as connection:
        connection.execute(update(exceptions).values(open=False))
    keep_house(central, LATER)
    assert readers(central) == {"i1": ""}
    with central.engine.connect() as connection:
        assert "nobody-knows" not in str(connection.execute(select(exceptions.c.details)).all())


def test_answers_that_nobody_asks_for_again_go(central: Central) -> None:
    central.answers(AskBorrow(PatronRef("wei"), ItemId("snow"), UID))
    keep_house(central, central.now + timedelta(days=KEEP + 1))
    with central.engine.connect() as connection:
        assert connection.execute(select(decisions)).all() == []


def test_what_is_overdue_for_long_enough_counts_as_lost_once(central: Central, kiosk: Kiosk) -> None:
    due_and_long = MONDAY + timedelta(days=28 + 60)
    keep_house(central, due_and_long - timedelta(days=1), LOST_RULES)
    assert owes(central, "amy") == 0
    for _ in range(2):
        keep_house(central, due_and_long, LOST_RULES)
    assert owes(central, "amy") == 4_000 + 500 + 500
    with central.engine.connect() as connection:
        assert connection.scalar(select(items.c.state).where(items.c.id == "river")) == "lost"


def owes(central: Central, patron: str) -> int:
    with central.engine.connect() as connection:
        return account(connection, PatronRef(patron)).debt_cents

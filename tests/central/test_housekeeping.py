"""Once a day: holds expire, items count as lost, and who read what is forgotten; what is still open stays."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text, update

from kiosk.central.accounts import account
from kiosk.central.forgetting import everything
from kiosk.central.handling import Unusable
from kiosk.central.housekeeping import Housekeeping
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.console_tables import imports
from kiosk.central.store.tables import decisions, exceptions, facts, items, loans, set_aside
from kiosk.central.store.walking import AT_ONCE
from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.questions import AskBorrow
from kiosk.rules.policy import Line, Policy, RulesFile
from kiosk.rules.terms import Fine, Period
from tests.central.library import DESK, MONDAY, UID, Central, Kiosk, fill, made, opened, returned
from tests.central.test_any_order import a_day, told_badly

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


def test_a_file_of_patrons_that_nobody_has_said_yes_to_is_gone_after_a_day(central: Central) -> None:
    """Also where nobody opens the page again."""
    with writing(central.engine) as connection:
        for name, at in (("old", MONDAY), ("young", MONDAY + timedelta(hours=20))):
            connection.execute(insert(imports).values(id=name, file="f.csv", who="mei", at=at, content=b"id;Wei"))
    keep_house(central, MONDAY + timedelta(hours=25))
    with central.engine.connect() as connection:
        assert list(connection.scalars(select(imports.c.id))) == ["young"]


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


def test_what_is_kept_holds_up_nothing(central: Central) -> None:
    """More loans run than are gone through at once, and their facts are the oldest."""
    kiosk, many = Kiosk(), AT_ONCE + 1
    for number in range(many):
        kiosk.does(made(f"runs-{number}", "wei", f"w{number}"), 0)
    for number in range(many):
        kiosk.does(made(f"ends-{number}", "amy", f"a{number}"), 1)
        kiosk.does(returned(f"a{number}"), 2)
    for first in range(1, len(kiosk.outbox) + 1, 20):
        central.hears(kiosk, kiosk.message(first, first + 19))
    with writing(central.engine) as connection:
        connection.execute(update(exceptions).values(open=False))
    keep_house(central, LATER)
    assert sorted(readers(central).values()) == [""] * many + ["wei"] * many
    with central.engine.connect() as connection:
        told = [row.data for row in connection.execute(select(facts))]
    assert [sum(f'"patron":"{name}"' in data for data in told) for name in ("amy", "wei")] == [0, many]


def test_facts_are_looked_for_by_their_index(central: Central) -> None:
    walk = next(what.walk for what in everything(LATER) if what.walk.by[0].table is facts)
    with central.engine.connect() as connection:
        query = walk.query().compile(central.engine, compile_kwargs={"literal_binds": True})
        on_sqlite = central.engine.dialect.name == "sqlite"
        if not on_sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # it would read a small table whole
        plan = connection.execute(text(f"EXPLAIN {'QUERY PLAN ' if on_sqlite else ''}{query}")).all()
    assert "ix_facts_named" in str(plan)


def test_a_fact_of_another_shape_names_nobody_either(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    told = kiosk.outbox[0]
    strange = json.dumps(json.loads(told.data) | {"helper": [{"patron": "amy"}]})
    kiosk.outbox[0] = replace(told, type="lk.loan.dreamt", data=strange)
    central.hears(kiosk)
    keep_house(central, LATER)
    with central.engine.connect() as connection:
        data = json.loads(connection.execute(select(facts.c.data)).scalar_one())
    assert (data["patron"], data["helper"]) == ("", [{"patron": ""}])


def test_messages_that_could_not_be_read_go_too(central: Central) -> None:
    with pytest.raises(Unusable):
        central.hears(Kiosk(), b'{"patron": "wei"')
    keep_house(central, central.now + timedelta(days=KEEP + 1))
    with central.engine.connect() as connection:
        assert connection.execute(select(set_aside)).all() == []


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(-1, 90))
def test_the_balance_of_each_item_is_the_same_before_and_after(seed: int, minutes: int) -> None:
    """Whenever it is done: of loans that run nothing changes, of those that are over nothing but who it was."""
    chance = random.Random(seed)
    kiosks = [a_day(chance, f"kiosk-{n}", sorted(chance.choices(range(1, 60), k=8))) for n in range(3)]
    with TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{Path(folder) / 'central.sqlite'}")
        upgrade(engine)
        fill(engine)
        central = Central(engine, now=MONDAY + timedelta(hours=9))
        told_badly(chance, kiosks, central)
        before = stories(central)
        keep_house(central, MONDAY + timedelta(days=KEEP, minutes=minutes))
        after = stories(central)
        engine.dispose()
    assert [one[1:] for one in after] == [one[1:] for one in before]
    assert [one for one in after if one[-1] is None] == [one for one in before if one[-1] is None]
    assert {one[0] for one in after} <= {one[0] for one in before} | {""}, "nobody becomes somebody else"


def stories(central: Central) -> list[tuple[object, ...]]:
    """Every loan: who, what, where, from when, until when."""
    columns = (loans.c.patron, loans.c.intent, loans.c.item, loans.c.station, loans.c.made_at, loans.c.ended_at)
    with central.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(loans.c.intent))]


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

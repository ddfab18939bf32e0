"""Accounts, signing in, and a trail that the database itself protects; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from kiosk.central.store import writing
from kiosk.central.store.console_tables import audit, staff_sessions
from kiosk.model.circulation import Language
from kiosk.web import sessions, staff
from kiosk.web.passwords import BadPassword, hashed, matches
from kiosk.web.sessions import Limits, TooManyTries
from kiosk.web.staff import Staff
from kiosk.web.trail import record
from tests.central.library import MONDAY

PASSWORD = "a long enough one"
MEI = Staff("mei", "王梅", ("circulation",), "", Language.ZH)
LIMITS = Limits(timedelta(hours=12), timedelta(minutes=60))
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def kept() -> str:
    return hashed(PASSWORD)


def make(engine: Engine) -> None:
    with writing(engine) as connection:
        staff.add(connection, MEI, PASSWORD, "test", MONDAY)


def offer(engine: Engine, password: str, minute: float = 0, name: str = "mei") -> str | None:
    """Sign in as the page does: ask for the hash, compare, enter or count."""
    now = MONDAY + timedelta(minutes=minute)
    with engine.connect() as connection:
        found = sessions.check(connection, name, HERE, now)
    right = sessions.compare(found, password)
    with writing(engine) as connection:
        return sessions.sign_in(connection, name, HERE, right=right, now=now)


def test_only_the_password_matches(kept: str) -> None:
    assert matches(kept, PASSWORD)
    assert not matches(kept, PASSWORD + " ")
    assert not matches(None, PASSWORD)
    assert not matches("not a hash", PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    with pytest.raises(BadPassword, match="10 to 256"):
        hashed("short")


def test_whoever_signs_in_has_a_session_until_it_is_over(store: Engine) -> None:
    make(store)
    cookie = offer(store, PASSWORD)
    assert cookie is not None
    with store.connect() as connection:
        found = sessions.session_of(connection, cookie, LIMITS, MONDAY + timedelta(minutes=59))
        assert found is not None
        assert found[0].staff == MEI
        assert sessions.session_of(connection, cookie, LIMITS, MONDAY + timedelta(minutes=61)) is None
        assert sessions.session_of(connection, cookie + "x", LIMITS, MONDAY) is None
        assert PASSWORD not in str(connection.execute(text("SELECT * FROM staff")).all())
        assert cookie not in str(connection.execute(text("SELECT * FROM staff_sessions")).all())


def test_whoever_is_disabled_is_out_at_once(store: Engine) -> None:
    make(store)
    cookie = offer(store, PASSWORD)
    assert cookie is not None
    with writing(store) as connection:
        assert staff.set_disabled(connection, "mei", disabled=True, by="test", now=MONDAY)
    with store.connect() as connection:
        assert sessions.session_of(connection, cookie, LIMITS, MONDAY) is None
        assert connection.scalar(select(func.count()).select_from(staff_sessions)) == 0
    assert offer(store, PASSWORD) is None


def test_wrong_passwords_make_the_next_one_wait(store: Engine) -> None:
    for turn in range(5):
        assert offer(store, "wrong", turn / 600, "nobody") is None
    with pytest.raises(TooManyTries) as soon:
        offer(store, "wrong", 5 / 600, "nobody")
    assert 1 <= soon.value.wait_s <= 2
    assert offer(store, "wrong", 1, "nobody") is None
    with pytest.raises(TooManyTries) as later:
        offer(store, "wrong", 1, "nobody")
    assert later.value.wait_s > soon.value.wait_s
    assert offer(store, "wrong", 1, "somebody else") is None


@pytest.mark.parametrize(
    "statement", [update(audit).values(who="nobody"), delete(audit), delete(audit).where(audit.c.who == "mei")]
)
def test_the_database_refuses_to_change_the_trail(store: Engine, statement: object) -> None:
    with writing(store) as connection:
        record(connection, "mei", "payment", "patron:wei", MONDAY, changes={"owes": (10, 0)}, reason="paid")
    with pytest.raises(DBAPIError, match="append-only"), writing(store) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
    with store.connect() as connection:
        (row,) = connection.execute(select(audit)).all()
    assert (row.who, row.changes) == ("mei", '{"owes": [10, 0]}')

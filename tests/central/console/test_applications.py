"""Cards that were asked for at a kiosk, at the desk: looked at, confirmed with a card of plastic, or refused."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select

from kiosk.central.store.console_tables import applications
from kiosk.central.store.tables import cards, patrons
from kiosk.model.circulation import Language
from kiosk.model.joining import AskJoin, Joined
from kiosk.model.questions import AskIdentify, Identified, NotIdentified
from tests.central.console.desk import Somebody, somebody, trail
from tests.central.library import Central

WISH = AskJoin("O'Hara", "<b>Mei</b>", date(1990, 4, 12), Language.EN, "739204")


@pytest.fixture
def number(store: Engine) -> str:
    """Of somebody who has just joined at a kiosk."""
    joined = Central(store).answers(WISH)
    assert isinstance(joined, Joined)
    return joined.number


def decides(desk: Somebody, action: str, **typed: str) -> str:
    desk.get("/console/applications")
    return desk.send("/console/applications/decide", action=action, **typed)


def state_of(store: Engine) -> str:
    with store.connect() as connection:
        return str(connection.scalar(select(applications.c.state)))


def test_confirmed_with_a_new_card(store: Engine, number: str) -> None:
    desk = somebody(store, "circulation")
    assert "&lt;b&gt;Mei&lt;/b&gt;" in desk.get("/console/applications").text, "shown as text"
    decides(desk, "confirm", category="adult", card="04ffeedd")
    assert state_of(store) == "confirmed"
    with store.connect() as connection:
        row = connection.execute(select(patrons).where(patrons.c.id == number)).one()
        assert (row.category, row.expires) == ("adult", None)
        assert set(connection.scalars(select(cards.c.token).where(cards.c.patron == number))) == {number, "04FFEEDD"}
    assert "application.confirm" in [action for _, action, _ in trail(store)]
    assert isinstance(Central(store).answers(AskIdentify("04FFEEDD"), "ask-2"), Identified)


def test_refused_with_a_reason_and_shut(store: Engine, number: str) -> None:
    desk = somebody(store, "circulation")
    decides(desk, "refuse")
    assert state_of(store) == "asked", "a reason is wanted"
    decides(desk, "refuse", reason="another person's document")
    assert state_of(store) == "refused"
    assert isinstance(Central(store).answers(AskIdentify(number, "739204", typed=True), "ask-2"), NotIdentified)


def test_a_card_that_somebody_has_is_not_given_twice(store: Engine, number: str) -> None:
    desk = somebody(store, "circulation")
    decides(desk, "confirm", category="adult", card="04a1b2c3")
    assert state_of(store) == "asked"
    assert "04a1b2c3" in desk.page, "what was typed is kept"


def test_two_desks_decide_once(store: Engine, number: str) -> None:
    one, other = somebody(store, "circulation"), somebody(store, "circulation", name="lin")
    one.get("/console/applications")
    other.get("/console/applications")
    one.send("/console/applications/decide", action="confirm", category="adult")
    other.send("/console/applications/decide", action="refuse", reason="late")
    assert state_of(store) == "confirmed"


def test_the_same_person_twice_is_pointed_out(store: Engine, number: str) -> None:
    again = Central(store).answers(WISH, "ask-again")
    assert isinstance(again, Joined)
    read = somebody(store, "circulation").get("/console/applications").text
    assert read.count(number) >= 2
    assert read.count(again.number) >= 2

"""A self-check that asks for PINs: what the right one opens, what a wrong one does, and that none is kept anywhere."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from kiosk.central.acs.settings import Pins, Sip2Settings
from kiosk.central.ils.port import IlsAway
from kiosk.central.pins import LOCKED, MOST_WRONG, Checked, Tried, check_pin, clear_pin, set_pin, try_pin
from kiosk.central.store import writing
from kiosk.central.store.tables import facts, pins
from kiosk.model.ids import PatronRef
from tests.central.acs.test_answers import SelfCheck, hold
from tests.central.library import Central

PIN, WRONG = "48151623", "0000"


@pytest.fixture
def desk(central: Central) -> SelfCheck:
    with writing(central.engine) as connection:
        set_pin(connection, PatronRef("wei"), PIN)
    return SelfCheck(central.engine, settings=Sip2Settings(pins=Pins.REQUIRED))


def test_the_right_pin_opens_the_account_and_lends(desk: SelfCheck, central: Central) -> None:
    about = desk.knows(AD=PIN)
    assert (about.first("BL"), about.first("CQ"), about.first("AE")) == ("Y", "Y", "Wei")
    assert desk.lends("snow", AD=PIN).fixed["ok"] == "1"
    assert central.on_loan() == {"snow": "wei"}


@pytest.mark.parametrize("given", [WRONG, "", "١٢٣٤", "x" * 300])
def test_without_the_right_pin_nothing_is_told_and_nothing_done(desk: SelfCheck, central: Central, given: str) -> None:
    desk.lends("snow", AD=PIN)
    about = desk.knows(place=2, AD=given)
    assert (about.first("BL"), about.first("CQ"), about.first("AE"), about.all("AU")) == ("Y", "N", "", ())
    assert about.first("BV") is None
    assert about.fixed["patron_status"].startswith("YYYY")
    assert about.first("AF") in {
        "That PIN is not right. Try once more, or ask at the desk",
        "A PIN is needed here. Ask for one at the desk",
    }
    refused = desk.lends("zahir", AD=given)
    assert (refused.fixed["ok"], refused.fixed["desensitize"], bool(refused.first("AF"))) == ("0", "N", True)
    assert hold(desk, "river", "04A1B2C3", AD=given).fixed["ok"] == "0"
    renewed = desk.asks("65", AA="04A1B2C3", AD=given)
    assert (renewed.fixed["ok"], renewed.all("BM"), bool(renewed.first("AF"))) == ("0", (), True)
    assert central.on_loan() == {"snow": "wei"}


def test_too_many_wrong_pins_lock_the_right_one_out_for_a_while(desk: SelfCheck) -> None:
    for _ in range(MOST_WRONG):
        assert desk.knows(AD=WRONG).first("CQ") == "N"
    locked = desk.knows(AD=PIN)
    assert (locked.first("CQ"), locked.first("AF")) == (
        "N",
        "Too many wrong PINs. Try again in 15 minutes, or ask at the desk",
    )
    desk.now += LOCKED + timedelta(seconds=1)
    assert desk.knows(AD=PIN).first("CQ") == "Y"


def test_wrong_tries_before_the_right_one_are_forgotten(desk: SelfCheck) -> None:
    for _ in range(2):
        for _ in range(MOST_WRONG - 1):
            desk.knows(AD=WRONG)
        assert desk.knows(AD=PIN).first("CQ") == "Y"


def test_what_has_happened_already_is_recorded_and_undone_without_a_pin(desk: SelfCheck, central: Central) -> None:
    assert desk.lends("snow", no_block="Y", nb_due_date="20261201    235900").fixed["ok"] == "1"
    assert desk.takes_back("snow").fixed["ok"] == "1"
    desk.lends("snow", AD=PIN)
    assert desk.lends("snow", BI="Y").fixed["ok"] == "1"
    assert central.on_loan() == {}


def test_where_pins_are_optional_a_card_alone_is_enough_and_a_wrong_pin_is_not(desk: SelfCheck) -> None:
    desk.settings = Sip2Settings(pins=Pins.SENT)
    alone = desk.knows()
    assert (alone.first("AE"), alone.first("CQ")) == ("Wei", None)
    assert desk.knows(AD=WRONG).first("CQ") == "N"
    assert desk.knows("Bar-20230002", AD=WRONG).first("CQ") is None, "who has no PIN is not asked for one"
    assert desk.lends("snow").fixed["ok"] == "1"


def test_a_pin_that_was_taken_away_opens_nothing(desk: SelfCheck) -> None:
    with writing(desk.engine) as connection:
        assert clear_pin(connection, PatronRef("wei"))
    assert desk.knows(AD=PIN).first("CQ") == "N"


@pytest.mark.parametrize("bad", ["123", "1234567890123", "12a4", "", "１２３４"])
def test_what_is_no_pin_is_not_kept_and_not_repeated(desk: SelfCheck, bad: str) -> None:
    with writing(desk.engine) as connection, pytest.raises(ValueError, match="4 to 12 digits") as refused:
        set_pin(connection, PatronRef("amy"), bad)
    assert not bad or bad not in str(refused.value)


def test_a_pin_is_looked_at_while_others_write(desk: SelfCheck) -> None:
    with writing(desk.engine):  # SQLite has one write lock, and this holds it
        tried = try_pin(desk.engine, PatronRef("wei"), PIN, desk.now)
    assert tried is not None
    assert tried.right
    with writing(desk.engine) as connection:
        assert check_pin(connection, PatronRef("wei"), WRONG, desk.now, Tried(tried.hash, right=True)) is Checked.RIGHT
        set_pin(connection, PatronRef("wei"), "1111")
        assert check_pin(connection, PatronRef("wei"), PIN, desk.now, tried) is Checked.WRONG, "it was changed"


def test_tries_at_once_are_counted_one_by_one(desk: SelfCheck) -> None:
    """All of them were looked at before the first was judged: the right one after five wrong ones comes too late."""
    tried = [try_pin(desk.engine, PatronRef("wei"), pin, desk.now) for pin in [WRONG] * MOST_WRONG + [PIN]]
    with writing(desk.engine) as connection:
        found = [check_pin(connection, PatronRef("wei"), "", desk.now, one) for one in tried]
    assert found == [Checked.WRONG] * (MOST_WRONG - 1) + [Checked.LOCKED] * 2


@dataclass(slots=True)
class LibraryOfPins:
    """The library's own system, as far as PINs go."""

    away: bool = False
    heard: list[tuple[str, str]] = field(default_factory=list)

    def proves(self, card: str, pin: str) -> bool:
        self.heard.append((card, pin))
        if self.away:
            raise IlsAway
        return pin == PIN


def test_the_library_s_own_system_judges_a_pin_where_it_keeps_them(central: Central) -> None:
    judge = LibraryOfPins()
    desk = SelfCheck(central.engine, settings=Sip2Settings(pins=Pins.LIBRARY), judge=judge)
    assert desk.knows(AD=WRONG).first("CQ") == "N"
    assert desk.lends("snow", AD=WRONG).fixed["ok"] == "0"
    assert desk.knows().first("CQ") == "N"
    assert (desk.knows(AD=PIN).first("CQ"), desk.lends("snow", AD=PIN).fixed["ok"]) == ("Y", "1")
    asked = len(judge.heard)
    assert desk.lends("zahir", no_block="Y", nb_due_date="20261201    235900", AD=PIN).fixed["ok"] == "1"
    assert desk.takes_back("snow").fixed["ok"] == "1"
    assert len(judge.heard) == asked, "what has happened needs no PIN"


def test_nobody_is_let_in_while_the_system_that_keeps_the_pins_is_away(central: Central) -> None:
    desk = SelfCheck(central.engine, settings=Sip2Settings(pins=Pins.LIBRARY), judge=LibraryOfPins(away=True))
    about = desk.knows(AD=PIN)
    assert (about.first("CQ"), about.first("AE"), bool(about.first("AF"))) == ("N", "", True)
    assert desk.lends("snow", AD=PIN).fixed["ok"] == "0"
    assert desk.takes_back("snow").fixed["ok"] == "1"


def test_i6_only_a_hash_is_kept_and_nothing_is_logged(desk: SelfCheck, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk.lends("snow", AD=PIN)
    desk.knows(AD=WRONG)
    with desk.engine.connect() as connection:
        (kept,) = connection.scalars(select(pins.c.hash)).all()
        told = "".join(str(row) for row in connection.execute(select(facts)))
    assert kept.startswith("$argon2id$")
    assert PIN not in kept + told + caplog.text

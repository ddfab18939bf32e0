"""Places in activities on both databases: in the order of asking, never one too many, and at the desk."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from kiosk.central import places
from kiosk.central.erasing import erase, everything_about
from kiosk.central.people import patron_on_file
from kiosk.central.store import writing
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.place_tables import places as table
from kiosk.central.store.tables import patrons
from kiosk.library.activities.places import NoPlace, PlaceState
from kiosk.model.ids import PatronRef
from tests.central.console.desk import Somebody, somebody

NOW = datetime(2030, 5, 1, 9, tzinfo=UTC)
SEATS, ASKING = 30, 150


@pytest.fixture
def talk(store: Engine) -> str:
    """An activity that is open, and many who want to come."""
    values = {"id": "talk", "number": "AC-2030-0001", "state": "open", "version": 1, "made_by": "mei", "made_at": NOW}
    values |= {"title": "Talk", "audience": "all", "room": "Hall", "places": SEATS, "about": "x"}
    values |= {"begins": NOW + timedelta(days=9), "ends": NOW + timedelta(days=9, hours=2)}
    with writing(store) as connection:
        connection.execute(insert(TABLES["activity"]).values(values))
        rows = [
            {"id": f"r{number}", "given_name": "R", "family_name": str(number), "category": "adult"}
            for number in range(ASKING)
        ]
        connection.execute(insert(patrons), rows)
    return "AC-2030-0001"


def asks(store: Engine, number: str, patron: str, now: datetime = NOW) -> PlaceState | NoPlace | None:
    with writing(store) as connection:
        who = patron_on_file(connection, PatronRef(patron))
        assert who is not None
        return places.sign_up(connection, number, who, now)


def gives_back(store: Engine, number: str, patron: str) -> PatronRef | None:
    with writing(store) as connection:
        return places.give_back(connection, number, PatronRef(patron), NOW)


def test_as_many_get_a_place_as_there_are_however_many_ask_at_once(store: Engine, talk: str) -> None:
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda number: asks(store, talk, f"r{number}"), range(ASKING)))
    assert Counter(answers) == {PlaceState.TAKEN: SEATS, PlaceState.WAITING: ASKING - SEATS}
    with store.connect() as connection:
        assert places.taken(connection, talk) == SEATS


def test_whoever_waited_longest_moves_up(store: Engine, talk: str) -> None:
    with writing(store) as connection:
        connection.execute(update(TABLES["activity"]).values(places=1))
    minute = timedelta(minutes=1)
    assert [asks(store, talk, f"r{number}", NOW + number * minute) for number in range(3)] == [
        PlaceState.TAKEN,
        PlaceState.WAITING,
        PlaceState.WAITING,
    ]
    assert asks(store, talk, "r1") is NoPlace.ALREADY
    assert gives_back(store, talk, "r0") == "r1"
    assert gives_back(store, talk, "r0") is None, "only once"
    assert asks(store, talk, "r0", NOW + 9 * minute) is PlaceState.WAITING, "behind the others"
    assert gives_back(store, talk, "r2") is None, "it was no place"
    assert gives_back(store, talk, "r1") == "r0"


def test_it_is_forgotten_with_the_patron_and_told_to_who_asks(store: Engine, talk: str) -> None:
    asks(store, talk, "r7")
    with writing(store) as connection:
        assert talk in str(everything_about(connection, PatronRef("r7"))["places"])
        erase(connection, PatronRef("r7"))
        assert connection.execute(select(table)).all() == []


def reads(who: Somebody, path: str) -> str:
    who.get(path)
    return who.reads


def test_at_the_desk(store: Engine, talk: str) -> None:
    """Its clock is the machine's: the talk begins in 2030."""
    mei = somebody(store, "circulation")
    page = f"/console/places?activity={talk}"
    mei.get(page)
    assert "Signed up" in mei.send("/console/places/add", patron="r1")
    assert "Signed up already" in mei.send("/console/places/add", patron="r1")
    assert "1 of 30" in reads(mei, page)
    mei.send("/console/places/change", deed="came")
    with writing(store) as connection:
        assert places.close(connection, talk, NOW) == 1
    assert "came" in reads(mei, page)
    stranger = somebody(store, "events", name="eve")
    assert "R 1" not in reads(stranger, page), "who may not read patrons sees no names"

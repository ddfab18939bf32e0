"""Facts at central: each exactly once, in the order of its station, whatever arrives; what is wrong is for staff."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kiosk.central.aside import MOST_KEPT, put_aside
from kiosk.central.handling import Unusable
from kiosk.central.store import writing
from kiosk.central.store.tables import facts, set_aside
from kiosk.model.facts import Decided, Found
from tests.central.library import (
    BOOKS,
    MONDAY,
    Central,
    Kiosk,
    doubtful,
    made,
    opened,
    returned,
    settled,
    undone,
)


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


def count(central: Central) -> int:
    with central.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(facts)) or 0


def test_a_loan_and_its_return(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(opened("i1", "snow"), minute=1)
    assert central.hears(kiosk) == 2
    assert central.on_loan() == {"snow": "wei"}
    kiosk.does(returned("snow"), minute=60)
    assert central.hears(kiosk) == 3
    assert (central.on_loan(), central.ends(), central.noted()) == ({}, {"i1": "returned"}, [])


def test_the_same_message_again_changes_nothing(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    for _ in range(3):
        assert central.hears(kiosk) == 1
    assert (count(central), central.on_loan(), central.noted()) == (1, {"snow": "wei"}, [])


def test_the_same_loan_told_anew_by_a_restored_kiosk_is_one_loan_and_no_news(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    central.hears(kiosk)
    restored = Kiosk(epoch="e2")
    restored.does(made("i1", "wei", "snow"))
    central.hears(restored)
    assert (central.ends(), central.on_loan()) == ({"i1": None}, {"snow": "wei"})
    assert [why for why, _ in central.noted()] == ["new-epoch"]


def test_what_comes_after_a_gap_waits_to_be_told_again(central: Central, kiosk: Kiosk) -> None:
    for n, book in enumerate(BOOKS[:3]):
        kiosk.does(made(f"i{n}", "wei", book), minute=n)
    for first in (2, 3):
        assert central.hears(kiosk, kiosk.message(first, first)) == 0
    assert central.on_loan() == {}
    assert central.hears(kiosk, kiosk.message(1, 1)) == 1
    assert central.hears(kiosk, kiosk.message(2, 3)) == 3
    assert len(central.on_loan()) == 3


def test_a_message_that_overlaps_what_is_known_brings_the_rest(central: Central, kiosk: Kiosk) -> None:
    for n, book in enumerate(BOOKS[:3]):
        kiosk.does(made(f"i{n}", "wei", book), minute=n)
    assert central.hears(kiosk, kiosk.message(1, 2)) == 2
    assert central.hears(kiosk, kiosk.message(1, 3)) == 3
    assert count(central) == 3


def test_hello_is_answered_with_where_central_stands(central: Central, kiosk: Kiosk) -> None:
    assert central.hears(kiosk, kiosk.hello()) == 0
    kiosk.does(made("i1", "wei", "snow"))
    central.hears(kiosk)
    assert central.hears(kiosk, kiosk.hello()) == 1
    assert central.noted() == []


def test_a_new_epoch_begins_at_one_and_is_noted(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    central.hears(kiosk)
    after_repair = Kiosk(epoch="e2")
    after_repair.does(returned("snow"), minute=5)
    assert central.hears(after_repair) == 1
    assert central.on_loan() == {}
    assert central.noted() == [("new-epoch", None)]
    assert central.hears(kiosk) == 1


def test_facts_that_a_station_cannot_tell_any_more_are_noted_and_do_not_hold_it_up(
    central: Central, kiosk: Kiosk
) -> None:
    for n, book in enumerate(BOOKS[:4]):
        kiosk.does(made(f"i{n}", "wei", book), minute=n)
    assert central.hears(kiosk, kiosk.message(1, 1)) == 1
    assert central.hears(kiosk, kiosk.hello(oldest=2)) == 1
    assert central.noted() == []
    assert central.hears(kiosk, kiosk.hello(oldest=3)) == 2
    assert central.noted() == [("facts-lost", None)]
    assert central.hears(kiosk, kiosk.message(3)) == 4
    assert sorted(central.on_loan()) == sorted([BOOKS[0], BOOKS[2], BOOKS[3]])


def altered(kiosk: Kiosk, seq: int, **members: object) -> bytes:
    """The message with one envelope changed on its way."""
    envelopes = json.loads(kiosk.message())
    envelopes[seq - 1] |= members
    return json.dumps(envelopes).encode()


@pytest.mark.parametrize(
    "poison",
    [
        {"type": "lk.book.sang"},
        {"type": "lk.book\0sang"},
        {"dataschema": "lk/9"},
        {"time": "yesterday"},
        {"data": {"epoch": "e1", "seq": 2, "intent": ["i"], "patron": {}, "item": None}},
        {"data": {"epoch": "e1", "seq": 2, "extra": "\0"}},
    ],
    ids=["unknown type", "NUL in the type", "unknown version", "no time", "wrong fields", "NUL in the body"],
)
def test_a_poisoned_fact_counts_as_received_and_holds_up_nothing(
    central: Central, kiosk: Kiosk, poison: dict[str, object]
) -> None:
    for n, book in enumerate(BOOKS[:3]):
        kiosk.does(made(f"i{n}", "wei", book), minute=n)
    assert central.hears(kiosk, altered(kiosk, 2, **poison)) == 3
    assert sorted(central.on_loan()) == sorted([BOOKS[0], BOOKS[2]])
    assert central.noted() == [("not-understood", None)]
    assert count(central) == 3


def test_a_message_that_is_none_is_set_aside_once(central: Central, kiosk: Kiosk) -> None:
    for poison in (b"\xff", b"[]", b"[]", b'{"type": 1}', b"[" * 9_000):
        with pytest.raises(Unusable) as refused:
            central.hears(kiosk, poison)
        assert "expected" in str(refused.value)
    kiosk.does(made("i1", "wei", "snow"))
    assert central.hears(kiosk) == 1


def test_facts_of_another_station_are_refused(central: Central, kiosk: Kiosk) -> None:
    other = Kiosk("kiosk-2")
    other.does(made("i1", "wei", "snow"))
    with pytest.raises(Unusable):
        central.hears(kiosk, other.message())
    assert central.on_loan() == {}


def test_lending_what_is_lent_ends_the_earlier_loan_and_is_noted(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(made("i2", "amy", "snow"), minute=60)
    central.hears(kiosk)
    assert central.on_loan() == {"snow": "amy"}
    assert central.ends() == {"i1": "implied-return", "i2": None}
    assert central.noted() == [("implied-return", "snow")]


def test_a_loan_taken_back_was_none(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(undone("i1", "snow"), minute=1)
    central.hears(kiosk)
    assert (central.on_loan(), central.ends(), central.noted()) == ({}, {"i1": "undone"}, [])


@pytest.mark.parametrize("late_first", [False, True])
def test_two_stations_agree_whoever_is_heard_first(central: Central, late_first: bool) -> None:
    at_the_door, upstairs = Kiosk("kiosk-1"), Kiosk("kiosk-2")
    at_the_door.does(made("i1", "wei", "snow"), minute=0)
    upstairs.does(returned("snow"), minute=30)
    upstairs.does(made("i2", "amy", "snow"), minute=40)
    for kiosk in (upstairs, at_the_door) if late_first else (at_the_door, upstairs):
        central.hears(kiosk)
    assert central.on_loan() == {"snow": "amy"}
    assert central.ends() == {"i1": "returned", "i2": None}
    late = [("not-lent", "snow"), ("two-stations", "snow")] if late_first else []
    assert central.noted() == late


def test_a_return_is_dated_when_it_happened_not_when_it_arrived(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(returned("snow"), minute=27 * 24 * 60)
    central.now = MONDAY + timedelta(days=40)
    central.hears(kiosk)
    assert central.noted() == []


def test_a_late_return_is_noted(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(returned("snow"), minute=30 * 24 * 60)
    central.now = MONDAY + timedelta(days=40)
    central.hears(kiosk)
    assert central.noted() == [("late", "snow")]


@pytest.mark.parametrize(("ahead", "dated_ahead"), [(4, 4), (6, 0), (500_000, 0)])
def test_a_clock_that_runs_ahead_cannot_date_into_the_future(
    central: Central, kiosk: Kiosk, ahead: int, dated_ahead: int
) -> None:
    central.now = MONDAY
    kiosk.does(made("i1", "wei", "snow"), minute=ahead)
    central.hears(kiosk)
    with central.engine.connect() as connection:
        assert connection.scalar(select(facts.c.at)) == MONDAY + timedelta(minutes=dated_ahead)


def test_a_clock_that_jumps_back_does_not_turn_the_order_round(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"), minute=60)
    kiosk.does(returned("snow"), minute=5)
    kiosk.does(made("i2", "amy", "snow"), minute=6)
    central.hears(kiosk)
    assert central.on_loan() == {"snow": "amy"}
    assert central.ends() == {"i1": "returned", "i2": None}


@pytest.mark.parametrize(
    ("patron", "item", "why"),
    [
        ("old", "snow", "card-expired"),
        ("blocked", "snow", "blocked"),
        ("above", "snow", "debt"),
        ("wei", "held", "on-hold"),
        ("wei", "reference", "not-for-loan"),
        ("nobody", "snow", "unknown-patron"),
        ("card:FFFF", "snow", "unknown-patron"),
        ("wei", "never-seen", "unknown-item"),
    ],
)
def test_what_was_lent_off_line_against_the_rules_stands_and_is_noted(
    central: Central, kiosk: Kiosk, patron: str, item: str, why: str
) -> None:
    kiosk.does(made("i1", patron, item, Decided.OFFLINE))
    central.hears(kiosk)
    assert central.on_loan() == {item: patron}
    assert central.noted() == [(why, item)]


def test_a_card_that_only_the_kiosk_saw_becomes_its_owner(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "card:04a1b2c3", "snow", Decided.OFFLINE))
    central.hears(kiosk)
    assert (central.on_loan(), central.noted()) == ({"snow": "wei"}, [])


def test_the_hold_is_fulfilled_when_its_patron_borrows(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "amy", "held"))
    kiosk.does(returned("held"), minute=1)
    kiosk.does(made("i2", "wei", "held"), minute=2)
    central.hears(kiosk)
    assert central.noted() == []


def test_a_doubt_is_open_until_it_is_settled(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(doubtful("i1", "snow"), minute=1)
    central.hears(kiosk)
    assert central.noted(only_open=True) == [("doubtful", "snow")]
    kiosk.does(settled("i1", "snow"), minute=2)
    central.hears(kiosk)
    assert central.noted(only_open=True) == []


def test_a_foreign_item_handed_back_is_no_matter_for_staff(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(returned("not-ours", Found.FOREIGN))
    kiosk.does(returned("not-known", Found.NOT_LENT), minute=1)
    kiosk.does(returned("snow", Found.LENT), minute=2)
    central.hears(kiosk)
    assert central.noted() == [("unknown-item", "not-known"), ("not-lent", "snow")]


def test_facts_about_a_loan_that_nobody_made_are_noted(central: Central, kiosk: Kiosk) -> None:
    kiosk.does(opened("never", "snow"))
    kiosk.does(undone("never", "snow"), minute=1)
    central.hears(kiosk)
    assert central.noted() == [("unknown-loan", "snow"), ("unknown-loan", "snow")]


def test_set_aside_keeps_the_newest_and_each_once(central: Central, kiosk: Kiosk) -> None:
    for n in (*range(3), 1):
        with pytest.raises(Unusable):
            central.hears(kiosk, b"%d" % n)
    kept = select(set_aside.c.payload).order_by(set_aside.c.id)
    with central.engine.connect() as connection:
        assert [bytes(one) for one in connection.scalars(kept)] == [b"0", b"1", b"2"]
    with writing(central.engine) as connection:
        for n in range(3, MOST_KEPT + 5):
            put_aside(connection, "a/topic", b"%d" % n, "why", central.now)
        assert [bytes(one) for one in connection.scalars(kept)] == [b"%d" % n for n in range(5, MOST_KEPT + 5)]

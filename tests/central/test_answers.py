"""Questions at central: who may borrow what, why not, and the same answer to the same question."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from kiosk.central.handling import Unusable, handle, handle_all
from kiosk.central.messages import Heard
from kiosk.central.store import writing
from kiosk.central.store.tables import decisions, patrons
from kiosk.model.circulation import Item, Language, Patron
from kiosk.model.ids import AskId, ItemId, PatronRef
from kiosk.model.questions import (
    AskBorrow,
    AskIdentify,
    AskItem,
    Identified,
    ItemKnown,
    MayBorrow,
    MayNotBorrow,
    NotIdentified,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.wire import Channel, encode_ask
from tests.central.library import BOOKS, DESK, DUE, MONDAY, UID, Central, Kiosk, made, returned

NOW = MONDAY + timedelta(hours=8)


def wants(patron: str, item: str) -> AskBorrow:
    return AskBorrow(PatronRef(patron), ItemId(item), UID)


def reasons(answer: object) -> list[str]:
    assert isinstance(answer, MayNotBorrow)
    return [reason.code.value for reason in answer.reasons]


@pytest.mark.parametrize("token", ["04A1B2C3", "04a1b2c3", " 04a1b2c3 "])
def test_a_card_is_known_by_its_uid_however_it_is_written(central: Central, token: str) -> None:
    answer = central.answers(AskIdentify(token))
    assert answer == Identified(Patron(PatronRef("wei"), "Wei", 3), None)


def test_a_barcode_is_taken_as_it_is(central: Central) -> None:
    assert central.answers(AskIdentify("Bar-20230002")) == Identified(Patron(PatronRef("amy"), "Amy", 3), Language.EN)
    assert isinstance(central.answers(AskIdentify("BAR-20230002")), NotIdentified)


def test_an_unknown_card_is_nobody(central: Central) -> None:
    assert central.answers(AskIdentify("FFFF")) == NotIdentified((Reason(ReasonCode.UNKNOWN_PATRON),))


def test_whoever_may_not_borrow_is_known_all_the_same(central: Central) -> None:
    kiosk = Kiosk()
    for n in range(3):
        kiosk.does(made(f"i{n}", "wei", BOOKS[n]), minute=n)
    central.hears(kiosk)
    answer = central.answers(AskIdentify("04A1B2C3"))
    assert isinstance(answer, Identified)
    assert answer.patron.may_borrow == 0


def test_an_item_is_named(central: Central) -> None:
    assert central.answers(AskItem(ItemId("snow"))) == ItemKnown(Item(ItemId("snow"), "snow"))
    assert central.answers(AskItem(ItemId("never"))) == ItemKnown(None)


def test_yes_until_when_and_how_many_more(central: Central) -> None:
    assert central.answers(wants("wei", "snow")) == MayBorrow(Item(ItemId("snow"), "snow"), DUE, 2)


@pytest.mark.parametrize(
    ("patron", "item", "why"),
    [
        ("nobody", "snow", ["unknown-patron"]),
        ("card:FFFF", "snow", ["unknown-patron"]),
        ("wei", "never", ["unknown-item"]),
        ("old", "snow", ["card-expired"]),
        ("blocked", "snow", ["blocked"]),
        ("above", "snow", ["debt"]),
        ("wei", "held", ["on-hold"]),
        ("wei", "reference", ["not-for-loan"]),
    ],
)
def test_no_and_why(central: Central, patron: str, item: str, why: list[str]) -> None:
    assert reasons(central.answers(wants(patron, item))) == why


@pytest.mark.parametrize("patron", ["at-limit", "last-day", "card:04A1B2C3"])
def test_reaching_a_limit_is_not_passing_it(central: Central, patron: str) -> None:
    assert isinstance(central.answers(wants(patron, "snow")), MayBorrow)


def test_the_hold_s_own_patron_may_borrow(central: Central) -> None:
    assert isinstance(central.answers(wants("amy", "held")), MayBorrow)


def test_what_is_lent_is_not_lent_again(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    central.hears(kiosk)
    assert reasons(central.answers(wants("amy", "snow"), "a")) == ["lent-to-another"]
    assert reasons(central.answers(wants("wei", "snow"), "b")) == ["lent-to-you"]


def test_the_same_question_again_gets_the_same_answer_whatever_happened(central: Central) -> None:
    first = central.answers(wants("wei", "snow"), "a")
    kiosk = Kiosk()
    kiosk.does(made("a", "wei", "snow"))
    central.hears(kiosk)
    central.now += timedelta(days=1)
    assert central.answers(wants("wei", "snow"), "a") == first
    assert central.on_loan() == {"snow": "wei"}


def test_a_no_stays_a_no_under_its_id(central: Central) -> None:
    refused = central.answers(wants("amy", "never"), "a")
    assert central.answers(wants("amy", "never"), "a") == refused


@pytest.mark.parametrize(
    ("patron", "item", "kiosk"), [("amy", "snow", "kiosk-1"), ("wei", "dune", "kiosk-1"), ("wei", "snow", "kiosk-2")]
)
def test_another_question_under_the_same_id_is_set_aside(central: Central, patron: str, item: str, kiosk: str) -> None:
    central.answers(wants("wei", "snow"), "a")
    with pytest.raises(Unusable) as refused:
        central.answers(wants(patron, item), "a", Kiosk(kiosk))
    assert "wei" not in str(refused.value)


def test_promises_count_towards_the_limit_until_they_are_over(central: Central) -> None:
    for n in range(3):
        assert isinstance(central.answers(wants("wei", BOOKS[n]), f"a{n}"), MayBorrow)
    answer = central.answers(wants("wei", BOOKS[3]), "a3")
    assert isinstance(answer, MayNotBorrow)
    assert answer.reasons == (Reason(ReasonCode.TOO_MANY_LOANS, (("limit", "3"), ("count", "3"))),)
    central.now += timedelta(seconds=121)
    assert isinstance(central.answers(wants("wei", BOOKS[3]), "a4"), MayBorrow)


def test_a_promise_that_became_a_loan_counts_once(central: Central) -> None:
    kiosk = Kiosk()
    central.answers(wants("wei", BOOKS[0]), "a0")
    kiosk.does(made("a0", "wei", BOOKS[0]))
    central.hears(kiosk)
    answer = central.answers(wants("wei", BOOKS[1]), "a1")
    assert isinstance(answer, MayBorrow)
    assert answer.may_borrow == 1


def test_asking_again_for_the_same_item_counts_once(central: Central) -> None:
    for n in range(5):
        answer = central.answers(wants("bao", "snow"), f"a{n}")
        assert isinstance(answer, MayBorrow)
        assert answer.may_borrow == 0
    assert reasons(central.answers(wants("bao", "dune"), "b")) == ["too-many-loans"]


def test_what_central_had_promised_is_no_matter_for_staff(central: Central) -> None:
    kiosk = Kiosk()
    for n in range(3):
        central.answers(wants("wei", BOOKS[n]), f"a{n}")
        kiosk.does(made(f"a{n}", "wei", BOOKS[n]), minute=n)
    kiosk.does(made("not-asked", "wei", BOOKS[3]), minute=9)
    central.hears(kiosk)
    assert central.noted() == [("too-many-loans", BOOKS[3])]


def test_a_promise_is_kept_though_the_patron_is_blocked_meanwhile(central: Central) -> None:
    kiosk = Kiosk()
    central.answers(wants("wei", "snow"), "a")
    with writing(central.engine) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "wei").values(blocked=True))
    kiosk.does(made("a", "wei", "snow"))
    kiosk.does(made("not-asked", "wei", "dune"), minute=1)
    central.hears(kiosk)
    assert central.noted() == [("blocked", "dune")]


def test_a_returned_book_makes_room(central: Central) -> None:
    kiosk = Kiosk()
    central.answers(wants("bao", "snow"), "i")
    kiosk.does(made("i", "bao", "snow"))
    kiosk.does(returned("snow"), minute=1)
    central.hears(kiosk)
    assert isinstance(central.answers(wants("bao", "dune")), MayBorrow)


def test_questions_that_are_answered_together_get_the_answers_that_they_would_get_one_by_one(store: Engine) -> None:
    """A limit that the first ones reach, an id that comes twice and one that is misused, a card, strangers."""
    wishes = [
        ("a1", "wei", "snow"),
        ("a2", "card:04A1B2C3", "zahir"),
        ("a3", "amy", "held"),
        ("a1", "wei", "snow"),
        ("a1", "wei", "dune"),
        ("a4", "wei", "river"),
        ("a5", "wei", "atlas"),
        ("a6", "nobody", "notes"),
        ("a7", "wei", "never-seen"),
        ("a8", "bao", "notes"),
        ("a9", "bao", "dune"),
    ]
    kiosk = Kiosk().station
    heard = [
        Heard(kiosk, Channel.ASK, encode_ask(kiosk, AskId(ask), AskBorrow(PatronRef(who), ItemId(what), UID), NOW), NOW)
        for ask, who, what in wishes
    ]
    with store.connect() as connection, connection.begin() as transaction:
        together = handle_all(connection, DESK, heard, NOW)
        kept = connection.execute(select(decisions).order_by(decisions.c.ask)).all()
        transaction.rollback()
    tellings, refused = [], 0
    with writing(store) as connection:
        for message in heard:
            try:
                tellings.append(handle(connection, DESK, message, NOW))
            except Unusable:
                refused += 1
        assert connection.execute(select(decisions).order_by(decisions.c.ask)).all() == kept
    assert (together.tellings, len(together.unusable)) == (tellings, refused)
    assert refused == 1
    said = [json.loads(one.payload)["data"]["decision"] for one in together.tellings]
    assert said == ["yes", "yes", "yes", "yes", "yes", "no", "no", "no", "yes", "no"]

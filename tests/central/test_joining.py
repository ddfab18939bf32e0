"""New patrons from the kiosks, at central: once each, with a guardian for a child; changed PINs and addresses."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from kiosk.central.handling import Unusable
from kiosk.central.joining import NUMBER_DIGITS, luhn
from kiosk.central.pins import MOST_WRONG, set_pin
from kiosk.central.store import writing
from kiosk.central.store.console_tables import applications
from kiosk.central.store.tables import cards, patrons, pins, set_aside
from kiosk.model.circulation import Language
from kiosk.model.ids import ItemId, PatronRef, Uid
from kiosk.model.joining import AskChange, AskJoin, Changed, Joined, MayNotJoin, NotChanged
from kiosk.model.questions import Answer, AskBorrow, AskIdentify, Identified, MayBorrow, MayNotBorrow, NotIdentified
from kiosk.model.reasons import ReasonCode
from kiosk.rules.lending import age
from tests.central.library import Central

WISH = AskJoin("欧阳", "小雪", date(1990, 4, 12), Language.ZH, "739204", "xue@example.org")
CHILD = replace(WISH, born=date(2017, 4, 12))
WEIS_CARD = "04A1B2C3"
WEI = PatronRef("wei")


@pytest.fixture
def central(store: Engine) -> Central:
    with writing(store) as connection:
        set_pin(connection, WEI, "7392")
    return Central(store)


def codes(answer: Answer) -> list[ReasonCode]:
    assert isinstance(answer, MayNotJoin | NotChanged | NotIdentified), answer
    return [reason.code for reason in answer.reasons]


def count(store: Engine, table: object) -> int:
    with store.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def test_somebody_joins_and_borrows_with_the_number(central: Central) -> None:
    joined = central.answers(WISH)
    assert isinstance(joined, Joined)
    assert (len(joined.number), joined.number[-1]) == (NUMBER_DIGITS, str(luhn(joined.number[:-1])))
    assert joined.patron.may_borrow == 2
    identified = central.answers(AskIdentify(joined.number, "739204", typed=True), "ask-2")
    assert isinstance(identified, Identified)
    loan = central.answers(AskBorrow(identified.patron.ref, ItemId("snow"), Uid("E0")), "ask-3")
    assert isinstance(loan, MayBorrow)


def test_asked_again_it_is_the_same_card(central: Central) -> None:
    before = count(central.engine, patrons)
    first, again = central.answers(WISH), central.answers(WISH)
    assert first == again
    assert count(central.engine, patrons) == before + 1
    assert count(central.engine, applications) == 1


def test_another_under_the_same_id_is_set_aside_without_its_pin(central: Central) -> None:
    central.answers(WISH)
    with pytest.raises(Unusable):
        central.answers(replace(WISH, given_name="大雪"))
    with central.engine.connect() as connection:
        (kept,) = connection.scalars(select(set_aside.c.payload)).all()
    assert b"739204" not in kept
    assert "大雪".encode() in kept or b"\\u" in kept


def test_a_child_needs_a_grown_up_in_good_standing(central: Central) -> None:
    assert codes(central.answers(CHILD)) == [ReasonCode.GUARDIAN_NEEDED]
    assert codes(central.answers(replace(CHILD, guardian="nobody"))) == [ReasonCode.GUARDIAN_NOT_POSSIBLE]
    joined = central.answers(replace(CHILD, guardian=WEIS_CARD.lower()))
    assert isinstance(joined, Joined)
    with central.engine.connect() as connection:
        assert connection.scalar(select(patrons.c.guardian).where(patrons.c.id == joined.number)) == "wei"


def test_who_has_just_joined_answers_for_nobody(central: Central) -> None:
    grown = central.answers(WISH)
    assert isinstance(grown, Joined)
    child = central.answers(replace(CHILD, guardian=grown.number), "ask-2")
    assert codes(child) == [ReasonCode.GUARDIAN_NOT_POSSIBLE]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (replace(WISH, pin="123"), ReasonCode.PIN_WEAK),
        (replace(WISH, family_name=" ", given_name=""), ReasonCode.NAME_MISSING),
        (replace(WISH, given_name="a\u202eb"), ReasonCode.NAME_MISSING),
        (replace(WISH, born=date(2999, 1, 1)), ReasonCode.BORN_WRONG),
        (replace(WISH, email="no address"), ReasonCode.EMAIL_WRONG),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(central: Central, wish: AskJoin, why: ReasonCode) -> None:
    before = [count(central.engine, table) for table in (patrons, cards, pins, applications)]
    assert codes(central.answers(wish)) == [why]
    assert [count(central.engine, table) for table in (patrons, cards, pins, applications)] == before


def test_the_provisional_card_ends_after_its_days(central: Central) -> None:
    joined = central.answers(WISH)
    assert isinstance(joined, Joined)
    central.now += timedelta(days=31)
    loan = central.answers(AskBorrow(joined.patron.ref, ItemId("snow"), Uid("E0")), "ask-2")
    assert isinstance(loan, MayNotBorrow)
    assert loan.reasons[0].code is ReasonCode.CARD_EXPIRED


def test_a_typed_number_is_worth_nothing_without_its_pin_and_tells_nothing(central: Central) -> None:
    known = central.answers(AskIdentify(WEIS_CARD, "0000", typed=True))
    unknown = central.answers(AskIdentify("99999999", "0000", typed=True), "ask-2")
    assert known == unknown
    assert codes(known) == [ReasonCode.NUMBER_OR_PIN_WRONG]
    assert codes(central.answers(AskIdentify(WEIS_CARD, typed=True), "ask-3")) == [ReasonCode.PIN_NEEDED]
    assert isinstance(central.answers(AskIdentify(WEIS_CARD, "7392", typed=True), "ask-4"), Identified)
    assert isinstance(central.answers(AskIdentify(WEIS_CARD), "ask-5"), Identified), "a card that is shown"


def test_wrong_pins_in_a_row_lock_it_for_a_while(central: Central) -> None:
    said = [codes(central.answers(AskIdentify(WEIS_CARD, "0000"), f"ask-{n}")) for n in range(MOST_WRONG)]
    assert said == [[ReasonCode.PIN_WRONG]] * (MOST_WRONG - 1) + [[ReasonCode.PIN_LOCKED]]
    assert codes(central.answers(AskIdentify(WEIS_CARD, "7392"), "right")) == [ReasonCode.PIN_LOCKED]
    central.now += timedelta(minutes=16)
    assert isinstance(central.answers(AskIdentify(WEIS_CARD, "7392"), "later"), Identified)


def test_a_pin_is_changed_once_and_a_lost_answer_does_no_harm(central: Central) -> None:
    wish = AskChange(WEI, "7392", "8406")
    assert central.answers(wish) == central.answers(wish) == Changed()
    assert codes(central.answers(AskIdentify(WEIS_CARD, "7392"), "ask-2")) == [ReasonCode.PIN_WRONG]
    assert isinstance(central.answers(AskIdentify(WEIS_CARD, "8406"), "ask-3"), Identified)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (AskChange(WEI, "0000", "8406"), ReasonCode.PIN_WRONG),
        (AskChange(WEI, "7392", "12"), ReasonCode.PIN_WEAK),
        (AskChange(WEI, "7392", None, "no address"), ReasonCode.EMAIL_WRONG),
        (AskChange(PatronRef("amy"), "7392", "8406"), ReasonCode.PIN_NEEDED),
        (AskChange(PatronRef("nobody"), "7392", "8406"), ReasonCode.UNKNOWN_PATRON),
    ],
)
def test_what_is_not_changed_is_as_before(central: Central, wish: AskChange, why: ReasonCode) -> None:
    assert codes(central.answers(wish)) == [why]
    assert isinstance(central.answers(AskIdentify(WEIS_CARD, "7392"), "after"), Identified)


def test_an_address_is_changed_and_taken_away(central: Central) -> None:
    for typed, kept in (("wei@example.org", "wei@example.org"), ("", None)):
        assert central.answers(AskChange(WEI, "7392", None, typed), f"ask {typed}") == Changed()
        with central.engine.connect() as connection:
            assert connection.scalar(select(patrons.c.email).where(patrons.c.id == "wei")) == kept


@given(st.text(string.digits, min_size=1, max_size=30), st.integers(0, 29), st.integers(1, 9))
def test_the_check_digit_finds_any_wrong_digit(digits: str, place: int, by: int) -> None:
    place %= len(digits)
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert luhn(wrong) != luhn(digits)


@pytest.mark.parametrize(
    ("digits", "check"), [("7992739871", 3), ("453201511283036", 6)], ids=["textbook", "ISO/IEC 7812 example"]
)
def test_the_check_digit_is_the_standards(digits: str, check: int) -> None:
    assert luhn(digits) == check


@pytest.mark.parametrize(
    ("born", "today", "old"),
    [
        (date(2012, 11, 23), date(2026, 11, 23), 14),
        (date(2012, 11, 24), date(2026, 11, 23), 13),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
    ],
)
def test_how_old_somebody_is(born: date, today: date, old: int) -> None:
    assert age(born, today) == old

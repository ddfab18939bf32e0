"""A patron at the kiosk looks at their account and renews, where the library's own system knows both."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from kiosk.central.store import writing
from kiosk.central.store.tables import items
from kiosk.model.facts import LoanRenewed
from kiosk.model.ids import IntentId, ItemId, PatronRef
from kiosk.model.questions import AccountTold, AskAccount, AskRenew, MayNotRenew, MayRenew, NoAccount
from kiosk.model.reasons import ReasonCode
from tests.central.ils.conftest import CARD, ITEM, THEIR_DUE, House
from tests.central.library import SESSION, made, returned
from tests.real_parts import wait_until

RENEWED_DUE = datetime(2027, 1, 19, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))


def renew(house: House, ask: str = "r1") -> object:
    return house.answers(AskRenew(PatronRef(CARD), ItemId(ITEM)), ask)


def account(house: House, card: str = CARD) -> object:
    return house.answers(AskAccount(PatronRef(card)), "a1")


def test_a_renewal_is_made_there_once_and_its_fact_is_no_news(house: House) -> None:
    house.library.lent = {ITEM: CARD}
    assert renew(house) == renew(house) == MayRenew(RENEWED_DUE)
    house.kiosk.does(made("i1", CARD, ITEM, due=THEIR_DUE))
    house.kiosk.does(LoanRenewed(SESSION, IntentId("r1"), PatronRef(CARD), ItemId(ITEM), RENEWED_DUE), 1)
    house.hears()
    assert house.library.asked.count("29") == 1


def test_a_refused_renewal_says_why(house: House) -> None:
    house.library.lent = {ITEM: "other"}
    refused = renew(house)
    assert isinstance(refused, MayNotRenew)
    assert [(one.code, dict(one.values)) for one in refused.reasons] == [
        (ReasonCode.REFUSED_BY_LIBRARY, {"said": "Renewal limit reached"})
    ]


def test_a_renewal_whose_answer_is_lost_is_asked_about_and_not_sent_again(house: House) -> None:
    house.library.lent = {ITEM: CARD}
    house.library.deaf_to = {"29"}
    assert renew(house) == MayRenew(RENEWED_DUE), "the due date tells that it was done"
    assert house.library.asked.count("29") == 1


@pytest.mark.parametrize("starts_anew", [False, True])
def test_a_renewal_of_which_nothing_is_known_is_asked_about_before_it_is_tried_anew(
    house: House, starts_anew: bool
) -> None:
    house.library.lent = {ITEM: CARD}
    house.kiosk.does(made("i1", CARD, ITEM, due=THEIR_DUE))
    house.hears()
    house.library.deaf_to = {"29", "17"}
    assert renew(house) is None
    house.library.deaf_to = set()
    if starts_anew:
        house.starts_anew()
    wait_until(lambda: house.pool.is_up, "the library system was not found again")
    assert renew(house, "r2") == MayRenew(RENEWED_DUE)
    assert house.library.asked.count("29") == 1


def test_a_renewal_that_never_arrived_is_tried_anew_when_the_patron_asks_anew(house: House) -> None:
    house.library.lent = {ITEM: CARD}
    house.library.unheard = {"29"}
    assert renew(house) is None
    house.library.unheard = set()
    assert renew(house, "r2") == MayRenew(RENEWED_DUE)


def test_a_renewal_told_later_is_asked_about_when_its_answer_is_lost_and_never_told_twice(house: House) -> None:
    """Made at a desk of central itself: the library system hears of it as a fact."""
    house.library.lent = {ITEM: CARD}
    house.kiosk.does(made("i1", CARD, ITEM, due=THEIR_DUE))
    house.hears()
    house.kiosk.does(LoanRenewed(SESSION, IntentId("r9"), PatronRef(CARD), ItemId(ITEM), RENEWED_DUE), 1)
    house.central.hears(house.kiosk)
    house.library.deaf_to = {"29"}
    house.feed.tell_some()
    house.library.deaf_to = set()
    house.starts_anew()
    house.hears()
    assert house.library.asked.count("29") == 1
    assert not {why for why, _ in house.central.noted()} & {"ils-unsure", "ils-refused"}


def test_what_was_unsure_of_an_earlier_loan_says_nothing_of_a_later_one(house: House) -> None:
    house.library.lent = {ITEM: CARD}
    house.kiosk.does(made("i1", CARD, ITEM, due=THEIR_DUE))
    house.hears()
    house.library.deaf_to = {"29", "17"}
    assert renew(house) is None
    house.library.deaf_to = set()
    wait_until(lambda: house.pool.is_up, "the library system was not found again")
    house.kiosk.does(returned(ITEM), 1)
    house.hears()
    house.library.lent, house.library.due = {ITEM: CARD}, {}
    house.kiosk.does(made("i2", CARD, ITEM, due=THEIR_DUE + timedelta(days=7)), 2)
    house.hears()
    sent = house.library.asked.count("29")
    assert renew(house, "r2") == MayRenew(RENEWED_DUE)
    assert house.library.asked.count("29") == sent + 1


def test_an_account_has_loans_with_their_dates_and_holds_with_their_names(house: House) -> None:
    house.library.lent = {ITEM: CARD, "880003": CARD, "880004": "other"}
    house.library.due = {"880003": "20261201    235900"}
    house.library.ready, house.library.waiting = ["snow"], ["880009"]
    told = account(house)
    assert isinstance(told, AccountTold)
    assert [(loan.item.id, loan.item.title) for loan in told.loans] == [("880003", "川菜入门"), (ITEM, "川菜入门")]
    assert [loan.due for loan in told.loans] == [THEIR_DUE - timedelta(days=21), THEIR_DUE]
    assert [(hold.title, hold.ready) for hold in told.holds] == [("snow", True), ("880009", False)]
    assert (told.owes_cents, told.may_borrow) == (0, 8)


def test_nobody_has_no_account(house: House) -> None:
    assert isinstance(account(house, "nobody"), NoAccount)


def test_as_many_loans_are_asked_about_as_a_screen_shows(house: House) -> None:
    house.library.lent = {f"{number:06d}": CARD for number in range(80)}
    told = account(house)
    assert isinstance(told, AccountTold)
    assert len(told.loans) == 60
    assert house.library.asked.count("17") == 60


def test_dates_that_are_not_told_are_those_of_our_ledger(house: House) -> None:
    house.library.lent = {ITEM: CARD}
    house.kiosk.does(made("i1", CARD, ITEM, due=THEIR_DUE))
    house.hears()
    with writing(house.central.engine) as connection:
        connection.execute(insert(items).values(id=ITEM, title="Sichuan cooking", loan_class="ils"))
    house.library.unheard = {"17"}
    told = account(house)
    assert isinstance(told, AccountTold)
    assert [(loan.item.title, loan.due) for loan in told.loans] == [("Sichuan cooking", THEIR_DUE)]


@pytest.mark.parametrize("unheard", ["17", "63"])
def test_a_list_with_a_hole_is_not_told(house: House, unheard: str) -> None:
    house.library.lent = {ITEM: CARD}
    house.library.unheard = {unheard}
    assert account(house) is None

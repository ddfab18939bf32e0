"""What a patron is told of their own account, asked at a station."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, update

from kiosk.central.account_answers import MOST_LOANS
from kiosk.central.accounts import Charge, ChargeKind, Method, Payment, owe, pay
from kiosk.central.store import writing
from kiosk.central.store.tables import items, loans, records
from kiosk.model.circulation import Item
from kiosk.model.facts import HoldCancelled
from kiosk.model.ids import AskId, IntentId, ItemId, PatronRef, SessionId
from kiosk.model.questions import (
    AccountLoan,
    AccountTold,
    Answer,
    AskAccount,
    AskRenew,
    MayNotRenew,
    MayRenew,
    NoAccount,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.wire import LARGEST_BYTES, encode_answer
from tests.central.library import DUE, MONDAY, Central, Kiosk, made, returned, waits

UNKNOWN = (Reason(ReasonCode.UNKNOWN_PATRON),)


def renews(central: Central, patron: str, item: str) -> Answer:
    return central.answers(AskRenew(PatronRef(patron), ItemId(item)), "renew")


def account_of(central: Central, patron: str) -> AccountTold:
    told = central.answers(AskAccount(PatronRef(patron)), "account")
    assert isinstance(told, AccountTold)
    return told


def test_a_loan_that_may_go_on_is_promised_a_later_day_and_nothing_changes(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("wei", "snow", "i1", 0)
    central.hears(kiosk)
    central.now = MONDAY + timedelta(days=20)
    promised = renews(central, "wei", "snow")
    assert isinstance(promised, MayRenew)
    assert promised.due > DUE
    assert [loan.due for loan in account_of(central, "wei").loans] == [DUE]


def test_nobody_renews_the_loan_of_another_or_a_book_that_somebody_waits_for(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("wei", "snow", "i1", 0)
    kiosk.does(waits("snow", who="amy"), 10)
    central.hears(kiosk)
    central.now = MONDAY + timedelta(days=20)
    refused = renews(central, "wei", "snow")
    assert isinstance(refused, MayNotRenew)
    assert ReasonCode.ON_HOLD in [reason.code for reason in refused.reasons]
    assert isinstance(renews(central, "amy", "snow"), MayNotRenew)
    assert renews(central, "nobody", "snow") == MayNotRenew(UNKNOWN)


def test_what_is_on_loan_the_next_due_first(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow", due=DUE + timedelta(days=2)), 0)
    kiosk.does(made("i2", "wei", "zahir", due=DUE), 1)
    kiosk.lends("amy", "held", "i3", 2)
    central.hears(kiosk)
    told = account_of(central, "wei")
    assert told.loans == (
        AccountLoan(Item(ItemId("zahir"), "zahir"), DUE, 0),
        AccountLoan(Item(ItemId("snow"), "snow"), DUE + timedelta(days=2), 0),
    )
    assert (told.owes_cents, told.may_borrow) == (0, 1)


def test_w10_a_hold_is_ready_only_when_it_is_on_the_hold_shelf(central: Central) -> None:
    with writing(central.engine) as connection:
        record = {"control_number": "r1", "title": "Snow country", "format": "marc21", "original": b""}
        connection.execute(insert(records), [record])
        connection.execute(update(items).where(items.c.id == "snow").values(control_number="r1", title=""))
    kiosk = Kiosk()
    kiosk.lends("wei", "snow", "i1", 0)
    kiosk.does(waits("snow", who="amy"), 10)
    central.hears(kiosk)
    (waiting,) = account_of(central, "amy").holds
    assert (waiting.ready, waiting.until) == (False, None)
    kiosk.does(returned("snow"), 20)
    central.hears(kiosk)
    (ready,) = account_of(central, "amy").holds
    assert ready.ready
    assert ready.until is not None
    assert ready.until > date(2026, 11, 23)
    assert ready.title == waiting.title


def test_each_in_line_is_told_their_place_and_what_names_their_hold(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(waits("snow", who="amy"), 10)
    kiosk.does(waits("snow", who="wei"), 20)
    central.hears(kiosk)
    (first,), (second,) = account_of(central, "amy").holds, account_of(central, "wei").holds
    assert [(hold.id, hold.place) for hold in (first, second)] == [("hold-amy-snow", 1), ("hold-wei-snow", 2)]
    kiosk.does(HoldCancelled(SessionId("s"), IntentId("c1"), PatronRef("amy"), first.id), 30)
    central.hears(kiosk)
    assert account_of(central, "amy").holds == ()
    assert [hold.place for hold in account_of(central, "wei").holds] == [1]


def test_charges_are_told_one_by_one_and_make_the_sum(central: Central) -> None:
    with writing(central.engine) as connection:
        for number, item in enumerate((ItemId("snow"), None), 1):
            owe(connection, Charge(f"c{number}", PatronRef("wei"), ChargeKind.LOST, number * 100, MONDAY, item))
        pay(connection, Payment("p1", PatronRef("wei"), 50, Method.CASH, MONDAY))
    told = account_of(central, "wei")
    assert [(charge.title, charge.owed_cents) for charge in told.charges] == [("snow", 50), ("", 200)]
    assert told.owes_cents == 250


def test_a_stranger_is_told_nothing(central: Central) -> None:
    assert central.answers(AskAccount(PatronRef("nobody")), "account") == NoAccount(UNKNOWN)


def test_a_full_account_with_long_titles_fits_one_message(central: Central) -> None:
    long = "书" * 500
    numbers = [f"many-{n:03}-{'x' * 50}" for n in range(70)]
    with writing(central.engine) as connection:
        for number in numbers:
            row = {"id": number, "title": long, "call_number": long, "loan_class": "book", "not_for_loan": False}
            connection.execute(insert(items).values(row))
    for n, number in enumerate(numbers):
        kiosk = Kiosk(f"kiosk-{n}")
        kiosk.lends("wei", number, f"i{n}", n)
        kiosk.does(waits(number, who="wei"), n)
        central.hears(kiosk)
    told = account_of(central, "wei")
    assert told.loans[0].item.title.endswith("…")
    assert len(encode_answer("lk/main/central", AskId("a" * 64), told, datetime.now(UTC))) <= LARGEST_BYTES


def test_what_a_list_has_no_room_for_is_counted(central: Central) -> None:
    with writing(central.engine) as connection:
        for number in range(MOST_LOANS + 12):
            values = {"intent": f"many-{number}", "item": f"many-{number}", "patron": "wei", "seq": number}
            connection.execute(insert(items).values(id=f"many-{number}", title="x", loan_class="book"))
            connection.execute(insert(loans).values(station="desk", made_at=MONDAY, due=DUE, **values))
    told = account_of(central, "wei")
    assert (len(told.loans), told.more_loans, told.more_holds, told.more_charges) == (MOST_LOANS, 12, 0, 0)

"""Fines, holds, renewals and payments as central keeps them, told by stations: each a story of the desk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from kiosk.central.accounts import Account, Charge, ChargeKind, account, open_charges, owe
from kiosk.central.people import patron_on_file
from kiosk.central.renewing import may_renew, renew
from kiosk.central.store import writing
from kiosk.central.store.tables import holds, items, loans, patrons, payments, records
from kiosk.central.waiting import expire
from kiosk.model.facts import ChargePaid, HoldCancelled, LoanRenewed, PaidBy
from kiosk.model.ids import IntentId, ItemId, PatronRef
from kiosk.model.questions import AskBorrow, MayBorrow, MayNotBorrow
from kiosk.model.reasons import ReasonCode
from kiosk.rules.decisions import Allowed
from tests.central.library import DESK, DUE, MONDAY, SESSION, UID, Central, Kiosk, made, returned, waits

WEI, AMY = PatronRef("wei"), PatronRef("amy")
DAY = 24 * 60
LATE = 28 * DAY + 3 * DAY
"""Minutes: three days after the loan was due."""


def owes(central: Central, patron: PatronRef) -> Account:
    with central.engine.connect() as connection:
        return account(connection, patron)


def pays(payment: str, cents: int, *charges: str) -> ChargePaid:
    return ChargePaid(SESSION, IntentId(payment), WEI, cents, "CNY", PaidBy.QR, "wx-1", charges)


@pytest.fixture
def three_days_late(central: Central) -> Kiosk:
    """Wei brought the snow book back three days late, at 10 cents a day."""
    central.now = MONDAY + timedelta(days=40)
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    kiosk.does(returned("snow"), LATE)
    central.hears(kiosk)
    return kiosk


def test_a_late_return_is_fined_once_however_often_it_is_told(central: Central, three_days_late: Kiosk) -> None:
    assert owes(central, WEI).debt_cents == 30
    central.hears(three_days_late)
    with central.engine.connect() as connection:
        (charge,) = open_charges(connection, WEI)
    assert (charge.kind, charge.item, charge.owed_cents) == (ChargeKind.OVERDUE, "snow", 30)


def test_the_fine_stops_when_the_book_came_back_not_when_central_heard_of_it(central: Central) -> None:
    central.now = MONDAY + timedelta(days=200)
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    kiosk.does(returned("snow"), LATE)
    central.hears(kiosk)
    assert owes(central, WEI).debt_cents == 30


def test_a_payment_pays_the_oldest_first_and_the_rest_is_credit(central: Central, three_days_late: Kiosk) -> None:
    three_days_late.does(pays("p1", 50), LATE + 1)
    central.hears(three_days_late)
    assert owes(central, WEI) == Account(0, 20, 0)


def test_a_payment_told_under_two_seqs_is_one_payment(central: Central, three_days_late: Kiosk) -> None:
    three_days_late.does(pays("p1", 10), LATE + 1)
    three_days_late.does(pays("p1", 10), LATE + 2)
    central.hears(three_days_late)
    assert owes(central, WEI).debt_cents == 20
    with central.engine.connect() as connection:
        assert len(connection.execute(select(payments)).all()) == 1


def test_a_book_that_somebody_waits_for_is_set_aside_and_lent_to_nobody_else(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    kiosk.does(waits("snow"), 10)
    kiosk.does(returned("snow"), 20)
    central.hears(kiosk)
    refused = central.answers(AskBorrow(WEI, ItemId("snow"), UID), "ask-2")
    assert isinstance(refused, MayNotBorrow)
    assert [reason.code for reason in refused.reasons] == [ReasonCode.ON_HOLD]
    assert isinstance(central.answers(AskBorrow(AMY, ItemId("snow"), UID), "ask-3"), MayBorrow)
    kiosk.lends("amy", "snow", "i2", 30)
    central.hears(kiosk)
    assert hold_states(central) == {"hold-amy-snow": "fulfilled"}
    assert held_for(central, "snow") is None


def test_the_next_in_the_queue_gets_what_nobody_came_for(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    kiosk.does(waits("snow"), 10)
    kiosk.does(waits("snow", who="bao"), 11)
    kiosk.does(returned("snow"), 20)
    central.hears(kiosk)
    assert held_for(central, "snow") == "amy"
    with writing(central.engine) as connection:
        early = DESK.setting("kiosk-1", MONDAY + timedelta(days=7))
        assert expire(connection, early) == []
        late = DESK.setting("kiosk-1", MONDAY + timedelta(days=9))
        assert expire(connection, late) == ["snow"]
    assert hold_states(central) == {"hold-amy-snow": "expired", "hold-bao-snow": "ready"}
    assert held_for(central, "snow") == "bao"


def test_a_hold_that_is_cancelled_frees_the_copy_for_the_next(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(waits("snow"), 10)
    kiosk.does(returned("snow"), 20)
    kiosk.does(HoldCancelled(SESSION, IntentId("c"), AMY, "hold-amy-snow"), 30)
    central.hears(kiosk)
    assert hold_states(central) == {"hold-amy-snow": "cancelled"}
    assert held_for(central, "snow") is None


def test_waiting_for_a_title_takes_whichever_copy_comes_first(central: Central) -> None:
    with writing(central.engine) as connection:
        row = {"control_number": "r1", "title": "Snow", "format": "marc21", "original": b""}
        connection.execute(insert(records), [row])
        connection.execute(update(items).where(items.c.id.in_(["snow", "zahir"])).values(control_number="r1"))
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    kiosk.lends("wei", "zahir", "i2")
    kiosk.does(waits(title="r1"), 10)
    kiosk.does(returned("zahir"), 20)
    kiosk.does(returned("snow"), 21)
    central.hears(kiosk)
    assert (held_for(central, "zahir"), held_for(central, "snow")) == ("amy", None)


def test_a_hold_on_what_nobody_knows_is_an_exception_and_blocks_nothing(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(waits("nothing"), 1)
    kiosk.does(waits(title="r9"), 2)
    kiosk.does(returned("snow"), 3)
    assert central.hears(kiosk) == 3
    assert [why for why, _ in central.noted()][:2] == ["unknown-item", "unknown-item"]


def test_a_renewal_is_decided_by_today_s_rules_and_counted(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    central.hears(kiosk)
    with writing(central.engine) as connection:
        setting = DESK.setting("kiosk-1", MONDAY + timedelta(days=20))
        patron = patron_on_file(connection, WEI)
        assert patron is not None
        found = may_renew(connection, setting, patron, ItemId("snow"))
        assert isinstance(found.decided, Allowed)
        assert found.loan == "i1"
        assert renew(connection, found.loan, found.decided.due, "2026")
        other = may_renew(connection, setting, patron, ItemId("zahir"))
        assert [reason.code for reason in other.decided.reasons] == [ReasonCode.NOT_YOUR_LOAN]
    with central.engine.connect() as connection:
        row = connection.execute(select(loans)).one()
        assert (row.due, row.renewals, row.policy) == (DUE + timedelta(days=28), 1, "2026")


def test_w15_a_renewal_is_refused_while_somebody_waits_for_the_copy(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    kiosk.does(waits("snow"), 10)
    central.hears(kiosk)
    with writing(central.engine) as connection:
        patron = patron_on_file(connection, WEI)
        assert patron is not None
        found = may_renew(connection, DESK.setting("kiosk-1", MONDAY + timedelta(days=20)), patron, ItemId("snow"))
    assert [reason.code for reason in found.decided.reasons] == [ReasonCode.ON_HOLD]


def test_a_renewal_that_a_kiosk_tells_stands_and_one_of_no_loan_is_for_staff(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    until = DUE + timedelta(days=28)
    kiosk.does(LoanRenewed(SESSION, IntentId("r1"), WEI, ItemId("snow"), until), 5)
    kiosk.does(LoanRenewed(SESSION, IntentId("r2"), WEI, ItemId("dune"), until), 6)
    central.hears(kiosk)
    with central.engine.connect() as connection:
        assert [(row.due, row.renewals) for row in connection.execute(select(loans))] == [(until, 1)]
    assert central.noted() == [("unknown-loan", "dune")]


def test_d17_a_loan_that_was_due_before_it_was_made_is_an_exception(central: Central) -> None:
    """The station's clock was three years behind; the date that the patron was told stands."""
    kiosk = Kiosk()
    kiosk.does(returned("zahir"))
    kiosk.does(made("i1", "wei", "snow", due=datetime(2023, 12, 21, 15, 59, tzinfo=UTC)), minute=1)
    central.hears(kiosk)
    assert ("wrong-clock", "snow") in central.noted()
    assert central.on_loan() == {"snow": "wei"}


def test_whose_guardian_owes_too_much_borrows_nothing(central: Central) -> None:
    with writing(central.engine) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "bao").values(guardian="above"))
    answer = central.answers(AskBorrow(PatronRef("bao"), ItemId("snow"), UID))
    assert isinstance(answer, MayNotBorrow)
    assert [reason.code for reason in answer.reasons] == [ReasonCode.GUARDIAN_DEBT]


def test_a_return_is_taken_whatever_the_patron_owes(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("above", "snow")
    kiosk.does(returned("snow"), 5)
    central.hears(kiosk)
    assert central.on_loan() == {}


def test_a_lost_book_that_is_found_gives_its_price_back(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.lends("wei", "snow")
    central.hears(kiosk)
    lost_at = MONDAY + timedelta(days=60)
    with writing(central.engine) as connection:
        connection.execute(update(loans).values(lost_at=lost_at))
        connection.execute(update(items).where(items.c.id == "snow").values(state="lost"))
        price = Charge("lost-i1", WEI, ChargeKind.LOST, 4_000, lost_at, ItemId("snow"), "i1")
        assert owe(connection, price)
    central.now = MONDAY + timedelta(days=100)
    kiosk.does(returned("snow"), 61 * DAY)
    central.hears(kiosk)
    assert owes(central, WEI) == Account(0, 0, 0)
    with central.engine.connect() as connection:
        assert connection.scalar(select(items.c.state).where(items.c.id == "snow")) == ""


def hold_states(central: Central) -> dict[str, str]:
    with central.engine.connect() as connection:
        return {row.id: row.state for row in connection.execute(select(holds))}


def held_for(central: Central, item: str) -> str | None:
    with central.engine.connect() as connection:
        return connection.scalar(select(items.c.held_for).where(items.c.id == item))


def test_a_suspension_is_kept_with_the_patron(central: Central) -> None:
    central.now = MONDAY + timedelta(days=40)
    kiosk = Kiosk()
    kiosk.lends("bao", "snow")
    kiosk.does(returned("snow"), LATE)
    central.hears(kiosk)
    with central.engine.connect() as connection:
        bao = patron_on_file(connection, PatronRef("bao"))
    assert bao is not None
    assert bao.suspended_until == date(2026, 12, 27)

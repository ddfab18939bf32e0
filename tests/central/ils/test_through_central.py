"""A kiosk that asks central, where the library's own system decides: on line, off line, and when answers are lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from kiosk.central.ils.port import IlsAway
from kiosk.central.messages import Heard
from kiosk.central.store import writing
from kiosk.central.store.tables import decisions, exceptions, patrons
from kiosk.model.facts import ChargePaid, Decided, LoanRefused, PaidBy
from kiosk.model.ids import AskId, IntentId, ItemId, PatronRef
from kiosk.model.questions import (
    Answer,
    AskBorrow,
    AskIdentify,
    AskItem,
    AskRenew,
    Identified,
    MayBorrow,
    MayNotBorrow,
    MayNotRenew,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.wire import Channel, encode_ask
from kiosk.wire.sip2 import Message
from tests.central.ils.conftest import CARD, ITEM, THEIR_DUE, House
from tests.central.ils.library_system import DATE
from tests.central.library import SESSION, UID, made, returned, undone
from tests.central.running import CentralProcess, central_command


def borrow(house: House, ask: str = "i1") -> Answer | None:
    return house.answers(AskBorrow(PatronRef(CARD), ItemId(ITEM), UID), ask)


def doubted(house: House) -> list[tuple[str, bool]]:
    """Items of which nobody knew whether the library system lent them, and whether that is open."""
    with house.central.engine.connect() as connection:
        rows = connection.execute(select(exceptions.c.item, exceptions.c.open).where(exceptions.c.why == "ils-unsure"))
        return [(str(row.item), bool(row.open)) for row in rows]


def test_the_library_decides_and_central_mirrors(house: House) -> None:
    who = house.answers(AskIdentify(CARD))
    assert isinstance(who, Identified)
    assert (who.patron.given_name, who.patron.may_borrow) == ("李明", 10)
    lent = house.answers(AskBorrow(who.patron.ref, ItemId(ITEM), UID), "i1")
    assert isinstance(lent, MayBorrow)
    assert (lent.due, lent.item.title) == (THEIR_DUE, "川菜入门")
    house.kiosk.does(made("i1", who.patron.ref, ITEM, due=lent.due))
    house.hears()
    assert house.central.on_loan() == {ITEM: who.patron.ref}
    assert house.library.lent == {ITEM: CARD}
    assert house.library.asked.count("11") == 1, "what the library made itself is no news to it"
    assert house.central.noted() == []


def test_the_same_question_is_one_loan_there(house: House) -> None:
    assert borrow(house) == borrow(house)
    assert house.library.asked.count("11") == 1


def test_w12_its_refusal_reaches_the_patron(house: House) -> None:
    house.library.lent = {ITEM: "other"}
    refused = borrow(house)
    assert isinstance(refused, MayNotBorrow)
    assert [(reason.code, dict(reason.values)) for reason in refused.reasons] == [
        (ReasonCode.REFUSED_BY_LIBRARY, {"said": "Item checked out to another patron"})
    ]


def test_a_loan_that_costs_a_fee_is_refused_with_its_amount(house: House) -> None:
    fixed = {"ok": "0", "renewal_ok": "N", "magnetic_media": "N", "desensitize": "N", "transaction_date": DATE}
    fields = {"AO": ["M"], "AA": [CARD], "AB": [ITEM], "AJ": ["川菜入门"], "AH": [""], "AF": ["Rental fee"]}
    fee = fields | {"BT": ["06"], "BV": ["2.00"], "BH": ["CNY"]}
    accepted: list[str | None] = []

    def wants_a_fee(request: Message) -> Message:
        accepted.append(request.first("BO"))
        return Message("12", fixed, fee)

    house.library.overrides = {"11": wants_a_fee}
    refused = borrow(house)
    assert isinstance(refused, MayNotBorrow)
    assert [(one.code, dict(one.values)) for one in refused.reasons] == [
        (ReasonCode.FEE_FIRST, {"amount": "CNY 2.00"}),
        (ReasonCode.REFUSED_BY_LIBRARY, {"said": "Rental fee"}),
    ]
    assert house.library.lent == {}
    assert accepted == ["N"], "nobody accepts a fee for the patron"


def test_a_fee_that_is_taken_without_asking_is_not_accepted_and_the_loan_is_cancelled(house: House) -> None:
    def lends_for_a_fee(request: Message) -> Message:
        lent = house.library._lends(request, ITEM, CARD)
        return Message("12", lent.fixed, {**lent.fields, "BT": ["06"], "BV": ["2.00"]})

    house.library.overrides = {"11": lends_for_a_fee}
    refused = borrow(house)
    assert isinstance(refused, MayNotBorrow)
    assert [dict(one.values) for one in refused.reasons] == [{"amount": "CNY 2.00"}]
    house.kiosk.does(LoanRefused(SESSION, IntentId("i1"), PatronRef(CARD), ItemId(ITEM), ("fee-first",)))
    house.hears()
    assert house.library.lent == {}


def test_a_renewal_that_costs_a_fee_is_refused_with_its_amount(house: House) -> None:
    fixed = {"ok": "0", "renewal_ok": "N", "magnetic_media": "N", "desensitize": "N", "transaction_date": DATE}
    fields = {"AO": ["M"], "AA": [CARD], "AB": [ITEM], "AJ": ["川菜入门"], "AH": [""], "BT": ["06"], "BV": ["1.50"]}
    house.library.lent = {ITEM: CARD}
    house.library.overrides = {"29": lambda _: Message("30", fixed, fields)}
    refused = house.answers(AskRenew(PatronRef(CARD), ItemId(ITEM)))
    assert isinstance(refused, MayNotRenew)
    assert refused.reasons == (Reason(ReasonCode.FEE_FIRST, (("amount", "CNY 1.50"),)),)


def test_a_dead_library_makes_kiosks_decide_alone_and_is_told_later(house: House) -> None:
    port = house.library.port
    house.library.stop()
    assert borrow(house) is None
    house.kiosk.does(made("i1", CARD, ITEM, Decided.OFFLINE, due=THEIR_DUE))
    house.central.hears(house.kiosk)
    with pytest.raises(IlsAway):
        house.feed.tell_some()
    house.library.start(port)
    house.hears()
    assert house.library.lent == {ITEM: CARD}
    assert house.central.on_loan() == {ITEM: CARD}


def test_a_lost_answer_makes_no_second_loan_when_the_kiosk_has_decided_alone(house: House) -> None:
    house.library.deaf_to = {"11", "17", "63"}
    assert borrow(house) is None
    assert doubted(house) == [(ITEM, True)], "should the kiosk not lend it, somebody has to look"
    house.library.deaf_to = set()
    house.kiosk.does(made("i1", CARD, ITEM, Decided.OFFLINE, due=THEIR_DUE))
    house.hears()
    assert house.library.lent == {ITEM: CARD}
    assert house.library.asked.count("11") == 1
    assert doubted(house) == [(ITEM, False)]


@pytest.mark.parametrize("what", ["refused", "undone"])
def test_a_loan_that_did_not_come_about_is_cancelled_there(house: House, what: str) -> None:
    assert isinstance(borrow(house), MayBorrow)
    if what == "refused":
        house.kiosk.does(LoanRefused(SESSION, IntentId("i1"), PatronRef(CARD), ItemId(ITEM), ("taken-away",)))
    else:
        house.kiosk.does(made("i1", CARD, ITEM, due=THEIR_DUE))
        house.kiosk.does(undone("i1", ITEM), 1)
    house.hears()
    assert house.library.lent == {}


def test_a_promise_that_nobody_redeems_is_cancelled_there(house: House) -> None:
    assert isinstance(borrow(house), MayBorrow)
    house.feed.cancel_some()
    assert house.library.lent == {ITEM: CARD}, "the kiosk may still be telling"
    with writing(house.central.engine) as connection:
        connection.execute(update(decisions).values(promised_until=datetime.now(UTC) - timedelta(hours=1)))
    house.feed.cancel_some()
    assert house.library.lent == {}
    house.kiosk.does(made("i1", CARD, ITEM, due=THEIR_DUE))
    house.hears()
    assert house.library.lent == {ITEM: CARD}, "its fact came after all: what has happened is told"


def test_a_return_ends_the_loan_there(house: House) -> None:
    house.library.lent = {ITEM: CARD}
    house.kiosk.does(returned(ITEM))
    house.hears()
    assert house.library.lent == {}


def test_w5_what_it_refuses_is_an_exception_and_blocks_nothing(house: House) -> None:
    house.library.lent = {ITEM: "other", "880003": CARD}
    house.kiosk.does(made("i1", CARD, ITEM, Decided.OFFLINE, due=THEIR_DUE))
    house.kiosk.does(returned("880003"), 1)
    house.hears()
    assert ("ils-refused", ITEM) in house.central.noted()
    assert house.library.lent == {ITEM: "other"}


def test_a_payment_of_which_nobody_knows_is_an_exception_and_never_paid_twice(house: House) -> None:
    with writing(house.central.engine) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "wei").values(category="ils"))
    house.kiosk.does(ChargePaid(SESSION, IntentId("p1"), PatronRef("wei"), 500, "CNY", PaidBy.QR, "wx", ()))
    house.hears()
    assert ("ils-unsure", None) in house.central.noted()
    assert house.library.asked.count("37") == 1


def test_what_central_knows_itself_is_not_asked_there(house: House) -> None:
    payload = encode_ask(house.kiosk.station, AskId("a"), AskItem(ItemId("snow")), datetime.now(UTC))
    assert not house.bridge.take(Heard(house.kiosk.station, Channel.ASK, payload, datetime.now(UTC)))
    assert not house.bridge.take(Heard(house.kiosk.station, Channel.ASK, b"nonsense", datetime.now(UTC)))


def test_a_patron_is_entered_once(house: House) -> None:
    house.answers(AskIdentify(CARD), "a1")
    house.answers(AskIdentify(CARD), "a2")
    with house.central.engine.connect() as connection:
        assert connection.execute(select(patrons.c.given_name).where(patrons.c.category == "ils")).all() == [("李明",)]


def test_a_real_central_begins_and_tells_whether_the_library_answers(house: House, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret\n")
    process = CentralProcess(central_command(f"sqlite:///{tmp_path / 'c.sqlite'}"), tmp_path / "log")
    profile = Path(__file__).parents[3] / "config" / "ils" / "standard.toml"
    process.settings |= {"ils.profile": str(profile), "ils.port": str(house.library.port)}
    process.settings |= {"ils.user": "kiosk", "ils.password_file": str(password)}
    process.start()
    assert process.get("/api/v1/health").json()["library"] is True
    assert process.stop() == 0

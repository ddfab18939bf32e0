"""What a self-check of another maker gets at central: each request against a real store, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, update

from kiosk.central.acs.answers import Answers, Terminal
from kiosk.central.acs.proof import PinJudge, beforehand
from kiosk.central.acs.settings import Sip2Settings
from kiosk.central.store import writing
from kiosk.central.store.tables import items, loans, patrons, records
from kiosk.rules.lending import Setting
from kiosk.wire.sip2 import Message, encode, parse
from kiosk.wire.sip2.values import date_text
from tests.central.library import DESK, MONDAY, Central

TODAY = date_text(datetime(2026, 11, 23, 9, 0))


@dataclass(slots=True)
class SelfCheck:
    """A terminal at the branch `east`, at an instant of the test."""

    engine: Engine
    now: datetime = MONDAY
    settings: Sip2Settings = field(default_factory=lambda: Sip2Settings(library="City Library"))
    judge: PinJudge | None = None

    def asks(self, code: str, fixed: dict[str, str] | None = None, **fields: str) -> Message:
        """Ask, over the bytes of the wire in both directions; every answer is without findings of its own."""
        dates = dict.fromkeys(("transaction_date", "nb_due_date", "return_date"), TODAY)
        asked = {name: [text] for name, text in fields.items()}
        message = Message(code, dates | {"language": "001"} | (fixed or {}), asked, 1)
        request = parse(encode(message).rstrip(b"\r"))
        setting = Setting(DESK.policy, self.now, "east")
        terminal = Terminal(self.settings, "MAIN", "kiosk-07")
        before = beforehand(self.engine, self.settings.pins, self.judge, request, self.now)
        with writing(self.engine) as connection:
            answer = Answers(connection, setting, terminal, request, before).answer()
        heard = parse(encode(answer).rstrip(b"\r"))
        assert [one for one in heard.findings if not one.startswith(("sequence", "extension-field:C"))] == []
        return heard

    def lends(self, item: str, patron: str = "04A1B2C3", **more: str) -> Message:
        fixed = {"sc_renewal_policy": more.pop("renew", "Y"), "no_block": more.pop("no_block", "N")}
        return self.asks(
            "11", fixed | {k: more.pop(k) for k in ("nb_due_date",) if k in more}, AA=patron, AB=item, **more
        )

    def takes_back(self, item: str, no_block: str = "N") -> Message:
        return self.asks("09", {"no_block": no_block}, AB=item)

    def knows(self, patron: str = "04A1B2C3", place: int | None = None, **more: str) -> Message:
        summary = "".join("Y" if at == place else " " for at in range(10))
        return self.asks("63", {"summary": summary}, AA=patron, **more)


@pytest.fixture
def desk(central: Central) -> SelfCheck:
    return SelfCheck(central.engine)


def hold(desk: SelfCheck, item: str, patron: str = "Bar-20230002", mode: str = "+", **more: str) -> Message:
    return desk.asks("15", {"hold_mode": mode}, AA=patron, AB=item, **more)


def test_a_loan_is_made_and_the_tag_may_be_opened(desk: SelfCheck, central: Central) -> None:
    lent = desk.lends("snow")
    assert (lent.fixed["ok"], lent.fixed["renewal_ok"], lent.fixed["desensitize"]) == ("1", "N", "Y")
    assert (lent.first("AH"), lent.first("AJ")) == ("20261221    235900", "snow")
    assert central.on_loan() == {"snow": "wei"}


def test_a_refusal_says_why_in_the_language_of_the_request(desk: SelfCheck, central: Central) -> None:
    refused = desk.lends("reference")
    assert (refused.fixed["ok"], refused.fixed["desensitize"]) == ("0", "N")
    assert refused.all("AF") == ["This one stays in the library. Put it back on the shelf or hand it in at the desk"]
    assert central.on_loan() == {}


def test_an_unknown_card_and_an_unknown_item(desk: SelfCheck) -> None:
    assert desk.lends("snow", "nobody").fixed["ok"] == "0"
    assert desk.lends("nothing").fixed["ok"] == "0"
    about = desk.knows("nobody")
    assert (about.fixed["patron_status"], about.first("BL"), about.first("AE")) == ("YYYY" + " " * 10, "N", "")


def test_the_patron_s_own_loan_is_renewed_where_the_terminal_allows_it(desk: SelfCheck) -> None:
    desk.lends("snow")
    desk.now += timedelta(days=3)
    renewed = desk.lends("snow")
    assert (renewed.fixed["ok"], renewed.fixed["renewal_ok"], renewed.first("AH")) == ("1", "Y", "20270118    235900")
    assert desk.lends("snow", renew="N").fixed["ok"] == "0"


def test_a_loan_whose_tag_could_not_be_opened_is_taken_back(desk: SelfCheck, central: Central) -> None:
    desk.lends("snow")
    cancelled = desk.lends("snow", BI="Y")
    assert (cancelled.fixed["ok"], cancelled.fixed["desensitize"]) == ("1", "N")
    assert central.on_loan() == {}
    assert desk.lends("snow", BI="Y").fixed["ok"] == "0"


def test_what_happened_off_line_stands_with_the_date_that_the_patron_was_told(
    desk: SelfCheck, central: Central
) -> None:
    told = desk.lends("reference", no_block="Y", nb_due_date="20261201    235900")
    assert (told.fixed["ok"], told.first("AH")) == ("1", "20261201    235900")
    assert central.on_loan() == {"reference": "wei"}
    assert ("not-for-loan", "reference") in central.noted()


def test_w11_a_return_always_ends_well(desk: SelfCheck, central: Central) -> None:
    desk.lends("snow")
    back = desk.takes_back("snow")
    assert (back.fixed["ok"], back.fixed["resensitize"], back.fixed["alert"]) == ("1", "Y", "N")
    again = desk.takes_back("snow")
    assert (again.fixed["ok"], again.fixed["resensitize"]) == ("1", "Y")
    assert central.on_loan() == {}


def test_an_item_of_another_library_is_not_taken(desk: SelfCheck) -> None:
    back = desk.takes_back("stranger")
    assert (back.fixed["ok"], back.fixed["alert"], back.first("CV")) == ("0", "Y", "99")


def test_a_return_that_somebody_waits_for_is_kept_back(desk: SelfCheck) -> None:
    desk.lends("snow")
    assert hold(desk, "snow", BY="3").fixed["ok"] == "1"
    back = desk.takes_back("snow")
    assert (back.fixed["alert"], back.first("CV"), back.first("CY")) == ("Y", "01", "amy")
    assert desk.asks("17", AB="snow").fixed["circulation_status"] == "08"


def test_a_return_that_is_collected_at_another_branch_is_sent_there(desk: SelfCheck) -> None:
    desk.lends("snow")
    hold(desk, "snow", BY="3", BS="west")
    back = desk.takes_back("snow")
    assert (back.first("CV"), back.first("CT")) == ("02", "west")


def test_a_copy_of_another_branch_is_sent_home(desk: SelfCheck, central: Central) -> None:
    with writing(central.engine) as connection:
        connection.execute(update(items).where(items.c.id == "snow").values(branch="west"))
    back = desk.takes_back("snow")
    assert (back.fixed["alert"], back.first("CV"), back.first("CT"), back.first("AQ")) == ("Y", "04", "west", "west")


def test_w10_only_what_waits_on_the_shelf_is_called_ready(desk: SelfCheck) -> None:
    desk.lends("snow")
    hold(desk, "snow", BY="3")
    hold(desk, "zahir", BY="3")
    desk.takes_back("zahir")
    about = desk.knows("Bar-20230002", 0)
    assert (about.fixed["hold_items_count"], about.fixed["unavailable_holds_count"]) == ("0001", "0001")
    assert about.all("AS") == ["zahir"]
    assert desk.knows("Bar-20230002", 5).all("CD") == ["snow"]


def test_what_a_patron_has_is_listed_from_and_to(desk: SelfCheck) -> None:
    for book in ("snow", "zahir", "river"):
        desk.lends(book)
    about = desk.knows(place=2)
    assert about.fixed["charged_items_count"] == "0003"
    assert list(about.all("AU")) == ["river", "snow", "zahir"] or set(about.all("AU")) == {"snow", "zahir", "river"}
    assert len(desk.knows(place=2, BP="2", BQ="3").all("AU")) == 2
    assert about.first("CB") == "0003"
    assert about.fixed["patron_status"][5] == "Y", "too many charged"


def test_money_is_told_and_taken_once(desk: SelfCheck) -> None:
    assert desk.knows("above").first("BV") == "10.01"
    assert desk.knows("above").fixed["patron_status"][0] == "Y"
    paid = {"fee_type": "01", "payment_type": "00", "currency_type": "CNY"}
    for _ in range(2):
        assert desk.asks("37", paid, AA="above", BV="10.01", BK="t-1").fixed["payment_accepted"] == "Y"
    assert desk.knows("above").first("BV") == "0.00"
    wrong = paid | {"currency_type": "EUR"}
    assert desk.asks("37", wrong, AA="above", BV="1.00").fixed["payment_accepted"] == "N"
    assert desk.asks("37", paid, AA="above", BV="nothing").fixed["payment_accepted"] == "N"


def test_one_transaction_id_is_one_payment_of_one_patron(desk: SelfCheck) -> None:
    cash = {"fee_type": "01", "payment_type": "00", "currency_type": "CNY"}
    assert desk.asks("37", cash, AA="above", BV="1.00", BK="t-1").fixed["payment_accepted"] == "Y"
    assert desk.asks("37", cash, AA="above", BV="2.00", BK="t-1").fixed["payment_accepted"] == "N"
    assert desk.asks("37", cash, AA="04A1B2C3", BV="1.00", BK="t-1").fixed["payment_accepted"] == "N"
    assert desk.knows("above").first("BV") == "9.01"
    for last in "ab":
        assert desk.asks("37", cash, AA="above", BV="1.00", BK="x" * 80 + last).fixed["payment_accepted"] == "Y"
    assert desk.knows("above").first("BV") == "7.01", "ids that differ at their end are two payments"


def test_the_charge_that_a_payment_names_is_paid_first(desk: SelfCheck) -> None:
    (charge,) = desk.knows("above", 3).all("AV")
    cash = {"fee_type": "04", "payment_type": "00", "currency_type": "CNY"}
    paid = desk.asks("37", cash, AA="above", BV="10.01", BK="t-9", CG=charge.split()[-1])
    assert (paid.fixed["payment_accepted"], paid.first("BK")) == ("Y", "t-9")
    assert desk.knows("above", 3).all("AV") == ()


def test_all_renewals_at_once_name_what_was_not_renewed(desk: SelfCheck) -> None:
    desk.lends("snow")
    desk.lends("zahir")
    hold(desk, "zahir", BY="3")
    desk.now += timedelta(days=1)
    renewed = desk.asks("65", AA="04A1B2C3")
    assert (renewed.fixed["ok"], renewed.all("BM"), renewed.all("BN")) == ("1", ["snow"], ["zahir"])
    one = desk.asks("29", {"third_party_allowed": "N", "no_block": "N"}, AA="04A1B2C3", AB="zahir")
    assert (one.code, one.fixed["ok"]) == ("30", "0")


def test_a_hold_on_a_title_is_placed_by_a_copy_and_cancelled(desk: SelfCheck, central: Central) -> None:
    with writing(central.engine) as connection:
        row = {"control_number": "r1", "title": "Snow", "format": "marc21", "original": b""}
        connection.execute(insert(records), [row])
        connection.execute(update(items).where(items.c.id == "snow").values(control_number="r1"))
    assert hold(desk, "snow", BY="2").fixed["ok"] == "1"
    assert desk.knows("Bar-20230002", 5).all("CD") == ["r1"]
    assert hold(desk, "", mode="-", AJ="r1").fixed["ok"] == "1"
    assert hold(desk, "", mode="-", AJ="r1").fixed["ok"] == "0"


def test_a_card_is_blocked_and_staff_are_told(desk: SelfCheck, central: Central) -> None:
    status = desk.asks("01", {"card_retained": "N"}, AA="04A1B2C3", AL="left in the machine")
    assert (status.code, status.fixed["patron_status"][0]) == ("24", "Y")
    assert desk.lends("snow").fixed["ok"] == "0"
    assert ("blocked", None) in central.noted()


@pytest.mark.parametrize(
    ("state", "status"), [("", "03"), ("lost", "12"), ("missing", "13"), ("withdrawn", "01"), ("damaged", "01")]
)
def test_the_state_of_an_item(desk: SelfCheck, central: Central, state: str, status: str) -> None:
    with writing(central.engine) as connection:
        connection.execute(update(items).where(items.c.id == "snow").values(state=state))
    assert desk.asks("17", AB="snow").fixed["circulation_status"] == status


def test_w13_a_missing_item_that_somebody_has_found_is_lent(desk: SelfCheck, central: Central) -> None:
    with writing(central.engine) as connection:
        connection.execute(update(items).where(items.c.id == "snow").values(state="missing"))
    assert desk.lends("snow").fixed["ok"] == "1"
    assert desk.asks("17", AB="snow").fixed["circulation_status"] == "04"


def test_a_recalled_loan_and_one_that_is_overdue(desk: SelfCheck, central: Central) -> None:
    desk.lends("snow")
    with writing(central.engine) as connection:
        connection.execute(update(loans).values(recalled=True))
        connection.execute(update(patrons).where(patrons.c.id == "wei").values(family_name="王", given_name="伟"))
    assert desk.asks("17", AB="snow").fixed["circulation_status"] == "07"
    desk.now += timedelta(days=60)
    about = desk.knows(place=1)
    assert (about.fixed["overdue_items_count"], about.all("AT"), about.first("AE")) == ("0001", ["snow"], "王伟")


@pytest.mark.parametrize(("asked", "told", "flags"), [("2.00", "2.00", 16), ("1.00", "1.00", 0)])
def test_the_status_is_told_in_the_terminal_s_version(desk: SelfCheck, asked: str, told: str, flags: int) -> None:
    message = Message("99", {"status_code": "0", "max_print_width": "080", "protocol_version": asked}, {}, 1)
    with writing(desk.engine) as connection:
        terminal = Terminal(Sip2Settings(), "MAIN", "kiosk-07")
        answer = Answers(connection, Setting(DESK.policy, MONDAY), terminal, message).answer()
    heard = parse(encode(answer).rstrip(b"\r"))
    assert (heard.fixed["protocol_version"], heard.fixed["online_status"]) == (told, "Y")
    assert len(heard.first("BX") or "") == flags


def test_the_rest_is_answered(desk: SelfCheck) -> None:
    assert desk.asks("35", AA="04A1B2C3").fixed["end_session"] == "Y"
    assert desk.asks("25", AA="04A1B2C3").code == "26"
    assert desk.asks("23", AA="04A1B2C3").first("BL") == "Y"
    assert desk.asks("19", AB="snow", CH="x").fixed["item_properties_ok"] == "0"

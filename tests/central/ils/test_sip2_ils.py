"""Lending through a library system: what it decides, and what is done when it does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.central.ils.connection import Address
from kiosk.central.ils.pool import Pool
from kiosk.central.ils.port import IlsAway, IlsUnsure
from kiosk.central.ils.profile import Profile
from kiosk.central.ils.settings import IlsSettings
from kiosk.central.ils.sip2_ils import Sip2Ils
from kiosk.model.reasons import ReasonCode
from kiosk.wire.sip2 import Message
from tests.central.ils.library_system import DATE, LibrarySystem
from tests.real_parts import wait_until

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
CARD, ITEM = "200123", "880002"
QUICK_S = 1.0
"""So long a dead system is waited for in these tests."""


@pytest.fixture
def pool(library: LibrarySystem) -> Iterator[Pool]:
    settings = IlsSettings(profile=Path("unused"), port=library.port, user="east", answer_s=QUICK_S, patience_s=5.0)
    pool = Pool(Address(settings, Profile("test"), "secret"), probe_s=0.05)
    pool.start()
    yield pool
    pool.stop()


@pytest.fixture
def ils(pool: Pool) -> Sip2Ils:
    return Sip2Ils(pool, Profile("test"), "M", ZONE)


def test_it_decides_about_loans_and_tells_the_date(ils: Sip2Ils, library: LibrarySystem) -> None:
    lent = ils.lend(CARD, ITEM, told=None, at=NOW)
    assert (lent.done, lent.open_tag, lent.title, lent.renewed) == (True, True, "川菜入门", False)
    assert lent.due == datetime(2026, 12, 22, 23, 59, tzinfo=ZONE)
    assert library.lent == {ITEM: CARD}
    assert ils.lend(CARD, ITEM, told=None, at=NOW).renewed
    other = ils.lend("other", ITEM, told=None, at=NOW)
    assert (other.done, other.open_tag, other.said) == (False, False, ("Item checked out to another patron",))


def test_a_patron_and_what_stops_them(ils: Sip2Ils, library: LibrarySystem) -> None:
    library.lent = {ITEM: CARD}
    found = ils.patron(CARD)
    assert (found.known, found.name, found.more, found.charged) == (True, "李明", 9, (ITEM,))
    assert not ils.patron("nobody").known
    flagged = library._patron(CARD)
    status = "Y    Y    Y   "
    library.overrides["63"] = lambda _: Message("64", {**flagged.fixed, "patron_status": status}, flagged.fields)
    assert [reason.code for reason in ils.patron(CARD).reasons] == [
        ReasonCode.BLOCKED,
        ReasonCode.TOO_MANY_LOANS,
        ReasonCode.DEBT,
    ]


def test_a_loan_whose_answer_was_lost_is_found_by_asking_and_made_once(ils: Sip2Ils, library: LibrarySystem) -> None:
    library.deaf_to = {"11"}
    lent = ils.lend(CARD, ITEM, told=None, at=NOW)
    assert (lent.done, lent.due) == (True, datetime(2026, 12, 22, 23, 59, tzinfo=ZONE))
    assert library.asked.count("11") == 1, "never repeated: a second checkout would renew it"


def test_a_loan_that_was_never_heard_is_known_not_to_be_made(ils: Sip2Ils, library: LibrarySystem) -> None:
    library.unheard = {"11"}
    with pytest.raises(IlsAway):
        ils.lend(CARD, ITEM, told=None, at=NOW)
    assert library.lent == {}


def test_a_loan_that_somebody_else_has_after_a_time_out_is_refused(ils: Sip2Ils, library: LibrarySystem) -> None:
    library.lent, library.deaf_to = {ITEM: "other"}, {"11"}
    assert not ils.lend(CARD, ITEM, told=None, at=NOW).done


def test_where_even_asking_does_not_help_it_is_said_to_be_unsure(ils: Sip2Ils, library: LibrarySystem) -> None:
    library.deaf_to = {"11", "17"}
    with pytest.raises(IlsUnsure):
        ils.lend(CARD, ITEM, told=None, at=NOW)


def test_a_return_of_what_is_not_lent_is_done(ils: Sip2Ils, library: LibrarySystem) -> None:
    library.lent = {ITEM: CARD}
    assert ils.take_back(ITEM, NOW).done
    again = ils.take_back(ITEM, NOW)
    assert (again.done, again.secure_tag, again.alert) == (True, True, "99")


def test_a_return_whose_answer_was_lost_is_found_by_asking(ils: Sip2Ils, library: LibrarySystem) -> None:
    library.lent, library.deaf_to = {ITEM: CARD}, {"09"}
    assert ils.take_back(ITEM, NOW).done
    assert library.asked.count("09") == 1


def test_a_return_tells_what_has_to_be_done_with_the_item(ils: Sip2Ils, library: LibrarySystem) -> None:
    fixed = {"ok": "1", "resensitize": "Y", "magnetic_media": "N", "alert": "Y", "transaction_date": DATE}
    fields = {"AO": ["M"], "AB": [ITEM], "AQ": ["west"], "CV": ["02"], "CT": ["west"], "CL": ["3"], "CY": ["P9"]}
    library.overrides["09"] = lambda _: Message("10", fixed, {name: list(value) for name, value in fields.items()})
    back = ils.take_back(ITEM, NOW)
    assert (back.alert, back.send_to, back.sort_bin, back.held_for) == ("02", "west", "3", "P9")


@pytest.mark.parametrize("ignores", [False, True])
def test_a_loan_whose_tag_was_not_opened_is_taken_back_even_where_the_cancel_is_ignored(
    ils: Sip2Ils, library: LibrarySystem, ignores: bool
) -> None:
    library.lent, library.ignores_cancel = {ITEM: CARD}, ignores
    ils.undo(CARD, ITEM, NOW)
    assert library.lent == {}


def test_a_payment_without_an_answer_is_never_repeated(ils: Sip2Ils, library: LibrarySystem) -> None:
    with pytest.raises(IlsUnsure):
        ils.pay(CARD, 500, "p-1", NOW)
    assert library.asked.count("37") == 1


def test_w14_a_dead_system_is_noticed_told_at_once_and_found_again(
    ils: Sip2Ils, library: LibrarySystem, pool: Pool
) -> None:
    ils.item(ITEM)
    port = library.port
    library.stop()
    for _ in range(2):
        with pytest.raises(IlsAway):
            ils.item(ITEM)
    assert not pool.is_up
    with pytest.raises(IlsAway, match="the library system does not answer"):  # nobody even tries to connect
        ils.item(ITEM)
    library.start(port)
    wait_until(lambda: pool.is_up, "the probe did not find it")
    assert ils.item(ITEM).known


def test_a_connection_that_was_closed_while_idle_costs_nothing(ils: Sip2Ils, library: LibrarySystem) -> None:
    assert ils.item(ITEM).known
    library.hang_up()
    assert ils.lend(CARD, ITEM, told=None, at=NOW).done
    assert library.asked.count("11") == 1


def test_a_wrong_password_is_no_connection(library: LibrarySystem) -> None:
    settings = IlsSettings(profile=Path("unused"), port=library.port, answer_s=QUICK_S)
    pool = Pool(Address(settings, Profile("test"), "wrong"))
    with pytest.raises(IlsAway, match="refuses our login"):
        pool.ask(Message("99", {"status_code": "0", "max_print_width": "080", "protocol_version": "2.00"}))


def test_w14_a_hold_list_of_any_length_or_none_is_no_trouble(ils: Sip2Ils, library: LibrarySystem) -> None:
    flagged = library._patron(CARD)
    many = {**flagged.fields, "AS": [f"H{number}" for number in range(5_000)]}
    library.overrides["63"] = lambda _: Message("64", flagged.fixed, many)
    assert ils.patron(CARD).known

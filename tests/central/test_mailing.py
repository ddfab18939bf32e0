"""Receipts by e-mail and calls for staff: what a kiosk asks of central besides loans. None is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_string, policy

import pytest
from sqlalchemy import select, update

from kiosk.central.erasing import erase
from kiosk.central.mail.receipts import MailState, Post
from kiosk.central.store import writing
from kiosk.central.store.tables import exceptions, mails, patrons
from kiosk.model.circulation import Language
from kiosk.model.ids import PatronRef
from kiosk.model.questions import AskHelp, AskMail, MailTaken, ReceiptEntry, StaffCalled
from tests.central.library import MAIL, Central
from tests.central.scripted_mail_server import MailServer

RECEIPT = AskMail(PatronRef("wei"), Language.EN, (ReceiptEntry("Snow\r\nBcc: all@example.org", "2026-12-21"),), ())


@pytest.fixture
def server() -> Iterator[MailServer]:
    running = MailServer()
    yield running
    running.close()


def has_address(central: Central, address: str | None = "wei@example.org") -> None:
    with writing(central.engine) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "wei").values(email=address))


def post(central: Central, server: MailServer) -> Post:
    return Post(central.engine, replace(MAIL, port=server.port))


def states(central: Central) -> list[tuple[str, str]]:
    with central.engine.connect() as connection:
        return [(row.state, row.text) for row in connection.execute(select(mails).order_by(mails.c.id))]


def test_a_receipt_goes_to_the_address_that_central_has_and_is_forgotten(central: Central, server: MailServer) -> None:
    has_address(central)
    assert central.answers(RECEIPT) == MailTaken(True)
    assert central.answers(RECEIPT) == MailTaken(True), "the same question"
    sends = post(central, server)
    sends.once(central.now)
    sends.once(central.now + timedelta(hours=1))
    assert states(central) == [(MailState.SENT, "")]
    (told,) = server.letters
    letter = message_from_string(told, policy=policy.default)
    assert (letter["To"], letter["From"], letter["Bcc"]) == ("wei@example.org", "library@example.org", None)
    assert letter["Subject"] == "City Library"
    assert "1 book lent" in letter.get_content()
    assert "Snow Bcc: all@example.org" in letter.get_content()


def test_nobody_without_an_address_is_written_to(central: Central) -> None:
    assert central.answers(RECEIPT) == MailTaken(False)
    assert central.answers(replace(RECEIPT, patron=PatronRef("nobody")), "ask-2") == MailTaken(False)
    assert states(central) == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "TEXT"])
def test_a_server_that_is_busy_is_asked_again(central: Central, server: MailServer, command: str) -> None:
    has_address(central)
    central.answers(RECEIPT)
    server.answers[command] = "451 try later"
    sends = post(central, server)
    sends.once(central.now)
    assert states(central)[0][0] == MailState.WAITING
    server.answers.clear()
    sends.once(central.now + timedelta(seconds=30))
    assert server.letters == [], "it waits a minute first"
    sends.once(central.now + timedelta(seconds=61))
    assert states(central) == [(MailState.SENT, "")]
    assert len(server.letters) == 1


def test_what_went_out_without_an_answer_is_not_sent_again(central: Central, server: MailServer) -> None:
    has_address(central)
    central.answers(RECEIPT)
    server.answers["TEXT"] = "hang-up"
    sends = post(central, server)
    sends.once(central.now)
    server.answers.clear()
    sends.once(central.now + timedelta(hours=2))
    assert states(central) == [(MailState.UNSURE, "")]
    assert server.letters == []


def test_a_letter_that_was_going_out_at_a_power_cut_is_not_sent_again(central: Central, server: MailServer) -> None:
    has_address(central)
    central.answers(RECEIPT)
    with writing(central.engine) as connection:
        connection.execute(update(mails).values(state=MailState.SENDING.value))
    post(central, server).once(central.now)
    assert states(central) == [(MailState.UNSURE, "")]
    assert server.letters == []


def test_an_address_that_is_refused_is_given_up(central: Central, server: MailServer) -> None:
    has_address(central)
    central.answers(RECEIPT)
    server.answers["RCPT"] = "550 no such user"
    post(central, server).once(central.now)
    assert states(central) == [(MailState.REFUSED, "")]


def test_nothing_is_lost_while_no_server_is_there_and_after_two_days_it_is_over(central: Central) -> None:
    has_address(central)
    central.answers(RECEIPT)
    sends = Post(central.engine, replace(MAIL, port=1))
    sends.once(central.now)
    assert states(central)[0][0] == MailState.WAITING
    sends.once(central.now + timedelta(hours=49))
    assert states(central) == [(MailState.REFUSED, "")]


def test_an_erased_patron_leaves_no_letter(central: Central) -> None:
    has_address(central)
    central.answers(RECEIPT)
    with writing(central.engine) as connection:
        erase(connection, PatronRef("wei"))
    assert states(central) == []


def test_a_call_stands_once_among_what_staff_look_at(central: Central) -> None:
    assert central.answers(AskHelp("borrowing"), "call-1") == StaffCalled()
    assert central.answers(AskHelp("borrowing"), "call-1") == StaffCalled()
    assert central.noted(only_open=True) == [("called", None)]
    with central.engine.connect() as connection:
        row = connection.execute(select(exceptions)).one()
    assert (row.station, row.details) == ("kiosk-1", '{"screen": "borrowing"}')

"""Two things that a kiosk asks for besides loans: a letter with a receipt, and somebody of the staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.mail.receipts import post
from kiosk.central.mail.settings import MailSettings
from kiosk.central.people import resolved
from kiosk.central.store.tables import exceptions
from kiosk.central.story import Place
from kiosk.model.ids import AskId, Epoch, IntentId
from kiosk.model.questions import AskHelp, AskMail, MailTaken, StaffCalled
from kiosk.words.receipt_text import receipt_text
from kiosk.words.sentences import words

ASKED = Epoch("asked")
"""Stands where the epoch of a fact would: a call is none."""


def mail_receipt(
    connection: Connection, mail: MailSettings | None, zone: str, ask: AskId, question: AskMail, now: datetime
) -> MailTaken:
    """Keep the letter, in the caller's transaction. No yes where letters are not sent at all."""
    if mail is None:
        return MailTaken(None)
    patron = resolved(connection, question.patron)
    if patron is None:
        return MailTaken(False)
    said, library = words(question.language), mail.library(question.language)
    text = receipt_text(said, library, now, zone, question.borrowed, question.returned)
    return MailTaken(post(connection, ask, patron, text, now))


def call_staff(connection: Connection, station: str, ask: AskId, question: AskHelp, now: datetime) -> StaffCalled:
    """Put it before the staff, among what they look at. The same call is there once."""
    known = select(exceptions.c.id).where(exceptions.c.intent == ask, exceptions.c.why == Why.CALLED.value)
    if connection.execute(known).first() is None:
        about = Notable(Why.CALLED, IntentId(ask), details={"screen": question.screen})
        note(connection, Place(now, station, 0), ASKED, about)
    return StaffCalled()

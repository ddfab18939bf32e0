"""Receipts by e-mail: kept in the store until they are gone, none sent twice.

A letter is marked as being sent, in a transaction of its own, before the server is told of it. What it has surely not
taken is tried again; what has no answer, or was under way when central was killed, is `unsure`, and stays so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import DBAPIError

from kiosk.central.mail.line import Away, Mailer, Message, Verdict
from kiosk.central.mail.settings import MailSettings
from kiosk.central.store import writing
from kiosk.central.store.running import Duty, InUse, on_duty
from kiosk.central.store.tables import mails, patrons
from kiosk.model.ids import PatronRef
from kiosk.web.own_thread import OwnThread

LOOK_S = 10.0
STOP_S = 15.0
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP = timedelta(hours=48)
A_BATCH = 20

log = logging.getLogger(__name__)


class MailState(StrEnum):
    """How far a letter is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    """The server wants it in no case, or nobody took it for two days."""
    UNSURE = "unsure"
    """The text went out and no answer came: it is not sent again."""


_BECOMES: Mapping[Verdict, MailState] = {
    Verdict.TAKEN: MailState.SENT,
    Verdict.LATER: MailState.WAITING,
    Verdict.NEVER: MailState.REFUSED,
    Verdict.UNSURE: MailState.UNSURE,
}


def post(connection: Connection, letter: str, patron: PatronRef, text: str, now: datetime) -> bool:
    """Keep a letter under its id; False where the patron has no address. The same id is kept once."""
    address = connection.scalar(select(patrons.c.email).where(patrons.c.id == patron))
    if not address:
        return False
    if connection.execute(select(mails.c.id).where(mails.c.id == letter)).one_or_none() is None:
        row = {"id": letter, "patron": patron, "text": text, "at": now, "due": now}
        connection.execute(insert(mails).values(row | {"state": MailState.WAITING.value, "tries": 0}))
    return True


class Post(OwnThread):
    """A thread of its own that looks for letters every few seconds."""

    def __init__(self, engine: Engine, settings: MailSettings) -> None:
        super().__init__("mail", STOP_S)
        self._engine = engine
        self._settings = settings

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                with on_duty(self._engine, Duty.MAILING):
                    self.once(datetime.now(UTC))
            except InUse:
                pass  # another process sends them
            except (OSError, DBAPIError) as trouble:
                log.error("receipts wait: the database cannot be used (%s)", type(trouble).__name__)

    def once(self, now: datetime) -> None:
        """Send what is due at `now` (aware)."""
        with writing(self._engine) as connection:
            left = update(mails).where(mails.c.state == MailState.SENDING.value)
            connection.execute(left.values(state=MailState.UNSURE.value, text=""))
            due = select(mails.c.id).where(mails.c.state == MailState.WAITING.value, mails.c.due <= now)
            letters = connection.scalars(due.order_by(mails.c.at).limit(A_BATCH)).all()
        for letter in letters:
            if self._stopping.is_set():
                return
            self._send(letter, now)

    def _send(self, letter: str, now: datetime) -> None:
        with self._engine.connect() as connection:
            query = select(mails.c.text, mails.c.tries, mails.c.at, patrons.c.email).join(
                patrons, patrons.c.id == mails.c.patron
            )
            found = connection.execute(query.where(mails.c.id == letter)).one_or_none()
        if found is None or not found.email:
            self._becomes(letter, MailState.REFUSED)
            return
        state = self._hand_over(Message(letter, found.email, found.text.partition("\n")[0], found.text), now)
        if state is MailState.WAITING and now - found.at >= GIVE_UP:
            state = MailState.REFUSED
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(found.tries, 10))
        self._becomes(letter, state, keep=state is MailState.WAITING, tries=found.tries + 1, due=now + wait)
        if state is not MailState.SENT:
            log.warning("a letter is %s after try %d", state.value, found.tries + 1)

    def _hand_over(self, message: Message, now: datetime) -> MailState:
        try:
            mailer = Mailer(self._settings)
        except Away as away:
            log.warning("receipts wait: %s", away)
            return MailState.WAITING
        self._becomes(message.name, MailState.SENDING, keep=True)
        return _said(mailer, message, now)

    def _becomes(self, letter: str, state: MailState, *, keep: bool = False, **values: object) -> None:
        """A letter that is done keeps its id and loses its text."""
        gone = {} if keep else {"text": ""}
        with writing(self._engine) as connection:
            connection.execute(update(mails).where(mails.c.id == letter).values(state=state.value, **gone, **values))


def _said(mailer: Mailer, message: Message, now: datetime) -> MailState:
    try:
        return _BECOMES[mailer.send(message, now).verdict]
    except Away as away:
        log.warning("receipts wait: %s", away)
        return MailState.WAITING
    finally:
        mailer.close()

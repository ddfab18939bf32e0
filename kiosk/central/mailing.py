"""Letters to patrons: kept in the store until they are gone, sent by SMTP, none twice.

A letter is marked as being sent, in a transaction of its own, before its text goes out. Until the server is given the
text everything may be tried again; from then on nothing may: what has no answer is `unsure`, and stays so.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import DBAPIError

from kiosk.central.store import writing
from kiosk.central.store.tables import mails, patrons
from kiosk.model.ids import PatronRef
from kiosk.model.limits import NOT_EMPTY, PORT_NUMBER

LOOK_S = 10.0
STOP_S = 15.0
WAIT_S = 15.0
"""How long the server may be silent."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP = timedelta(hours=48)
A_BATCH = 20
TEMPORARY = range(400, 500)

log = logging.getLogger(__name__)


class Tls(StrEnum):
    """How the line to the server is kept secret."""

    STARTTLS = "starttls"
    FULL = "full"
    NONE = "none"
    """For a server on this machine."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that takes letters to patrons. Absent: none are sent, and kiosks offer other ways."""

    host: Annotated[str, NOT_EMPTY]
    sender: Annotated[str, NOT_EMPTY]
    """The address that letters come from."""
    port: Annotated[int, PORT_NUMBER] = 587
    tls: Tls = Tls.STARTTLS
    username: str | None = None
    password_file: Path | None = None
    subject: str = ""
    """Of receipts; the library's name where it is empty."""
    library_zh: str = ""
    library_en: str = ""

    def __post_init__(self) -> None:
        if (self.username is None) != (self.password_file is None):
            raise ValueError("expected username and password_file together, or neither")
        if "@" not in self.sender or any(sign.isspace() for sign in self.sender):
            raise ValueError("expected an address such as library@example.org as sender")


class MailState(StrEnum):
    """How far a letter is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    """The server wants it in no case, or nobody took it for two days."""
    UNSURE = "unsure"
    """The text went out and no answer came: it is not sent again."""


def post(connection: Connection, letter: str, patron: PatronRef, text: str, now: datetime) -> bool:
    """Keep a letter under its id; False where the patron has no address. The same id is kept once."""
    address = connection.scalar(select(patrons.c.email).where(patrons.c.id == patron))
    if not address:
        return False
    if connection.execute(select(mails.c.id).where(mails.c.id == letter)).one_or_none() is None:
        row = {"id": letter, "patron": patron, "text": text, "at": now, "due": now}
        connection.execute(insert(mails).values(row | {"state": MailState.WAITING.value, "tries": 0}))
    return True


class Post:
    """A thread of its own that looks for letters every few seconds."""

    def __init__(self, engine: Engine, settings: MailSettings) -> None:
        self._engine = engine
        self._settings = settings
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self.once(datetime.now(UTC))
            except DBAPIError as trouble:
                log.error("letters wait: %s", type(trouble.orig).__name__)

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
        message = _message(self._settings, letter, found.email, found.text, now)
        state = deliver(self._settings, message, lambda: self._becomes(letter, MailState.SENDING, keep=True))
        if state is MailState.WAITING and now - found.at >= GIVE_UP:
            state = MailState.REFUSED
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(found.tries, 10))
        self._becomes(letter, state, keep=state is MailState.WAITING, tries=found.tries + 1, due=now + wait)
        if state is not MailState.SENT:
            log.warning("a letter is %s after try %d", state.value, found.tries + 1)

    def _becomes(self, letter: str, state: MailState, *, keep: bool = False, **values: object) -> None:
        """A letter that is done keeps its id and loses its text."""
        gone = {} if keep else {"text": ""}
        with writing(self._engine) as connection:
            connection.execute(update(mails).where(mails.c.id == letter).values(state=state.value, **gone, **values))


def deliver(settings: MailSettings, message: EmailMessage, begins: Callable[[], None]) -> MailState:
    """Give one letter to the server; `begins` is called before its text goes out. Says nothing of whom it is for."""
    try:
        server = _opened(settings)
    except (OSError, smtplib.SMTPException) as trouble:
        log.warning(
            "the mail server %s:%d does not take letters: %s", settings.host, settings.port, type(trouble).__name__
        )
        return MailState.WAITING
    text_out = False
    try:
        for code, _ in (server.mail(settings.sender), server.rcpt(str(message["To"]))):
            if not 200 <= code < 300:
                return MailState.WAITING if code in TEMPORARY else MailState.REFUSED
        begins()
        text_out = True
        code, _ = server.data(message.as_bytes())
    except smtplib.SMTPDataError as refused:
        return MailState.WAITING if refused.smtp_code in TEMPORARY else MailState.REFUSED
    except (OSError, smtplib.SMTPException):
        return MailState.UNSURE if text_out else MailState.WAITING
    else:
        if 200 <= code < 300:
            return MailState.SENT
        return MailState.WAITING if code in TEMPORARY else MailState.REFUSED
    finally:
        server.close()


def _opened(settings: MailSettings) -> smtplib.SMTP:
    if settings.tls is Tls.FULL:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=WAIT_S, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=WAIT_S)
    try:
        server.ehlo_or_helo_if_needed()
        if settings.tls is Tls.STARTTLS:
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if settings.username is not None and settings.password_file is not None:
            server.login(settings.username, settings.password_file.read_text(encoding="utf-8").strip())
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _message(settings: MailSettings, letter: str, to: str, text: str, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = settings.sender, to
    message["Subject"] = settings.subject or text.partition("\n")[0]
    message["Date"] = now
    message["Message-ID"] = f"<{letter}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text + "\n")
    return message

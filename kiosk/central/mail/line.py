"""E-mail over one SMTP connection, each step by itself, so that it is known how far a message came (RFC 5321)."""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from enum import StrEnum

from kiosk.central.mail.settings import MailSettings, Security
from kiosk.model.mail_address import is_address

TIMEOUT_S = 20.0
GO_ON = 354
CRLF = "\r\n"


class Verdict(StrEnum):
    """What the mail server said of a message."""

    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"
    UNSURE = "unsure"
    NOTHING = "nothing"
    """It was not asked: there was nothing to tell."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. `name` makes its Message-ID, the same for ever."""

    name: str
    to: str
    subject: str
    body: str


class Away(Exception):
    """The mail server cannot be used at all; the text says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the server made of one message."""

    verdict: Verdict
    trouble: str = ""


class Mailer:
    """One connection. Raises `Away` where there is none to be had."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._domain = settings.sender.rpartition("@")[2]
        password = None if settings.password_file is None else _password(settings)
        try:
            self._line = _opened(settings)
            self._line.ehlo_or_helo_if_needed()
            if settings.security is Security.STARTTLS:
                self._line.starttls(context=ssl.create_default_context())
            if settings.username is not None and password is not None:
                self._line.login(settings.username, password)
        except (OSError, smtplib.SMTPException) as trouble:
            raise Away(f"{settings.host}:{settings.port}: {_told(trouble)}") from None

    def send(self, message: Message, now: datetime) -> Said:
        """One message. Raises `Away` only where it was certainly not taken."""
        if not is_address(message.to):
            return Said(Verdict.NEVER, "address")
        content = self._written(message, now)
        try:
            code, said = self._line.mail(self._settings.sender)
            if code == 250:
                code, said = self._line.rcpt(message.to)
            if code not in (250, 251):
                self._line.rset()
                return _refused(code, said)
            code, said = self._line.docmd("DATA")
            if code != GO_ON:
                self._line.rset()
                return _refused(code, said)
        except (OSError, smtplib.SMTPException) as trouble:
            raise Away(_told(trouble)) from None
        try:  # from here on the server may have it, whatever we hear
            self._line.send(content + b".\r\n")
            code, said = self._line.getreply()
        except (OSError, smtplib.SMTPException) as trouble:
            return Said(Verdict.UNSURE, _told(trouble))
        return Said(Verdict.TAKEN) if code == 250 else _refused(code, said)

    def close(self) -> None:
        try:
            self._line.quit()
        except (OSError, smtplib.SMTPException):
            self._line.close()

    def _written(self, message: Message, now: datetime) -> bytes:
        """Written line by line: the addresses are plain, and Python's messages take four times as long."""
        lines = (
            f"From: {self._settings.sender}",
            f"To: {message.to}",
            f"Subject: {Header(message.subject, 'utf-8').encode(linesep=CRLF)}",
            f"Date: {format_datetime(now)}",
            f"Message-ID: <{message.name}@{self._domain}>",
            "Auto-Submitted: auto-generated",  # RFC 3834: no answer of an absent person comes back
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",  # so that no line is too long, and none begins with a dot
        )
        body = base64.encodebytes(message.body.replace("\n", CRLF).encode()).replace(b"\n", CRLF.encode())
        return CRLF.join((*lines, "", "")).encode("ascii") + body


def _opened(settings: MailSettings) -> smtplib.SMTP:
    if settings.security is Security.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_S)


def _password(settings: MailSettings) -> str:
    assert settings.password_file is not None
    try:
        return settings.password_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise Away(f"mail.password_file {settings.password_file}: {trouble}") from None


def _refused(code: int, said: bytes) -> Said:
    """4yz: later. 5yz: never (RFC 5321, 4.2.1). The server's words may hold the address: only its code is kept."""
    enhanced = re.match(rb"[245]\.\d{1,3}\.\d{1,3}", said)
    told = f"{code} {enhanced[0].decode()}" if enhanced else str(code)
    return Said(Verdict.LATER if 400 <= code < 500 else Verdict.NEVER, told)


def _told(trouble: OSError | smtplib.SMTPException) -> str:
    match trouble:
        case smtplib.SMTPResponseException():
            return f"{type(trouble).__name__} {trouble.smtp_code}"
        case _:
            return f"{type(trouble).__name__} {getattr(trouble, 'strerror', None) or ''}".strip()

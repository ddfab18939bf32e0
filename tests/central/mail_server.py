"""A mail server of our own, on loopback: it keeps what it takes, and can be told to refuse, to hang up, to be away."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Post:
    """What arrived."""

    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Address → what the server says instead of taking it."""
    after_taking: Callable[[], None] = lambda: None
    """Called when a letter is in, before the sender hears so."""

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        told = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos[0], told))
        self.after_taking()
        return "250 taken"

    def to(self) -> list[str]:
        return [address for address, _ in self.letters]


class MailServer:
    """Listens while it is open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.post = Post()
        self._controller: Controller | None = None

    def __enter__(self) -> MailServer:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        self._controller = Controller(self.post, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

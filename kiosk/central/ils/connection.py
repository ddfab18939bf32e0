"""One connection to a library system: its socket, its login, and how long it may take."""

from __future__ import annotations

import select
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

from kiosk.central.ils.conversation import Conversation
from kiosk.central.ils.port import IlsAway
from kiosk.central.ils.profile import Profile
from kiosk.central.ils.settings import IlsSettings
from kiosk.wire.sip2 import Message

PIECE = 16_384
STATUS = Message("99", {"status_code": "0", "max_print_width": "080", "protocol_version": "2.00"})


class BadFile(Exception):
    """A file that the settings name and that cannot be used; the text says which, and why."""


class NoAnswer(IlsAway):
    """A question was sent, and no answer came: whether it was done is not known."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the library system is, and how it is spoken to."""

    settings: IlsSettings
    profile: Profile
    password: str
    tls: ssl.SSLContext | None = None

    @classmethod
    def of(cls, settings: IlsSettings, profile: Profile) -> Address:
        """Reads the files of the settings; raises `BadFile`."""
        path: Path | None = settings.password_file
        try:
            password = "" if path is None else path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as trouble:
            raise BadFile(f"cannot read ils.password_file {path}: {trouble}") from None
        return cls(settings, profile, password, _tls(settings) if settings.tls else None)


class Connection:
    """Opened, logged in, and ready. Used by one thread at a time."""

    def __init__(self, address: Address, within_s: float) -> None:
        """Raises `IlsAway`."""
        self._address = address
        self._conversation = Conversation(address.profile)
        self.used_s = time.monotonic()
        settings = address.settings
        try:
            plain = socket.create_connection((settings.host, settings.port), within_s)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as trouble:
            raise IlsAway(f"no connection to {settings.host}:{settings.port}: {type(trouble).__name__}") from None
        try:
            self._socket = (
                plain if address.tls is None else address.tls.wrap_socket(plain, server_hostname=settings.host)
            )
        except OSError as trouble:
            plain.close()
            raise IlsAway(_no_tls(trouble, settings)) from None
        try:
            self._begin(within_s)
        except IlsAway:
            self.close()
            raise

    def close(self) -> None:
        self._socket.close()

    def is_open(self) -> bool:
        """Whether nothing came while nothing was asked: an end, or an answer that nobody waits for any more."""
        readable, _, _ = select.select([self._socket], [], [], 0)
        return not readable

    def ask(self, message: Message, within_s: float) -> Message:
        """The answer. Raises `NoAnswer`; the connection is of no use then."""
        deadline_s = time.monotonic() + within_s
        try:
            self._socket.settimeout(max(0.01, within_s))
            self._socket.sendall(self._conversation.ask(message))
            while (left_s := deadline_s - time.monotonic()) > 0:
                self._socket.settimeout(left_s)
                data = self._socket.recv(PIECE)
                if not data:
                    raise NoAnswer("the library system closed the connection")
                heard = self._conversation.receive(data)
                if heard.send:
                    self._socket.sendall(heard.send)
                if heard.answer is not None:
                    self.used_s = time.monotonic()
                    return heard.answer
                if heard.hopeless:
                    raise NoAnswer("the library system and we do not understand each other")
        except OSError as trouble:
            raise NoAnswer(f"the connection broke: {type(trouble).__name__}") from None
        raise NoAnswer(f"no answer within {within_s:g} s")

    def _begin(self, within_s: float) -> None:
        profile, settings = self._address.profile, self._address.settings
        if profile.log_in:
            fields = {"CN": [settings.user], "CO": [self._address.password], "CP": [settings.location]}
            login = Message("93", {"uid_algorithm": "0", "pwd_algorithm": "0"}, fields)
            if self.ask(login, within_s).fixed.get("ok") != "1":
                raise IlsAway("the library system refuses our login")
        if self.ask(STATUS, within_s).fixed.get("online_status") != "Y":
            raise IlsAway("the library system says that it is off line")


def _tls(settings: IlsSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if settings.authority is None else str(settings.authority))
    except OSError as trouble:
        raise BadFile(f"cannot use ils.authority {settings.authority}: {trouble}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _no_tls(trouble: OSError, settings: IlsSettings) -> str:
    """Why there is no TLS, and what to do."""
    place = f"{settings.host}:{settings.port}"
    match trouble:
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {place} is refused: {trouble.verify_message}; ils.authority names who signs it, "
                "and ils.host must be a name that stands in it"
            )
        case TimeoutError():  # one that speaks none waits for the end of what it takes for a message
            return f"{place} does not begin TLS in time; without TLS there: see ils.tls"
        case _:
            return f"{place} does not speak TLS 1.2 or later ({type(trouble).__name__}); see ils.tls"

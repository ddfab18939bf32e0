"""One self-check's conversation with the server, without a socket: framing, sums, resending, logging in.

Source: 3M SIP 2.00, protocol rules: one answer to one request; `96` asks for a damaged request again; a request that is
the last one again gets the last answer without new work; `97` likewise. Error detection is on for requests that have a
trailer, and off for those that have none (as Koha and Evergreen do it). Nothing that is asked closes the connection,
but wrong passwords again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from secrets import token_bytes

from kiosk.wire.sip2 import Dialect, Direction, Framer, Message, encode, parse

RESEND_ACS, RESEND_SC, LOGIN, STATUS = "97", "96", "93", "99"
MOST_LOGINS = 5
"""Wrong passwords in one connection, before it is closed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out, and whether the connection ends after it."""

    data: bytes = b""
    close: bool = False


class Conversation:
    """Bytes in, bytes out. `log_in` judges a login and returns whether it is right; `answer` does what is asked."""

    def __init__(
        self, dialect: Dialect, log_in: Callable[[Message], bool], answer: Callable[[Message], Message]
    ) -> None:
        self._dialect = dialect
        self._log_in = log_in
        self._answer = answer
        self._framer = Framer()
        self._logged_in = False
        self._wrong = 0
        self._asked_again = False
        """A code that nobody knows is asked for again once; then it is passed over."""
        self._last: tuple[bytes, Message] | None = None
        """The last request that was done, as its digest, and its answer: a request may hold a PIN, and is not kept."""
        self._secret = token_bytes(16)

    @property
    def logged_in(self) -> bool:
        return self._logged_in

    def receive(self, data: bytes) -> Reply:
        """What these bytes bring about."""
        sent, close = b"", False
        for raw in self._framer.feed(data):
            reply = self._heard(parse(raw, self._dialect, Direction.REQUEST), self._digest(raw))
            sent += reply.data
            close = close or reply.close
            if close:
                break
        return Reply(sent, close)

    def _digest(self, raw: bytes) -> bytes:
        """Tells a request from every other; four digits of a PIN cannot be guessed from it."""
        return blake2b(raw, key=self._secret, digest_size=16).digest()

    def _heard(self, request: Message, digest: bytes) -> Reply:
        if request.code == RESEND_ACS and "checksum-mismatch" not in request.findings:
            return Reply(self._again())
        damaged = "checksum-mismatch" in request.findings
        if not damaged and "unknown-code" in request.findings:
            passed_over, self._asked_again = self._asked_again, True
            return Reply() if passed_over else Reply(encode(Message(RESEND_SC), self._dialect))
        if not request.is_whole:
            return Reply(encode(Message(RESEND_SC), self._dialect))
        if self._last is not None and request.sequence is not None and self._last[0] == digest:
            return self._said(self._last[1], request)
        if request.code == LOGIN:
            return self._login(request, digest)
        if not self._logged_in and request.code != STATUS:
            return self._said(Message("94", {"ok": "0"}), request)
        answer = self._answer(request)
        if request.code == STATUS:
            self._dialect = replace(self._dialect, version=request.fixed["protocol_version"])
        self._last = digest, answer
        return self._said(answer, request)

    def _login(self, request: Message, digest: bytes) -> Reply:
        self._logged_in = self._log_in(request)
        answer = Message("94", {"ok": "1" if self._logged_in else "0"})
        if self._logged_in:
            self._last = digest, answer
        else:
            self._wrong += 1
        said = self._said(answer, request)
        return replace(said, close=self._wrong >= MOST_LOGINS)

    def _said(self, answer: Message, request: Message) -> Reply:
        detect = "no-error-detection" not in request.findings
        return Reply(encode(answer._replace(sequence=request.sequence), self._dialect, detect=detect))

    def _again(self) -> bytes:
        """The last answer without a sequence number; where there is none, the request is asked for again."""
        if self._last is None:
            return encode(Message(RESEND_SC), self._dialect)
        return encode(self._last[1]._replace(sequence=None), self._dialect)

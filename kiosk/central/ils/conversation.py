"""The self-check's side of SIP2 without a socket: numbering, resending, and which answer belongs to which question.

Source: 3M SIP 2.00, protocol rules. An answer is used only if its code is the expected one, its number is ours, and
patron and item match.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.central.ils.profile import Detection, Profile
from kiosk.wire.sip2 import Direction, Framer, Message, encode, parse

ANSWER_TO = {
    **{"93": "94", "99": "98", "23": "24", "63": "64", "35": "36", "25": "26", "01": "24", "17": "18"},
    **{"11": "12", "09": "10", "29": "30", "65": "66", "15": "16", "37": "38", "19": "20"},
}
AGAIN_PLEASE, SEND_AGAIN = "97", "96"
MOST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What bytes have brought: bytes to send in return, and the answer once it is there."""

    send: bytes = b""
    answer: Message | None = None
    hopeless: bool = False
    """Asked again and again for the same thing: this connection is of no use."""


class Conversation:
    """One connection's questions, one after the other."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._framer = Framer()
        self._sequence = -1
        self._asked: Message | None = None
        self._repeats = 0

    def ask(self, message: Message) -> bytes:
        """The bytes of the next question. Whatever of the last one's answer comes late is passed over."""
        self._sequence = (self._sequence + 1) % 10
        self._asked = message._replace(sequence=self._sequence)
        self._repeats = 0
        return self._sent()

    def receive(self, data: bytes) -> Heard:
        """Take bytes as they come. What is to be sent in return need not be, once the answer is there."""
        send = b""
        for raw in self._framer.feed(data):
            if self._asked is None:
                continue
            heard = self._judged(parse(raw, self._profile.dialect), self._asked)
            if heard is not None and (heard.answer is not None or heard.hopeless):
                return heard
            send = send or (b"" if heard is None else heard.send)
        return Heard(send)

    def _judged(self, found: Message, asked: Message) -> Heard | None:
        """What a message means; None where it is none that is waited for."""
        unsound = "checksum-mismatch" in found.findings or (found.layout is not None and found.checksum_ok is None)
        damaged = unsound and self._profile.detection is Detection.REQUIRED
        if found.code == SEND_AGAIN and not damaged:
            return self._repeat(self._sent())
        if damaged or (found.layout is not None and "fixed-part-short" in found.findings):
            return self._repeat(encode(Message(AGAIN_PLEASE), self._profile.dialect, detect=self._detects))
        if found.layout is None or found.layout.direction is not Direction.RESPONSE:
            return None
        late = found.sequence is not None and found.sequence != asked.sequence
        if late and self._profile.detection is Detection.REQUIRED:
            return None
        if found.code != ANSWER_TO[asked.code] or not _same(found, asked):
            return None
        self._asked = None
        return Heard(answer=found)

    def _repeat(self, data: bytes) -> Heard:
        self._repeats += 1
        return Heard(hopeless=True) if self._repeats > MOST_REPEATS else Heard(data)

    def _sent(self) -> bytes:
        assert self._asked is not None, "something was asked"
        return encode(self._asked, self._profile.dialect, detect=self._detects)

    @property
    def _detects(self) -> bool:
        return self._profile.detection is not Detection.OFF


def _same(found: Message, asked: Message) -> bool:
    """Whether an answer is about the patron and the item that were asked about, where it names them."""
    for name in ("AA", "AB"):
        ours, theirs = (asked.first(name) or "").strip(), (found.first(name) or "").strip()
        if ours and theirs and ours.casefold() != theirs.casefold():
            return False
    return True

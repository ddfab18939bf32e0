"""APDUs of a transparent session, and what their answers say.

The outer status word is 9000 even when the exchange failed: object C0 says what really became of it. A write without a
timer answers 6401 although the tag was written, so every write has one.
Source: NXP community thread ta-p/2291679 (ACR1552U with an ICODE SLI, captured); PC/SC part 3 supplement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from drivers.cards.apdu import GET_UID, SW_OK, Answer, Command, meaning_of
from drivers.cards.tlv import parse_objects
from drivers.pads.pcsc.iso15693 import TagAnswer, read_answer
from drivers.pads.polling.dialect import NotSeen

_MANAGE, _EXCHANGE, _SWITCH = 0x00, 0x01, 0x02
"""P2 of `FF C2 00`."""
_START, _END = bytes.fromhex("8100"), bytes.fromhex("8200")
_ISO_15693_LAYER_3 = bytes.fromhex("8F020203")
_ERROR, _FRAME_STATUS, _TAG_ANSWER = 0xC0, 0x96, 0x97
_TRANSMIT = 0x95
_TIMER = bytes.fromhex("5F4604")
WRITE_TIMER_US = 1_000_000
_FRAME_ERROR_BITS = 0x0F
_TAG_AWAY = frozenset({0x6300, 0x6400, 0x6401})
"""No card, or no answer from it (PC/SC part 3 and its supplement); a tag that was written may be told so, too."""
_PATIENCE_S = 5.0
"""The port gives an answer to everything; this only ends the wait for a port that would not."""
_LONGEST_ANSWER = 258
_KNOWN_AFTER_S = 0.5
"""pcscd looks for cards every 400 ms: one that lies there when the reader comes is known by then."""


class Step(Enum):
    """What an APDU is for."""

    UID = auto()
    START = auto()
    CHOOSE = auto()
    EXCHANGE = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Request:
    """One APDU (`polling.errand.Question`)."""

    step: Step
    apdu: bytes
    uid: str | None = None
    """The tag that a session is started for."""
    patience_s: float = _PATIENCE_S
    answer_bytes: int = _LONGEST_ANSWER
    rest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No tag's answer came through."""

    detail: str
    """For the technician."""
    seen: NotSeen


def get_uid() -> Request:
    """Who lies there; needs no session."""
    return Request(Step.UID, GET_UID.encode())


def start(uid: str) -> Request:
    """The reader stops its own polling and takes frames."""
    return Request(Step.START, Command(0xFF, 0xC2, 0x00, _MANAGE, _START, le=0).encode(), uid)


def choose_iso_15693() -> Request:
    """Frames are ISO 15693, layer 3."""
    return Request(Step.CHOOSE, Command(0xFF, 0xC2, 0x00, _SWITCH, _ISO_15693_LAYER_3).encode())


def end() -> Request:
    """The reader polls by itself again."""
    return Request(Step.END, Command(0xFF, 0xC2, 0x00, _MANAGE, _END, le=0).encode())


def end_at_start() -> Request:
    """The same, before the first look at a reader that has just come."""
    return replace(end(), rest_s=_KNOWN_AFTER_S)


def exchange(frame: bytes) -> Request:
    """A frame that changes nothing on the tag."""
    return _exchange(b"", frame)


def exchange_write(frame: bytes) -> Request:
    """A frame that writes: the tag gets a second. The timer is in microseconds, least significant byte first."""
    return _exchange(_TIMER + WRITE_TIMER_US.to_bytes(4, "little"), frame)


def _exchange(timer: bytes, frame: bytes) -> Request:
    objects = timer + bytes((_TRANSMIT, len(frame))) + frame
    return Request(Step.EXCHANGE, Command(0xFF, 0xC2, 0x00, _EXCHANGE, objects, le=0).encode())


def trouble(answer: Answer) -> NoAnswer | None:
    """What object C0, or else the status word, says of a step; None where it was done."""
    if not answer.ok:
        return _no_answer(answer.sw)
    objects = parse_objects(answer.data)
    if not objects or objects[0].tag != _ERROR or len(objects[0].value) != 3:
        return NoAnswer("an answer without object C0", NotSeen.NO_SENSE)
    sw = int.from_bytes(objects[0].value[1:])
    return None if sw == SW_OK else _no_answer(sw)


def tag_answer(answer: Answer) -> TagAnswer | NoAnswer:
    """What the tag answered to a frame."""
    failed = trouble(answer)
    if failed is not None:
        return failed
    objects = {each.tag: each.value for each in parse_objects(answer.data) or ()}
    status = objects.get(_FRAME_STATUS, b"\0")
    if status[:1] and status[0] & _FRAME_ERROR_BITS:
        return NoAnswer(f"frame error {status[0] & _FRAME_ERROR_BITS:X} on the air", NotSeen.TAG_SILENT)
    said = read_answer(objects.get(_TAG_ANSWER, b""))
    return NoAnswer("no frame from the tag", NotSeen.NO_SENSE) if said is None else said


def _no_answer(sw: int) -> NoAnswer:
    return NoAnswer(meaning_of(sw), NotSeen.TAG_SILENT if sw in _TAG_AWAY else NotSeen.NO_SENSE)


def is_away(answer: Answer) -> bool:
    """The status word of a card that is not there."""
    return answer.sw in _TAG_AWAY

"""Requests to a 3M reader: their bytes, how long an answer may take, and which answers are theirs.

An answer repeats the command and, where there is one, the UID; one that says that no tag answered may leave it out.
While the reader works on a request it ignores any other, so patience is long. The manual has no times; these are from
use (github dpavlin/koha-rfid-3m810-js src/driver/rfid3m.js: 1.5 s, 2.5 s for writes).

Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0, chapter 7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.pads.m3_210.codes import (
    ALL_AFIS,
    BLOCK_BYTES,
    INVENTORY_OPTIONS,
    PROBE_COMMAND,
    UID_BYTES,
    Command,
    Error,
    TagInfo,
)
from drivers.pads.m3_210.frames import PROBE_START, SHORTEST_ANSWER, START, Answer

_READER_PATIENCE_S = 0.6
_TAG_PATIENCE_S = 1.0
_INVENTORY_PATIENCE_S = 1.5
_WRITE_PATIENCE_S = 1.5
_BLOCK_WRITE_S = 0.05
"""A tag may take up to 20 ms to program a block (ISO/IEC 15693-3, 9.2), and the reader may try twice."""
_TAG_ANSWER_BYTES = SHORTEST_ANSWER + UID_BYTES
_INVENTORY_ANSWER_BYTES = 256
_START_UP = bytes.fromhex("040100020003000400")
"""Captured from the 810's own software; what it means is not documented (github dpavlin/Biblio-RFID 3M810.pm)."""
_PROBE = bytes.fromhex("0011")


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `fits` says whether an answer with the right start byte and command can be its own."""

    command: int
    data: bytes
    patience_s: float
    """How long the reader may take until its answer begins, besides the time on the line."""
    answer_bytes: int
    """Longest answer, the whole frame."""
    fits: Callable[[Answer], bool]
    start: int = START
    rest_s: float = 0.0


def probe() -> Request:
    """The 810's start byte: it sleeps until it was asked (koha-rfid-3m810-js README; captured in 3M810.pm)."""

    def fits(answer: Answer) -> bool:
        return bytes((answer.error,)) + answer.data[:1] == _PROBE

    return Request(PROBE_COMMAND, _PROBE, _READER_PATIENCE_S, SHORTEST_ANSWER + 5, fits, PROBE_START)


def start_up() -> Request:
    """What the 810's own software sends behind the probe; it works without an answer."""
    return Request(Command.START_UP, _START_UP, _READER_PATIENCE_S, SHORTEST_ANSWER + 8, lambda _: True)


def version() -> Request:
    """Who is there (7.2)."""
    return Request(Command.VERSION, b"", _READER_PATIENCE_S, SHORTEST_ANSWER + 4, lambda _: True)


def inventory() -> Request:
    """Which tags are there (7.1). The answer repeats AFI and options."""
    asked = bytes((ALL_AFIS, INVENTORY_OPTIONS))

    def fits(answer: Answer) -> bool:
        return answer.error != Error.NONE or answer.data[:2] == asked

    return Request(Command.INVENTORY, asked, _INVENTORY_PATIENCE_S, _INVENTORY_ANSWER_BYTES, fits)


def tag_info(uid: str) -> Request:
    """DSFID, AFI and size of one tag (7.18)."""
    wanted = bytes((TagInfo.DSFID | TagInfo.AFI | TagInfo.MEMORY,))
    return _of_tag(Command.TAG_INFO, uid, wanted, answer_bytes=5)


def get_afi(uid: str) -> Request:
    """The AFI of one tag (7.10)."""
    return _of_tag(Command.GET_AFI, uid, answer_bytes=1)


def get_dsfid(uid: str) -> Request:
    """The DSFID of one tag (chapter 7)."""
    return _of_tag(Command.GET_DSFID, uid, answer_bytes=1)


def read_blocks(uid: str, first: int, count: int, block_size: int) -> Request:
    """Memory of one tag (7.5), in the old style that every reader knows. `block_size` is only used for the time-out."""
    return _of_tag(Command.READ_BLOCKS, uid, bytes((first, count)), answer_bytes=1 + count * (2 + block_size))


def check_eas(uid: str) -> Request:
    """Whether the EAS bit of one tag is set (7.13)."""
    return _of_tag(Command.CHECK_EAS, uid, answer_bytes=1)


def write_afi(uid: str, afi: int) -> Request:
    """Write the AFI of one tag (7.11)."""
    return _of_tag(Command.WRITE_AFI, uid, bytes((afi,)), answer_bytes=1, patience_s=_WRITE_PATIENCE_S)


def set_eas(uid: str, eas: bool) -> Request:
    """Set or clear the EAS bit of one tag (chapter 7)."""
    return _of_tag(Command.SET_EAS, uid, bytes((eas,)), answer_bytes=1, patience_s=_WRITE_PATIENCE_S)


def write_blocks(uid: str, first: int, data: bytes) -> Request:
    """Write whole blocks of four bytes (7.6)."""
    count = len(data) // BLOCK_BYTES
    patience_s = _WRITE_PATIENCE_S + count * _BLOCK_WRITE_S
    return _of_tag(Command.WRITE_BLOCKS, uid, bytes((first, count, 0)) + data, answer_bytes=1, patience_s=patience_s)


def write_block(uid: str, block: int, data: bytes) -> Request:
    """Write one block of four bytes (chapter 7)."""
    return _of_tag(Command.WRITE_BLOCK, uid, bytes((block,)) + data, answer_bytes=0, patience_s=_WRITE_PATIENCE_S)


def _of_tag(
    command: Command, uid: str, parameters: bytes = b"", *, answer_bytes: int, patience_s: float = _TAG_PATIENCE_S
) -> Request:
    """A request with a UID. `answer_bytes` behind the UID of the answer."""
    tag = bytes.fromhex(uid)

    def fits(answer: Answer) -> bool:
        return answer.data[:UID_BYTES] == tag or (answer.error != Error.NONE and not answer.data)

    return Request(command, tag + parameters, patience_s, _TAG_ANSWER_BYTES + answer_bytes, fits)

"""Requests to a FEIG reader: their bytes, how long an answer may take, and which answers are theirs.

An answer of 0xB0 does not say which sub-command it answers, so every request also knows the shape of its answer: a late
one of an earlier request does not fit. Source: FEIG H20800-16e-ID-B, chapters 6 and 7; times: 7.1, from use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.pads.feig.answers import read_block_data, read_inventory, read_system_information
from drivers.pads.feig.codes import (
    BLOCK_BYTES_AT_ONCE,
    INVENTORY_MORE,
    MODE_ADDRESSED,
    WITH_RECORDS,
    Command,
    Iso,
    Status,
)
from drivers.pads.feig.frames import SHORTEST_ANSWER, Answer

_READER_PATIENCE_S = 0.55
"""For commands that need no tag: they are quick, but a reader may be slow for once."""
_TAG_PATIENCE_S = 0.8
"""For reads: 32 blocks are about 50 ms on the air; a slow reader that answers is better than one given up."""
_WRITE_PATIENCE_S = 0.8
_BLOCK_WRITE_S = 0.02
"""A tag may take up to 20 ms to program a block (ISO/IEC 15693-3, 9.2)."""
_INVENTORY_PATIENCE_S = 1.0
_RESET_SETTLES_S = 0.02
"""Tags need this long after the field is back (ISO/IEC 15693-2, 6; FEIG worked example)."""
READ_ANSWER_BYTES = 8
"""LENGTH, COM-ADR, COMMAND, STATUS, DB-N, DB-SIZE, CRC: what a read answer has besides its blocks (7.1.3)."""
_REFUSAL_BYTES = 3
"""Most data behind a status that is no success: ISO error and block."""
_INVENTORY_ANSWER_BYTES = 256
_SYSTEM_INFORMATION_BYTES = 13
_VERSION_BYTES, _INFO_BYTES = 7, 11


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `fits` says whether an answer with the right command can be its own."""

    command: Command
    data: bytes
    patience_s: float
    """How long the reader may take until its answer begins, besides the time on the line."""
    answer_bytes: int
    """Longest answer, the whole frame."""
    fits: Callable[[Answer], bool]
    rest_s: float = 0.0
    """After its answer the reader is left alone for so long."""


def _any(_: Answer) -> bool:
    return True


def _plain(answer: Answer) -> bool:
    """Nothing behind a success, at most an ISO error and a block behind a refusal."""
    return len(answer.data) <= (0 if answer.status == Status.OK else _REFUSAL_BYTES)


def knock() -> Request:
    """Baud rate detection: it needs no tag, and its answer comes behind any late one (6.1)."""
    return Request(Command.BAUD_RATE_DETECTION, b"\0", _READER_PATIENCE_S, SHORTEST_ANSWER, _any)


def software_version() -> Request:
    """Who is there (6.4)."""
    return Request(Command.SOFTWARE_VERSION, b"", _READER_PATIENCE_S, SHORTEST_ANSWER + _VERSION_BYTES, _any)


def reader_info() -> Request:
    """How large a frame the reader takes and gives (6.5)."""
    return Request(Command.READER_INFO, b"\0", _READER_PATIENCE_S, SHORTEST_ANSWER + _INFO_BYTES, _any)


def rf_reset() -> Request:
    """The field goes off and on: every tag is as if it had just come (6.6)."""
    return Request(Command.RF_RESET, b"", _READER_PATIENCE_S, SHORTEST_ANSWER, _any, _RESET_SETTLES_S)


def inventory(mode: int = 0) -> Request:
    """Which tags are there, or with `INVENTORY_MORE` those that did not fit into the last answer (7.1.1)."""

    def fits(answer: Answer) -> bool:
        if answer.status in WITH_RECORDS and answer.data:
            return read_inventory(answer.data) is not None
        return answer.status != Status.OK and _plain(answer)

    data = bytes((Iso.INVENTORY, mode))
    return Request(Command.ISO_HOST, data, _INVENTORY_PATIENCE_S, _INVENTORY_ANSWER_BYTES, fits)


def more_inventory() -> Request:
    """The records that did not fit into the last answer (7.1.1)."""
    return inventory(INVENTORY_MORE)


def _addressed(sub_command: Iso, uid: str, parameters: bytes = b"") -> bytes:
    return bytes((sub_command, MODE_ADDRESSED)) + bytes.fromhex(uid) + parameters


def system_information(uid: str) -> Request:
    """DSFID, AFI and size of one tag (7.2.8). The answer names the tag."""

    def fits(answer: Answer) -> bool:
        if answer.status != Status.OK:
            return _plain(answer)
        information = read_system_information(answer.data)
        return information is not None and information.uid == uid

    data = _addressed(Iso.SYSTEM_INFORMATION, uid)
    return Request(Command.ISO_HOST, data, _TAG_PATIENCE_S, SHORTEST_ANSWER + _SYSTEM_INFORMATION_BYTES, fits)


def blocks_at_once(block_size: int, longest_answer: int) -> int:
    """Most blocks that one read can carry; a security byte comes with each."""
    fits = (longest_answer - READ_ANSWER_BYTES) // (1 + block_size)
    return max(1, min(BLOCK_BYTES_AT_ONCE // block_size, fits))


def read_blocks(uid: str, first: int, count: int, block_size: int) -> Request:
    """Memory of one tag (7.1.3). `block_size` is only used for the time-out."""

    def fits(answer: Answer) -> bool:
        if answer.status != Status.OK:
            return _plain(answer)
        blocks = read_block_data(answer.data, reversed_blocks=False)
        return blocks is not None and 0 < len(blocks.blocks) <= count

    data = _addressed(Iso.READ_BLOCKS, uid, bytes((first, count)))
    return Request(Command.ISO_HOST, data, _TAG_PATIENCE_S, READ_ANSWER_BYTES + count * (1 + block_size), fits)


def write_afi(uid: str, afi: int) -> Request:
    """Write the AFI of one tag (7.2.5)."""
    data = _addressed(Iso.WRITE_AFI, uid, bytes((afi,)))
    return Request(Command.ISO_HOST, data, _WRITE_PATIENCE_S, SHORTEST_ANSWER + _REFUSAL_BYTES, _plain)


def write_blocks(uid: str, first: int, blocks: tuple[bytes, ...]) -> Request:
    """Write whole blocks of one size, at most 128 bytes, each as it goes on the wire (7.1.4)."""
    size = len(blocks[0])
    data = _addressed(Iso.WRITE_BLOCKS, uid, bytes((first, len(blocks), size)) + b"".join(blocks))
    patience_s = _WRITE_PATIENCE_S + len(blocks) * _BLOCK_WRITE_S
    return Request(Command.ISO_HOST, data, patience_s, SHORTEST_ANSWER + _REFUSAL_BYTES, _plain)

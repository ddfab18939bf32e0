"""ISO 15693 frames as they go through a transparent session, without the CRC that the reader adds, and their answers.

UIDs are 16 upper-case hex digits, `E0` first; on the air they go least significant byte first. Kiosks address every
frame. Source: ISO/IEC 15693-3, 7 and 10; NXP community thread ta-p/2291679 (ACR1552U with an ICODE SLI).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

_ADDRESSED = 0x22
"""High data rate, the UID follows."""
_ERROR_FLAG = 0x01


class Iso(IntEnum):
    """Command of a frame."""

    READ_ONE = 0x20
    WRITE_ONE = 0x21
    READ_SEVERAL = 0x23
    WRITE_AFI = 0x27
    SYSTEM_INFORMATION = 0x2B


class IsoError(IntEnum):
    """Error code behind flags with bit 0 set."""

    NOT_SUPPORTED = 0x01
    NOT_RECOGNISED = 0x02
    OPTION = 0x03
    UNKNOWN = 0x0F
    NO_SUCH_BLOCK = 0x10
    LOCKED_ALREADY = 0x11
    LOCKED = 0x12
    NOT_PROGRAMMED = 0x13
    NOT_LOCKED = 0x14


UNKNOWN_COMMAND = frozenset({IsoError.NOT_SUPPORTED, IsoError.NOT_RECOGNISED, IsoError.OPTION})
LOCKED_FOR_GOOD = frozenset({IsoError.LOCKED_ALREADY, IsoError.LOCKED})
FEWER_BLOCKS = UNKNOWN_COMMAND | {IsoError.NO_SUCH_BLOCK, IsoError.UNKNOWN}
"""Refusals of a read of several blocks that may be gone when fewer are asked for."""


@dataclass(frozen=True, slots=True)
class TagAnswer:
    """What a tag answered."""

    error: int | None
    """Its error code; None where it did what it was asked."""
    data: bytes
    """Behind flags, or behind the error code."""


def _frame(command: Iso, uid: str, parameters: bytes = b"") -> bytes:
    return bytes((_ADDRESSED, command)) + bytes.fromhex(uid)[::-1] + parameters


def system_information(uid: str) -> bytes:
    """UID, DSFID, AFI, size."""
    return _frame(Iso.SYSTEM_INFORMATION, uid)


def read_blocks(uid: str, first: int, count: int) -> bytes:
    """Blocks without their security bytes; a single one by the command that every tag knows."""
    if count == 1:
        return _frame(Iso.READ_ONE, uid, bytes((first,)))
    return _frame(Iso.READ_SEVERAL, uid, bytes((first, count - 1)))


def write_block(uid: str, number: int, data: bytes) -> bytes:
    """One whole block."""
    return _frame(Iso.WRITE_ONE, uid, bytes((number,)) + data)


def write_afi(uid: str, afi: int) -> bytes:
    """The AFI, one byte."""
    return _frame(Iso.WRITE_AFI, uid, bytes((afi,)))


def read_answer(frame: bytes) -> TagAnswer | None:
    """Flags and what follows; None where there are none, or an error without a code."""
    if not frame:
        return None
    if not frame[0] & _ERROR_FLAG:
        return TagAnswer(None, frame[1:])
    return TagAnswer(frame[1], frame[2:]) if len(frame) > 1 else None


def parse_blocks(data: bytes, count: int) -> tuple[bytes, ...] | None:
    """The blocks that were asked for; None where the data is not so many whole blocks."""
    if not data or len(data) % count:
        return None
    size = len(data) // count
    return tuple(data[start : start + size] for start in range(0, len(data), size))


def error_name(code: int) -> str:
    """An error for a technician: its number as the standard prints it, and its name where it has one."""
    if code in IsoError.__members__.values():
        return f"ISO 15693 error {code:02X} ({IsoError(code).name.lower().replace('_', ' ')})"
    return f"ISO 15693 error {code:02X}"

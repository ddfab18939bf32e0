"""C-APDUs of a PC/SC reader for contactless cards, and the status words that answer them.

Source: PC/SC part 3, 3.1.3.2.3 (ATR) and 3.2.2.1 (storage card commands); ISO/IEC 7816-4 (status words); ACR122U API
2.04, chapters 4 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor

HEAD_LENGTH = 4
STORAGE_CLASS = 0xFF
UID, HISTORICAL_BYTES = 0x00, 0x01
"""P1 of the question for data of the card."""

DONE = bytes.fromhex("9000")
FAILED = bytes.fromhex("6300")
TIMED_OUT = bytes.fromhex("6401")
WRONG_LENGTH = bytes.fromhex("6700")
WRONG_COMMAND = bytes.fromhex("6981")
SECURITY_NOT_SATISFIED = bytes.fromhex("6982")
CANNOT_AUTHENTICATE = bytes.fromhex("6983")
NOT_SUPPORTED = bytes.fromhex("6A81")
NOT_FOUND = bytes.fromhex("6A82")
WRONG_PARAMETER = bytes.fromhex("6B00")
UNKNOWN_INSTRUCTION = bytes.fromhex("6D00")
WRONG_CLASS = bytes.fromhex("6E00")

_ATR_HEAD = bytes.fromhex("3B8F8001804F0CA000000306")
ISO_14443A_3, ISO_15693_3 = 0x03, 0x0B
"""Which standard a storage card follows, in its ATR."""
MIFARE_1K, MIFARE_ULTRALIGHT, ICODE_SLI = 0x0001, 0x0003, 0x0014
"""Names of storage cards in their ATR."""


class Instruction(IntEnum):
    """What a C-APDU asks for."""

    LOAD_KEY = 0x82
    AUTHENTICATE = 0x86
    AUTHENTICATE_OLD = 0x88
    SELECT = 0xA4
    READ_BINARY = 0xB0
    TRANSPARENT_SESSION = 0xC2
    GET_DATA = 0xCA
    UPDATE_BINARY = 0xD6


@dataclass(frozen=True, slots=True)
class Apdu:
    """One C-APDU. `le` is None where none was sent; 0 means as much as there is."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    @classmethod
    def of(cls, command: bytes) -> Apdu | None:
        """The short C-APDU that these bytes are; None where their lengths do not agree (ISO/IEC 7816-4, 5.1)."""
        head, rest = command[:HEAD_LENGTH], command[HEAD_LENGTH:]
        if len(head) < HEAD_LENGTH:
            return None
        cla, ins, p1, p2 = head
        if len(rest) < 2:
            return cls(cla, ins, p1, p2, b"", rest[0] if rest else None)
        data, after = rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
        if not rest[0] or len(data) != rest[0] or len(after) > 1:
            return None
        return cls(cla, ins, p1, p2, data, after[0] if after else None)


def storage_atr(standard: int, name: int) -> bytes:
    """The ATR of a storage card."""
    atr = _ATR_HEAD + bytes((standard,)) + name.to_bytes(2, "big") + bytes(4)
    return atr + bytes((reduce(xor, atr[1:]),))


def is_uid_question(command: bytes) -> bool:
    """Whether this C-APDU asks for the UID."""
    return command[:HEAD_LENGTH] == bytes((STORAGE_CLASS, Instruction.GET_DATA, UID, 0))


def told(data: bytes, le: int | None) -> bytes:
    """Data and status word: Le 0 means all; a shorter or longer Le gets `6C` and the exact length."""
    if le and le != len(data):
        return bytes((0x6C, len(data)))
    return data + DONE

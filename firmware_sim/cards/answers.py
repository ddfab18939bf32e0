"""What a contactless storage card answers to a PC/SC reader: its ATR and its APDUs.

Source: PC/SC part 3, 3.1.3.2.3 (ATR) and 3.2.2.1 (storage card commands); ISO/IEC 7816-4 (status words).
"""

from __future__ import annotations

from functools import reduce
from operator import xor

UID_SIZES = (4, 7, 8, 10)
"""Bytes of a UID: ISO/IEC 14443-3 single, double and triple size; ISO/IEC 15693."""

ISO_15693_MAKER = 0xE0
"""First byte of every ISO/IEC 15693 UID."""

GET_UID = bytes.fromhex("FFCA0000")
GET_ATS = bytes.fromhex("FFCA0100")
STORAGE_CLASS = 0xFF
READ_BINARY, UPDATE_BINARY, LOAD_KEY, AUTHENTICATE, AUTHENTICATE_OLD = 0xB0, 0xD6, 0x82, 0x86, 0x88
SELECT = 0xA4

DONE = bytes.fromhex("9000")
WRONG_LENGTH = bytes.fromhex("6700")
SECURITY_NOT_SATISFIED = bytes.fromhex("6982")
NOT_SUPPORTED = bytes.fromhex("6A81")
FILE_NOT_FOUND = bytes.fromhex("6A82")
UNKNOWN_INSTRUCTION = bytes.fromhex("6D00")
WRONG_CLASS = bytes.fromhex("6E00")

_ATR_HEAD = bytes.fromhex("3B8F8001804F0CA000000306")
_ISO_14443A_3, _ISO_15693_3 = 0x03, 0x0B
_MIFARE_1K, _ICODE_SLI = 0x0001, 0x0014


def atr_of(uid: bytes) -> bytes:
    """The ATR of the card with this UID: an ICODE SLI where the UID is one of ISO/IEC 15693, else a MIFARE 1K."""
    standard, name = (_ISO_15693_3, _ICODE_SLI) if is_iso_15693(uid) else (_ISO_14443A_3, _MIFARE_1K)
    atr = _ATR_HEAD + bytes((standard,)) + name.to_bytes(2) + bytes(4)
    return atr + bytes((reduce(xor, atr[1:]),))


def is_iso_15693(uid: bytes) -> bool:
    """Whether this UID, written as printed on the card, is one of ISO/IEC 15693."""
    return len(uid) == 8 and uid[0] == ISO_15693_MAKER


def is_uid_question(command: bytes) -> bool:
    """Whether this C-APDU asks for the UID."""
    return command[:4] == GET_UID


def answer_of(uid: bytes, command: bytes) -> bytes:
    """The R-APDU (data and status word) of the card with this UID to a C-APDU.

    The UID of ISO/IEC 15693 comes least significant byte first, as many readers hand it on.
    """
    if len(command) < 4:
        return WRONG_LENGTH
    if is_uid_question(command):
        return _uid_answer(uid[::-1] if is_iso_15693(uid) else uid, command)
    if command[:4] == GET_ATS:
        return NOT_SUPPORTED
    if command[0] != STORAGE_CLASS:
        return FILE_NOT_FOUND if command[1] == SELECT else WRONG_CLASS
    match command[1]:
        case code if code == LOAD_KEY:
            return DONE
        case code if code in (READ_BINARY, UPDATE_BINARY, AUTHENTICATE, AUTHENTICATE_OLD):
            return SECURITY_NOT_SATISFIED
        case _:
            return UNKNOWN_INSTRUCTION


def _uid_answer(uid: bytes, command: bytes) -> bytes:
    """PC/SC part 3, 3.2.2.1.3: Le 0 means all; a shorter or longer Le gets `6C` and the exact length."""
    wanted = command[4] if len(command) == 5 else 0
    if wanted and wanted != len(uid):
        return bytes((0x6C, len(uid)))
    return uid + DONE

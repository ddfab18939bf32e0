"""MIFARE Classic with keys for each sector, and MIFARE Ultralight without any.

Source: PC/SC part 3, 3.2.2.1; ACR122U API 2.04, 5.1 to 5.5 (keys, authentication, memory map).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from firmware_sim.cards.apdu import (
    CANNOT_AUTHENTICATE,
    DONE,
    FAILED,
    HEAD_LENGTH,
    ISO_14443A_3,
    MIFARE_1K,
    MIFARE_ULTRALIGHT,
    NOT_FOUND,
    SECURITY_NOT_SATISFIED,
    STORAGE_CLASS,
    WRONG_LENGTH,
    WRONG_PARAMETER,
    Apdu,
    Instruction,
    storage_atr,
    told,
)
from firmware_sim.cards.chip import Exchange, usual_answer

BLOCK = 16
BLOCKS_A_SECTOR = 4
SECTORS = 16
SECTOR_DATA = BLOCK * (BLOCKS_A_SECTOR - 1)
"""Bytes of a sector before its trailer; in sector 0 the first 16 are the maker's."""
KEY = 6
TRANSPORT_KEY = b"\xff" * KEY
ACCESS_BITS = bytes.fromhex("FF078069")
"""As a card leaves the works."""
KEY_A, KEY_B = 0x60, 0x61
SLOTS = 2
VOLATILE = 0x00
"""Key structure: kept until the power goes. Other readers want 20; this one refuses it."""
AUTHENTICATION_VERSION = 0x01

PAGE = 4
PAGES = 16
FIRST_USER_PAGE = 4

AIR_S = 0.003
"""A block or an authentication at 106 kbit/s, with the reader's own time."""


@dataclass(frozen=True, slots=True)
class Sector:
    """Keys of 6 bytes; at most 48 bytes of data, 32 in sector 0."""

    key_a: bytes = TRANSPORT_KEY
    key_b: bytes = TRANSPORT_KEY
    data: bytes = b""


class MifareClassic:
    """A MIFARE 1K. The last block of a sector holds its keys."""

    def __init__(self, uid: bytes, sectors: Mapping[int, Sector]) -> None:
        """`sectors` by their number, 0 to 15; the others are as they leave the works."""
        self._uid = uid
        self.atr = storage_atr(ISO_14443A_3, MIFARE_1K)
        self._memory = bytearray()
        for number in range(SECTORS):
            sector = sectors.get(number, Sector())
            data = uid.ljust(BLOCK, b"\0") + sector.data if number == 0 else sector.data
            self._memory += data.ljust(SECTOR_DATA, b"\0") + sector.key_a + ACCESS_BITS + sector.key_b
        self._slots: dict[int, bytes] = {}
        self._open: int | None = None
        """The sector that was authenticated last."""

    def power_up(self) -> None:
        """Authentication is over; the reader keeps its keys."""
        self._open = None

    def exchange(self, command: bytes) -> Exchange:
        """Keys, authentication, blocks of 16 bytes."""
        apdu = Apdu.of(command)
        yield AIR_S
        if command[:2] == bytes((STORAGE_CLASS, Instruction.AUTHENTICATE_OLD)):
            # The older form has no Lc: key type and slot follow P2 at once.
            return self._authenticated(command[3], command[HEAD_LENGTH:]) if len(command) > 3 else WRONG_LENGTH
        if apdu is None:
            return WRONG_LENGTH
        if apdu.cla != STORAGE_CLASS:
            return usual_answer(self._uid, b"", apdu)
        match apdu.ins:
            case Instruction.LOAD_KEY:
                return self._load(apdu)
            case Instruction.AUTHENTICATE:
                return self._authenticate(apdu.data)
            case Instruction.READ_BINARY:
                return self._read(apdu)
            case Instruction.UPDATE_BINARY:
                return self._update(apdu)
            case _:
                return usual_answer(self._uid, b"", apdu)

    def writes(self, command: bytes) -> bool:
        """Whether this updates a block."""
        return command[:2] == bytes((STORAGE_CLASS, Instruction.UPDATE_BINARY))

    def _load(self, apdu: Apdu) -> bytes:
        if len(apdu.data) != KEY:
            return WRONG_LENGTH
        if apdu.p1 != VOLATILE or apdu.p2 >= SLOTS:
            return FAILED
        self._slots[apdu.p2] = apdu.data
        return DONE

    def _authenticate(self, data: bytes) -> bytes:
        if len(data) != 5:
            return WRONG_LENGTH
        if data[0] != AUTHENTICATION_VERSION:
            return WRONG_PARAMETER
        return self._authenticated(data[2], data[3:])

    def _authenticated(self, block: int, kind_and_slot: bytes) -> bytes:
        self._open = None
        if len(kind_and_slot) != 2:
            return WRONG_LENGTH
        kind, slot = kind_and_slot
        if kind not in (KEY_A, KEY_B):
            return WRONG_PARAMETER
        if slot not in self._slots:
            return CANNOT_AUTHENTICATE
        sector = block // BLOCKS_A_SECTOR
        if sector >= SECTORS or self._slots[slot] != self._key(sector, kind):
            return FAILED
        self._open = sector
        return DONE

    def _key(self, sector: int, kind: int) -> bytes:
        trailer = self._block(sector * BLOCKS_A_SECTOR + BLOCKS_A_SECTOR - 1)
        return trailer[:KEY] if kind == KEY_A else trailer[-KEY:]

    def _read(self, apdu: Apdu) -> bytes:
        if apdu.p2 // BLOCKS_A_SECTOR != self._open:
            return SECURITY_NOT_SATISFIED
        content = self._block(apdu.p2)
        if apdu.p2 % BLOCKS_A_SECTOR == BLOCKS_A_SECTOR - 1:
            # No card ever shows key A.
            content = bytes(KEY) + content[KEY:]
        return told(content, apdu.le)

    def _update(self, apdu: Apdu) -> bytes:
        if len(apdu.data) != BLOCK:
            return WRONG_LENGTH
        if apdu.p2 // BLOCKS_A_SECTOR != self._open:
            return SECURITY_NOT_SATISFIED
        if apdu.p2 == 0:
            return FAILED
        self._memory[apdu.p2 * BLOCK : (apdu.p2 + 1) * BLOCK] = apdu.data
        return DONE

    def _block(self, number: int) -> bytes:
        return bytes(self._memory[number * BLOCK : (number + 1) * BLOCK])


class Ultralight:
    """A MIFARE Ultralight: 16 pages of 4 bytes, the first four the maker's. A read gives four pages, round the end."""

    def __init__(self, uid: bytes, memory: bytes) -> None:
        """`uid` of 7 bytes; `memory` from page 4 on, at most 48 bytes."""
        self._uid = uid
        self.atr = storage_atr(ISO_14443A_3, MIFARE_ULTRALIGHT)
        head = uid[:3] + bytes(1) + uid[3:]
        self._memory = bytearray(head.ljust(FIRST_USER_PAGE * PAGE, b"\0") + memory).ljust(PAGES * PAGE, b"\0")

    def power_up(self) -> None:
        """Nothing is ever agreed."""

    def exchange(self, command: bytes) -> Exchange:
        """Pages: reads of 4 or 16 bytes, writes of 4."""
        apdu = Apdu.of(command)
        yield AIR_S
        if apdu is None:
            return WRONG_LENGTH
        if (
            apdu.cla == STORAGE_CLASS
            and apdu.ins in (Instruction.READ_BINARY, Instruction.UPDATE_BINARY)
            and apdu.p2 >= PAGES
        ):
            return NOT_FOUND
        begin = apdu.p2 * PAGE
        if apdu.cla == STORAGE_CLASS and apdu.ins == Instruction.READ_BINARY:
            four = bytes((self._memory * 2)[begin : begin + BLOCK])
            return told(four[:PAGE] if apdu.le == PAGE else four, apdu.le)
        if apdu.cla == STORAGE_CLASS and apdu.ins == Instruction.UPDATE_BINARY:
            if len(apdu.data) != PAGE:
                return WRONG_LENGTH
            if apdu.p2 < FIRST_USER_PAGE:
                return FAILED
            self._memory[begin : begin + PAGE] = apdu.data
            return DONE
        return usual_answer(self._uid, b"", apdu)

    def writes(self, command: bytes) -> bool:
        """Whether this updates a page."""
        return command[:2] == bytes((STORAGE_CLASS, Instruction.UPDATE_BINARY))

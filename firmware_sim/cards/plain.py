"""Cards of which a host gets no more than a number: one whose UID is all there is to it, and one that makes it up.

Source: PC/SC part 3, 3.1.3.2.3 and 3.2.2.1; the ATR of a DESFire from several public programs (nfc readers of libraries
and payment); random UIDs begin with 08 (ISO/IEC 14443-3, 6.5.4).
"""

from __future__ import annotations

import random

from firmware_sim.cards.apdu import (
    DONE,
    ICODE_SLI,
    ISO_14443A_3,
    ISO_15693_3,
    MIFARE_1K,
    SECURITY_NOT_SATISFIED,
    STORAGE_CLASS,
    WRONG_LENGTH,
    Apdu,
    Instruction,
    storage_atr,
)
from firmware_sim.cards.chip import Exchange, usual_answer

ISO_15693_MAKER = 0xE0
"""First byte of every ISO/IEC 15693 UID."""
NEEDS_KEY = frozenset(
    {Instruction.READ_BINARY, Instruction.UPDATE_BINARY, Instruction.AUTHENTICATE, Instruction.AUTHENTICATE_OLD}
)
DESFIRE_ATR = bytes.fromhex("3B8180018080")
DESFIRE_HISTORICAL = bytes.fromhex("80")
RANDOM_UID = 0x08
RANDOM_BYTES = 3


def is_iso_15693(uid: bytes) -> bool:
    """Whether this UID, written as printed on the card, is one of ISO/IEC 15693."""
    return len(uid) == 8 and uid[0] == ISO_15693_MAKER


class UidCard:
    """A storage card whose memory nobody has keys for: an ICODE SLI by its UID, else a MIFARE 1K."""

    def __init__(self, uid: bytes) -> None:
        """`uid` as printed. That of ISO/IEC 15693 comes least significant byte first, as many readers hand it on."""
        vicinity = is_iso_15693(uid)
        self.atr = storage_atr(ISO_15693_3, ICODE_SLI) if vicinity else storage_atr(ISO_14443A_3, MIFARE_1K)
        self._uid = uid[::-1] if vicinity else uid

    def power_up(self) -> None:
        """Nothing is ever agreed."""

    def exchange(self, command: bytes) -> Exchange:
        """Tell the UID."""
        yield 0.0
        apdu = Apdu.of(command)
        if apdu is None:
            return WRONG_LENGTH
        if apdu.cla == STORAGE_CLASS and apdu.ins == Instruction.LOAD_KEY:
            return DONE
        if apdu.cla == STORAGE_CLASS and apdu.ins in NEEDS_KEY:
            return SECURITY_NOT_SATISFIED
        return usual_answer(self._uid, b"", apdu)

    def writes(self, command: bytes) -> bool:
        """It never does."""
        return False


class RandomUidCard:
    """A DESFire that says another UID at each tap: no number to know anybody by."""

    atr = DESFIRE_ATR

    def __init__(self, seed: int) -> None:
        """One for each tap; `seed` makes its UID."""
        self._uid = bytes((RANDOM_UID,)) + random.Random(seed).randbytes(RANDOM_BYTES)

    def power_up(self) -> None:
        """Nothing is ever agreed."""

    def exchange(self, command: bytes) -> Exchange:
        """Tell the UID, or the historical bytes."""
        yield 0.0
        apdu = Apdu.of(command)
        return WRONG_LENGTH if apdu is None else usual_answer(self._uid, DESFIRE_HISTORICAL, apdu)

    def writes(self, command: bytes) -> bool:
        """It never does."""
        return False

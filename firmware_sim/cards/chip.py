"""What every card on a virtual reader is: its ATR and its answers to C-APDUs, each after its time on the air."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

from firmware_sim.cards.apdu import (
    HISTORICAL_BYTES,
    NOT_FOUND,
    NOT_SUPPORTED,
    STORAGE_CLASS,
    UID,
    UNKNOWN_INSTRUCTION,
    WRONG_CLASS,
    Apdu,
    Instruction,
    told,
)

Exchange = Generator[float, None, bytes]
"""A command under way: yields the seconds that it takes before its next step, and returns the R-APDU.

A step happens at the end of its time: a card that is lifted before has not done it.
"""


class Chip(Protocol):
    """A card, together with what the reader keeps about it."""

    @property
    def atr(self) -> bytes:
        """What it says when it is powered."""
        ...

    def power_up(self) -> None:
        """It was laid down, or the reader has reset it: whatever was agreed is forgotten."""
        ...

    def exchange(self, command: bytes) -> Exchange:
        """Answer a C-APDU."""
        ...

    def writes(self, command: bytes) -> bool:
        """Whether this C-APDU changes the card: its lost answer leaves the host in doubt."""
        ...


def usual_answer(uid: bytes, historical: bytes, apdu: Apdu) -> bytes:
    """What every card answers to what it does not know better. Without historical bytes there is no ATS."""
    if apdu.cla != STORAGE_CLASS:
        return NOT_FOUND if apdu.ins == Instruction.SELECT else WRONG_CLASS
    if apdu.ins != Instruction.GET_DATA:
        return UNKNOWN_INSTRUCTION
    if (apdu.p1, apdu.p2) == (UID, 0):
        return told(uid, apdu.le)
    if (apdu.p1, apdu.p2) == (HISTORICAL_BYTES, 0) and historical:
        return told(historical, apdu.le)
    return NOT_SUPPORTED

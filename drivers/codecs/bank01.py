"""Bank 01 of a UHF tag: word 0 StoredCRC, word 1 PC, then the UII (ISO/IEC 18000-63).

PC high byte: bits 7-3 UII length in words, bit 2 UMI (bank 11 holds data), bit 1 XI, bit 0 T = 1 for ISO, whose low
byte is then the AFI. StoredCRC: 0x1021, initial 0xFFFF, final XOR 0xFFFF, not reflected, over PC and the counted words;
recomputed on seven real tags.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastcrc.crc16 import genibus

from drivers.codecs.findings import Bank, Finding, Noted, Notes
from drivers.codecs.reading import EncodeRefused

HEAD_BYTES = 4
CONTROL_AT = 2
ATTRIBUTES_AT = 3
WORD_BYTES = 2
MOST_WORDS = 31
UMI = 0x04
TOGGLE = 0x01
LENGTH_SHIFT = 3


@dataclass(frozen=True, slots=True)
class Bank01:
    """The fields of bank 01. `payload` is the UII as far as PC counts it and as it was read."""

    stored_crc: int
    words: int
    umi: bool
    toggle: bool
    attributes: int
    payload: bytes
    crc_is_right: bool

    def note(self, notes: Notes) -> None:
        """What is wrong with the CRC and the length."""
        if self.stored_crc == 0:
            notes.append(Noted(Finding.STORED_CRC_ABSENT, 0, Bank.UII))
        elif not self.crc_is_right:
            notes.append(Noted(Finding.STORED_CRC_MISMATCH, 0, Bank.UII))
        if len(self.payload) < self.words * WORD_BYTES:
            notes.append(Noted(Finding.PC_LENGTH_MISMATCH, CONTROL_AT, Bank.UII))


def parse(bank: bytes) -> Bank01 | None:
    """The fields, or None below four bytes."""
    if len(bank) < HEAD_BYTES:
        return None
    control = bank[2]
    words = control >> LENGTH_SHIFT
    end = HEAD_BYTES + words * WORD_BYTES
    stored = bank[0] << 8 | bank[1]
    return Bank01(
        stored_crc=stored,
        words=words,
        umi=bool(control & UMI),
        toggle=bool(control & TOGGLE),
        attributes=bank[3],
        payload=bank[HEAD_BYTES:end],
        crc_is_right=stored == genibus(bank[2:end]),
    )


def build(payload: bytes, *, umi: bool, toggle: bool, attributes: int) -> bytes:
    """Bank 01 with PC and StoredCRC around `payload`, which an odd byte is filled with 00."""
    payload += bytes(len(payload) % WORD_BYTES)
    words = len(payload) // WORD_BYTES
    if words > MOST_WORDS:
        raise EncodeRefused("uii", f"{words} words are too many", f"PC counts {MOST_WORDS} at most: shorten the texts")
    control = words << LENGTH_SHIFT | (UMI if umi else 0) | (TOGGLE if toggle else 0)
    body = bytes([control, attributes]) + payload
    return genibus(body).to_bytes(2, "big") + body

"""Answer to reset: its structure, its check byte, and which contactless storage card stands behind it.

Sources: ISO/IEC 7816-3, 8.2; PC/SC part 3, 3.1.3.2.3.2 (contactless storage cards) and its list of card names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

_FIRST_BYTES = (0x3B, 0x3F)
_STORAGE_CARD = bytes.fromhex("804F0C")
_RID = bytes.fromhex("A000000306")
ISO_14443A_3 = 0x03
ISO_15693 = (0x0B, 0x0C)
_CARD_NAMES = {
    0x0001: "mifare-1k",
    0x0002: "mifare-4k",
    0x0003: "mifare-ultralight",
    0x0014: "icode-sli",
    0x0026: "mifare-mini",
    0x003A: "mifare-ultralight-c",
}


@dataclass(frozen=True, slots=True)
class StorageCard:
    """What PC/SC part 3 says of a contactless storage card."""

    rid: bytes
    standard: int
    """SS: 03 ISO 14443 A part 3, 0B and 0C ISO 15693."""
    card_name: int
    """NN NN, big-endian."""


@dataclass(frozen=True, slots=True)
class Atr:
    """A structurally whole answer to reset."""

    historical: bytes
    check_byte_right: bool
    """True where T=0 alone needs no check byte."""
    storage_card: StorageCard | None

    def kind(self) -> str:
        """The card in a word: a name such as `mifare-1k`, else `iso-14443-a`, `iso-15693`, `card`, or `chip-card`."""
        card = self.storage_card
        if card is None:
            return "chip-card"
        family = (
            "iso-15693" if card.standard in ISO_15693 else "iso-14443-a" if card.standard == ISO_14443A_3 else "card"
        )
        return _CARD_NAMES.get(card.card_name, family)


def parse_atr(data: bytes) -> Atr | None:
    """Read an answer to reset; None when the bytes do not have exactly the length that the structure announces."""
    if len(data) < 2 or data[0] not in _FIRST_BYTES:
        return None
    historical_size = data[1] & 0x0F
    announced, at, needs_check = data[1] >> 4, 2, False
    while True:
        at += (announced & 0b0111).bit_count()
        if not announced & 0b1000:
            break
        if at >= len(data):
            return None
        announced, protocol = data[at] >> 4, data[at] & 0x0F
        needs_check = needs_check or protocol != 0
        at += 1
    if len(data) != at + historical_size + needs_check:
        return None
    historical = data[at : at + historical_size]
    return Atr(historical, not needs_check or reduce(xor, data[1:]) == 0, _storage_card(historical))


def _storage_card(historical: bytes) -> StorageCard | None:
    if not historical.startswith(_STORAGE_CARD + _RID) or len(historical) < 11:
        return None
    return StorageCard(_RID, historical[8], int.from_bytes(historical[9:11]))

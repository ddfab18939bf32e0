"""The chip of each kind of card."""

from __future__ import annotations

import random

from firmware_sim.cards.chip import Chip
from firmware_sim.cards.mifare import MifareClassic, Sector, Ultralight
from firmware_sim.cards.plain import RandomUidCard, UidCard
from firmware_sim.cards.vicinity import VicinityCard
from firmware_sim.room.room import Card, CardKind
from firmware_sim.room.tag import Tag

BLOCK_SIZE, BLOCKS = 4, 28
"""Of an ICODE SLI or SLIX."""
SEED_BITS = 32


class Chips:
    """The chips of all cards. One keeps what was written to it, however often its card is lifted."""

    def __init__(self, seed: int = 0) -> None:
        self._luck = random.Random(seed)
        self._kept: dict[str, Chip] = {}

    def chip_of(self, card: Card) -> Chip:
        """The chip of a card that is about to be laid down."""
        if card.kind is CardKind.DESFIRE_RANDOM:
            return RandomUidCard(self._luck.getrandbits(SEED_BITS))
        if card.name not in self._kept:
            self._kept[card.name] = _made(card)
        return self._kept[card.name]


def _made(card: Card) -> Chip:
    match card.kind:
        case CardKind.MIFARE_CLASSIC:
            return MifareClassic(card.uid, {one.number: Sector(one.key_a, one.key_b, one.data) for one in card.sectors})
        case CardKind.ULTRALIGHT:
            return Ultralight(card.uid, card.memory)
        case CardKind.ISO_15693:
            memory = bytearray(card.memory.ljust(BLOCK_SIZE * BLOCKS, b"\0"))
            return VicinityCard(Tag(card.uid, 0x00, 0x00, BLOCK_SIZE, BLOCKS, memory))
        case _:
            return UidCard(card.uid)

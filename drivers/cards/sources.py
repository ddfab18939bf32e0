"""Where on a card the library keeps the patron's token: settings, checked when they are made.

Sources: PC/SC part 3, 3.2.2; NXP MF1S70yyX data sheet, 8.6 (sectors and blocks of MIFARE Classic); ACS ACR128 API 1.7,
7.1 and Identiv uTrust 5501 F manual, 6.2.3 (key structure).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.cards.apdu import KeyType
from drivers.cards.sector_key import SectorKey
from drivers.cards.token_form import TokenForm
from drivers.errors import BadSetting

BLOCK_BYTES = 16
SMALL_SECTORS, SMALL_BLOCKS = 32, 4
LARGE_BLOCKS = 16
LAST_SECTOR = 39
LONGEST_TOKEN = 64
LAST_SLOT = 0xFF


class KeyMemory(StrEnum):
    """Where the reader keeps the key."""

    VOLATILE = "volatile"
    """`FF 82 00`: given for each card, forgotten with the reader's power."""
    READER = "reader"
    """`FF 82 20`: it stays in the reader's own memory, so it is written once each time the reader is attached."""


class Authentication(StrEnum):
    """How the reader is asked to open a sector."""

    EITHER = "either"
    """The new form, and the old one where the reader does not know it."""
    NEW = "new"
    """`FF 86`"""
    OLD = "old"
    """`FF 88`"""


@dataclass(frozen=True, slots=True)
class FromUid:
    """The token is the UID in upper-case hex, ISO 15693 with E0 first."""


@dataclass(frozen=True, slots=True)
class FromFile:
    """The token is in a transparent file of a chip card's application."""

    aid: bytes
    file_id: int
    offset: int = 0
    length: int = 16
    form: TokenForm = TokenForm.UTF_8


@dataclass(frozen=True, slots=True)
class FromBlocks:
    """The token is in blocks or pages of a storage card that anybody may read."""

    first: int
    count: int = 1
    block_size: int = 4
    """Bytes one read gives: Ultralight 16 (four pages), ISO 15693 4."""
    address_step: int = 1
    """How much the address grows by each read: 4 on Ultralight."""
    form: TokenForm = TokenForm.UTF_8


@dataclass(frozen=True, slots=True)
class FromSector:
    """The token is in one sector of a MIFARE Classic card, behind a key. Raises `BadSetting`."""

    key: SectorKey
    sector: int
    """0 to 15 on a 1K card, to 39 on a 4K card."""
    block: int = 0
    """In the sector, from 0. The last block of a sector holds its keys and is never read."""
    offset: int = 0
    """Of the token's first byte, from the beginning of the block."""
    length: int = BLOCK_BYTES
    """Bytes; they may reach into the next blocks of the sector."""
    form: TokenForm = TokenForm.ASCII
    key_type: KeyType = KeyType.A
    key_memory: KeyMemory = KeyMemory.VOLATILE
    slot: int = 0
    """Where the reader keeps the key; some readers have only one place, with a number of its own."""
    authentication: Authentication = Authentication.EITHER

    def __post_init__(self) -> None:
        if not 0 <= self.sector <= LAST_SECTOR:
            raise BadSetting(f"sector {self.sector} of the patron card: give 0 to 15, on 4K cards to {LAST_SECTOR}")
        if not 0 <= self.slot <= LAST_SLOT:
            raise BadSetting(f"slot {self.slot} of the key: give 0 to {LAST_SLOT}, 0 is usual")
        if self.block < 0 or self.offset < 0 or not 1 <= self.length <= LONGEST_TOKEN:
            raise BadSetting(f"the patron card's number has {self.length} bytes: give 1 to {LONGEST_TOKEN}, from 0 on")
        if self.block * BLOCK_BYTES + self.offset + self.length > self._data_bytes:
            raise BadSetting(
                f"the patron card's number would reach over the {self._data_bytes} data bytes of sector {self.sector}"
            )

    @property
    def _data_bytes(self) -> int:
        """All blocks of the sector but the last, which holds the keys."""
        return ((SMALL_BLOCKS if self.sector < SMALL_SECTORS else LARGE_BLOCKS) - 1) * BLOCK_BYTES

    @property
    def addresses(self) -> range:
        """Blocks of the card that hold the token."""
        first = self.block * BLOCK_BYTES + self.offset
        begin = first // BLOCK_BYTES
        end = (first + self.length - 1) // BLOCK_BYTES + 1
        return range(self._first_block + begin, self._first_block + end)

    @property
    def _first_block(self) -> int:
        if self.sector < SMALL_SECTORS:
            return self.sector * SMALL_BLOCKS
        return SMALL_SECTORS * SMALL_BLOCKS + (self.sector - SMALL_SECTORS) * LARGE_BLOCKS

    def cut(self, blocks: bytes) -> bytes:
        """The token's bytes out of the blocks at `addresses`."""
        begin = self.offset % BLOCK_BYTES
        return blocks[begin : begin + self.length]


@dataclass(frozen=True, slots=True)
class FromPatronTag:
    """The token is the number in the library's own data on an ISO 15693 card, where they say that it is a patron's.

    Else, and on every other card, it is the UID. Raises `BadSetting`.
    """

    most_blocks: int = 28
    """Read at most."""

    def __post_init__(self) -> None:
        if not 8 <= self.most_blocks <= 256:
            raise BadSetting(f"{self.most_blocks} blocks of the patron card: give 8 to 256, 28 is usual")


UID = FromUid()
TokenSource = FromUid | FromFile | FromBlocks | FromSector | FromPatronTag

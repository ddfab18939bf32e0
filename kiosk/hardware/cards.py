"""Patron cards: settings, the PC/SC reader, and codes that phones show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

from drivers.cards.apdu import KeyType
from drivers.cards.events import CardEvent
from drivers.cards.pcsc import CardReader
from drivers.cards.pcsc import CardSettings as ReaderSettings
from drivers.cards.phone_code import PhoneCodes
from drivers.cards.phone_keys import read_phone_keys
from drivers.cards.sector_key import SectorKey, read_sector_key
from drivers.cards.sources import UID, FromPatronTag, FromSector, KeyMemory, TokenSource
from drivers.cards.token_form import TokenForm
from drivers.errors import BadSetting
from drivers.ports.pump import Tap
from kiosk.model.limits import NOT_EMPTY, within

PLACEHOLDER_KEY = SectorKey(bytes(6))
"""Stands for the key while the settings alone are checked: the secret file is read at the start."""


class Token(StrEnum):
    """What of a card names its patron."""

    UID = "uid"
    SECTOR = "sector"
    """A number in a sector of a MIFARE Classic card, behind a key."""
    PATRON_TAG = "patron-tag"
    """The number in the library's data on an ISO 15693 card, else the UID."""


@dataclass(frozen=True, slots=True)
class CardSettings:
    reader: Annotated[str, NOT_EMPTY]
    """A part of the PC/SC reader's name."""
    token: Token = Token.UID
    """What of a card names its patron: the `uid`, a number in a `sector` (MIFARE), or that of a `patron-tag`."""
    sector: Annotated[int, within(0, 39)] = 0
    """`sector`: number of the sector."""
    block: Annotated[int, within(0, 14)] = 0
    """`sector`: block in the sector, from 0."""
    offset: Annotated[int, within(0, 255)] = 0
    """`sector`: first byte of the number, from the beginning of the block."""
    length: Annotated[int, within(1, 64)] = 16
    """`sector`: bytes of the number."""
    form: TokenForm = TokenForm.ASCII
    """`sector`: how the number is written there."""
    key_file: Path | None = None
    """`sector`: file with the key, 12 hex digits, which nobody but its owner may read."""
    key_type: KeyType = KeyType.A
    """`sector`: which of the sector's keys it is."""
    key_memory: KeyMemory = KeyMemory.VOLATILE
    """`sector`: where the reader keeps the key (FF 82 00 or FF 82 20)."""

    def __post_init__(self) -> None:
        if (self.token is Token.SECTOR) != (self.key_file is not None):
            raise ValueError('expected key_file with token = "sector", and with no other')
        if self.token is Token.SECTOR:
            try:
                self.sector_with(PLACEHOLDER_KEY)
            except BadSetting as bad:
                raise ValueError(f"expected a number inside a sector; {bad}") from None

    def sector_with(self, key: SectorKey) -> FromSector:
        """Where the number is, and the key to it. Raises `BadSetting`."""
        return FromSector(
            key, self.sector, self.block, self.offset, self.length, self.form, self.key_type, self.key_memory
        )


@dataclass(frozen=True, slots=True)
class PhoneCodeSettings:
    """Codes that patrons' phones show to the scanner. Absent: such codes are taken for unknown barcodes."""

    key_file: Path
    """File with the library's keys, one a line, which nobody but its owner may read (docs/adr/0125)."""


def opened_cards(settings: CardSettings, deliver: Callable[[CardEvent], None], tap: Tap | None = None) -> CardReader:
    """The card reader, not started. Raises `BadSetting` for a key file that cannot be used."""
    return CardReader(ReaderSettings(settings.reader, card_source(settings)), deliver, tap)


def opened_phone_codes(settings: PhoneCodeSettings) -> PhoneCodes:
    """The judge over phones' codes. Raises `BadSetting` for a key file that cannot be used."""
    return PhoneCodes(read_phone_keys(settings.key_file))


def card_source(settings: CardSettings) -> TokenSource:
    """What of a card is the token. Raises `BadSetting` for a key file that cannot be used."""
    match settings.token:
        case Token.UID:
            return UID
        case Token.SECTOR:
            assert settings.key_file is not None
            return settings.sector_with(read_sector_key(settings.key_file))
        case Token.PATRON_TAG:
            return FromPatronTag()
        case _:
            assert_never(settings.token)

"""How a card becomes a token, by the library's setting.

Pure: cards are anything with `transmit`. Sources: PC/SC part 3, 3.2.2; ISO/IEC 7816-4.
"""

from __future__ import annotations

from typing import assert_never

from drivers.cards.apdu import GET_UID, read_binary, read_file, select_application, select_file
from drivers.cards.exchange import Card, ask
from drivers.cards.patron_tag import read_patron_tag
from drivers.cards.sector_reader import SectorReader
from drivers.cards.sources import FromBlocks, FromFile, FromPatronTag, FromSector, FromUid, TokenSource
from drivers.cards.token_form import as_token
from drivers.cards.uid import token_of_uid


class TokenReader:
    """Reads cards on one reader, one after the other."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source
        self._sectors = SectorReader(source) if isinstance(source, FromSector) else None

    def reader_attached(self) -> None:
        """A reader was plugged in (again), or the service started: what it was told before is gone."""
        if self._sectors is not None:
            self._sectors.reader_attached()

    def read(self, card: Card) -> str:
        """The token of a card. Raises `NoToken` with the reason when there is none."""
        source = self._source
        match source:
            case FromUid():
                return token_of_uid(ask(card, GET_UID))
            case FromFile():
                ask(card, select_application(source.aid))
                ask(card, select_file(source.file_id))
                return as_token(ask(card, read_file(source.offset, source.length)), source.form)
            case FromBlocks():
                return as_token(_read_blocks(card, source), source.form)
            case FromSector():
                assert self._sectors is not None
                return as_token(self._sectors.read(card), source.form)
            case FromPatronTag():
                return read_patron_tag(card, source.most_blocks)
            case _:
                assert_never(source)


def _read_blocks(card: Card, source: FromBlocks) -> bytes:
    addresses = (source.first + number * source.address_step for number in range(source.count))
    return b"".join(ask(card, read_binary(address, source.block_size)) for address in addresses)

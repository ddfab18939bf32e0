"""Reads a sector of MIFARE Classic cards: the key into the reader, the sector opened, its blocks read.

Sources: PC/SC part 3, 3.2.2.1.4 to 3.2.2.1.8; ACR122U API 2.04, section 5; ACS ACR128 API 1.7, 7.1 (`FF 82 20` writes
the reader's permanent memory).
"""

from __future__ import annotations

from drivers.cards.apdu import GET_UID, SW_OK, authenticate, authenticate_old, load_key, meaning_of, read_binary
from drivers.cards.exchange import Card, NoToken, Unreadable, ask, exchange, refused
from drivers.cards.sources import BLOCK_BYTES, Authentication, FromSector, KeyMemory

_NOT_SUPPORTED = frozenset({0x6700, 0x6800, 0x6981, 0x6A81, 0x6B00, 0x6D00, 0x6E00})
"""What readers say of a command that they do not have, whatever is wrong with it in their eyes."""
_WRONG_KEY = frozenset({0x6300, 0x6982, 0x6983})
_KEY_STRUCTURE = {KeyMemory.VOLATILE: 0x00, KeyMemory.READER: 0x20}
_ANOTHER_MEMORY = {KeyMemory.VOLATILE: KeyMemory.READER, KeyMemory.READER: KeyMemory.VOLATILE}


class SectorReader:
    """One reader's way to the library's sector. It remembers what the reader holds and understands."""

    def __init__(self, source: FromSector) -> None:
        self._source = source
        self.reader_attached()

    def reader_attached(self) -> None:
        """A reader was plugged in (again): it holds no key of ours, as far as is known."""
        self._key_is_kept = False
        self._old_form = self._source.authentication is Authentication.OLD

    def read(self, card: Card) -> bytes:
        """The token's bytes. Raises `NoToken`."""
        source = self._source
        self._load_key(card)
        self._open_sector(card)
        blocks = b""
        for address in source.addresses:
            block = ask(card, read_binary(address, BLOCK_BYTES))
            if len(block) != BLOCK_BYTES:
                raise NoToken(Unreadable.GARBLED, f"a block of {len(block)} bytes, MIFARE has {BLOCK_BYTES}")
            blocks += block
        return source.cut(blocks)

    def _load_key(self, card: Card) -> None:
        if self._key_is_kept:
            return
        memory = self._source.key_memory
        command = load_key(self._source.key.six_bytes, self._source.slot, _KEY_STRUCTURE[memory])
        answer = exchange(card, command.encode())
        if answer.ok:
            self._key_is_kept = memory is KeyMemory.READER
            return
        if answer.sw == 0x6401:
            raise refused(command.encode(), answer.sw)
        raise NoToken(
            Unreadable.READER,
            f"the reader does not take the key ({meaning_of(answer.sw)}); "
            f'try key_memory = "{_ANOTHER_MEMORY[memory].value}" or another slot',
        )

    def _open_sector(self, card: Card) -> None:
        sw = self._authenticate(card)
        if sw in _NOT_SUPPORTED and self._source.authentication is Authentication.EITHER and not self._old_form:
            self._old_form = True
            sw = self._authenticate(card)
        if sw == SW_OK:
            return
        if sw in _NOT_SUPPORTED:
            self._old_form = self._source.authentication is Authentication.OLD
            raise NoToken(Unreadable.READER, f"the reader opens no MIFARE sector: {meaning_of(sw)}")
        if sw in _WRONG_KEY and (sw != 0x6300 or self._is_there(card)):
            detail = f"the key does not open sector {self._source.sector} ({meaning_of(sw)}): another library's card?"
            raise NoToken(Unreadable.NOT_KNOWN, detail)
        raise refused(self._opening(), sw)

    def _authenticate(self, card: Card) -> int:
        return exchange(card, self._opening()).sw

    def _opening(self) -> bytes:
        source = self._source
        if self._old_form:
            return authenticate_old(source.addresses[0], source.key_type, source.slot)
        return authenticate(source.addresses[0], source.key_type, source.slot).encode()

    @staticmethod
    def _is_there(card: Card) -> bool:
        """6300 means a wrong key as well as no card: a card that still tells its UID is there."""
        return exchange(card, GET_UID.encode()).ok

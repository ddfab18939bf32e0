"""How a card becomes a token: its UID, or data of a file or of blocks, by the library's setting.

Pure: cards are anything with `transmit`. Sources: PC/SC part 3, 3.2.2; ISO/IEC 7816-4; ISO/IEC 15693-3, 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, assert_never

from drivers.cards.apdu import (
    GET_UID,
    Answer,
    Command,
    KeyType,
    authenticate,
    load_key,
    meaning_of,
    parse_answer,
    read_binary,
    read_file,
    select_application,
    select_file,
)

_UID_SIZES = (4, 7, 8, 10)
_RANDOM_UID_FIRST_BYTE = 0x08
_ISO_15693_UID_SIZE, _ISO_15693_FIRST_BYTE = 8, 0xE0
_EXACT_LENGTH = 0x6C


class Unreadable(StrEnum):
    """Why a card gave no token."""

    PULLED_AWAY = "pulled-away"
    """It went, or was too far, while it was read: the patron holds it a little longer."""
    NOT_KNOWN = "not-known"
    """It answers, but is not a card of this library: no such file, not allowed, not supported."""
    RANDOM_UID = "random-uid"
    """Its UID changes each time and says nothing."""
    GARBLED = "garbled"
    """It answered something that cannot be a token."""


class NoToken(Exception):
    """Ends a chain of exchanges early; caught where the chain begins, it never leaves `drivers.cards`."""

    def __init__(self, why: Unreadable, detail: str) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail


class Card(Protocol):
    """A connected card."""

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU, return the answer with its status word. Raises `NoToken` when the card went away."""
        ...


class TokenForm(StrEnum):
    """How bytes of a card become a token."""

    HEX = "hex"
    TEXT = "text"
    """ASCII or UTF-8, padding (00, FF, spaces) taken off the end."""


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
    form: TokenForm = TokenForm.TEXT


@dataclass(frozen=True, slots=True)
class FromBlocks:
    """The token is in blocks or pages of a storage card."""

    first: int
    count: int = 1
    block_size: int = 16
    """Bytes one read gives: MIFARE 16, Ultralight 16 (four pages), ISO 15693 4."""
    address_step: int = 1
    """How much the address grows by each read: 4 on Ultralight."""
    key: bytes | None = None
    key_type: KeyType = KeyType.A
    key_structure: int = 0x00
    form: TokenForm = TokenForm.TEXT


UID = FromUid()
TokenSource = FromUid | FromFile | FromBlocks


def read_token(card: Card, source: TokenSource) -> str:
    """The token of a card. Raises `NoToken` with the reason when there is none."""
    match source:
        case FromUid():
            return _token_of_uid(_ask(card, GET_UID))
        case FromFile():
            _ask(card, select_application(source.aid))
            _ask(card, select_file(source.file_id))
            return _as_token(_ask(card, read_file(source.offset, source.length)), source.form)
        case FromBlocks():
            return _as_token(_read_blocks(card, source), source.form)
        case _:
            assert_never(source)


def normalised_uid(uid: bytes) -> bytes:
    """An ISO 15693 UID with E0 first, whichever way round the reader sent it; others as they are."""
    backwards = uid[0] != _ISO_15693_FIRST_BYTE and uid[-1] == _ISO_15693_FIRST_BYTE
    return uid[::-1] if len(uid) == _ISO_15693_UID_SIZE and backwards else uid


def _token_of_uid(uid: bytes) -> str:
    if len(uid) not in _UID_SIZES:
        raise NoToken(Unreadable.GARBLED, f"a UID of {len(uid)} bytes")
    if len(uid) == 4 and uid[0] == _RANDOM_UID_FIRST_BYTE:
        raise NoToken(Unreadable.RANDOM_UID, "the card shows a random UID; set a file to read instead")
    return normalised_uid(uid).hex().upper()


def _read_blocks(card: Card, source: FromBlocks) -> bytes:
    data = bytearray()
    for number in range(source.count):
        address = source.first + number * source.address_step
        if source.key is not None:
            _ask(card, load_key(source.key, structure=source.key_structure))
            _ask(card, authenticate(address, source.key_type))
        data += _ask(card, read_binary(address, source.block_size))
    return bytes(data)


def _ask(card: Card, command: Command) -> bytes:
    answer = _exchange(card, command)
    if answer.sw >> 8 == _EXACT_LENGTH:
        exact = Command(command.cla, command.ins, command.p1, command.p2, command.data, answer.sw & 0xFF)
        answer = _exchange(card, exact)
    if answer.ok:
        return answer.data
    raise NoToken(_why(answer.sw), f"{command.encode()[:4].hex(' ').upper()}: {meaning_of(answer.sw)}")


def _exchange(card: Card, command: Command) -> Answer:
    answer = parse_answer(card.transmit(command.encode()))
    if answer is None:
        raise NoToken(Unreadable.PULLED_AWAY, "an answer without a status word")
    return answer


def _why(sw: int) -> Unreadable:
    """6300 also means "no card", so it counts as a card pulled away; so does a length that a torn answer got wrong."""
    if sw in (0x6300, 0x6401, 0x6700, 0x6581):
        return Unreadable.PULLED_AWAY
    return Unreadable.NOT_KNOWN


def _as_token(data: bytes, form: TokenForm) -> str:
    if form is TokenForm.HEX:
        token = data.hex().upper()
    else:
        try:
            token = data.rstrip(b"\x00\xff ").decode()
        except UnicodeDecodeError as error:
            raise NoToken(Unreadable.GARBLED, "the card's data are not text") from error
    if not token or not token.isprintable():
        raise NoToken(Unreadable.GARBLED, "the card's data are empty or not printable")
    return token

"""How bytes of a card become a token."""

from __future__ import annotations

from enum import StrEnum

from drivers.cards.exchange import NoToken, Unreadable

_PADDING = b"\x00\xff "
_BLANK = frozenset({0x00, 0xFF})
_FILLER = "F"


class TokenForm(StrEnum):
    """What the library's cards hold."""

    ASCII = "ascii"
    """Printable ASCII; padding (00, FF, blanks) is taken off both ends."""
    UTF_8 = "utf-8"
    """The same with letters of any script."""
    BCD = "bcd"
    """Two digits a byte, the high one first; F fills up the end. Zeros in front belong to the number."""
    HEX = "hex"
    """The bytes as upper-case hex."""


def as_token(data: bytes, form: TokenForm) -> str:
    """The token in these bytes. Raises `NoToken` where they hold none.

    Bytes that are all 00 or all FF are a card that nobody wrote: as a token, every such card would be the same patron.
    """
    if not data or (len(set(data)) == 1 and data[0] in _BLANK):
        raise NoToken(Unreadable.GARBLED, "the card's data are blank: nobody wrote a number there")
    match form:
        case TokenForm.HEX:
            return data.hex().upper()
        case TokenForm.BCD:
            return _digits(data)
        case TokenForm.ASCII | TokenForm.UTF_8:
            return _text(data, form.value)


def _digits(data: bytes) -> str:
    digits = data.hex().upper().rstrip(_FILLER)
    if not digits.isdecimal():
        raise NoToken(Unreadable.GARBLED, "the card's data are no digits in BCD")
    return digits


def _text(data: bytes, encoding: str) -> str:
    try:
        text = data.strip(_PADDING).decode(encoding)
    except UnicodeDecodeError as error:
        raise NoToken(Unreadable.GARBLED, f"the card's data are not text in {encoding}") from error
    if not text or not text.isprintable():
        raise NoToken(Unreadable.GARBLED, "the card's data are empty or not printable")
    return text

"""ISIL, the identifier of a library (ISO 15511), and its packing into bits on a tag (ISO 28560-2).

Sources: biblstandard.dk/isil/structure.htm; github DigitalPlatform/dp2 `Compact.cs` and the Finnish parser agree on the
three sets of characters.
"""

from __future__ import annotations

import re
from functools import lru_cache

from drivers.codecs.findings import Finding
from drivers.codecs.reading import BITS_OF_BYTE

LONGEST = 16
_SYNTAX = re.compile(r"[A-Za-z0-9]{1,4}-[A-Za-z0-9:/-]{1,14}")
"""Wider than the standard's 11 characters after the hyphen: Chinese ISILs have 12."""


def is_isil(text: str) -> bool:
    """Whether `text` is an ISIL as this product accepts them: prefix, hyphen, unit; at most 16 characters."""
    return len(text) <= LONGEST and _SYNTAX.fullmatch(text) is not None


_UPPER, _LOWER, _DIGIT = range(3)
_CHARACTERS = ("-ABCDEFGHIJKLMNOPQRSTUVWXYZ:", "-abcdefghijklmnopqrstuvwxyz/", "0123456789-:")
_WIDTH = (5, 5, 4)
_LATCH = {_UPPER: {28: _LOWER, 30: _DIGIT}, _LOWER: {28: _UPPER, 30: _DIGIT}, _DIGIT: {12: _UPPER, 14: _LOWER}}
_SHIFT = {_UPPER: {29: _LOWER, 31: _DIGIT}, _LOWER: {29: _UPPER, 31: _DIGIT}, _DIGIT: {13: _UPPER, 15: _LOWER}}
_LATCH_CODE = {(of, to): code for of, codes in _LATCH.items() for code, to in codes.items()}
_SHIFT_CODE = {(of, to): code for of, codes in _SHIFT.items() for code, to in codes.items()}


REMEMBERED = 256
"""A library's tags carry few ISILs, so the last ones are remembered, both ways."""


def unpack_isil(data: bytes) -> tuple[str, Finding | None]:
    """The text of a packed ISIL; `BIT_PADDING_WRONG` where the end is not filled with one bits."""
    return _unpack_and_remember(data) if len(data) <= LONGEST else _unpack(data)


def _unpack(data: bytes) -> tuple[str, Finding | None]:
    window = data + b"\xff\xff"
    bits = len(data) * BITS_OF_BYTE
    letters: list[str] = []
    position, latched, current = 0, _UPPER, _UPPER
    while position < bits:
        left = bits - position
        if left < BITS_OF_BYTE and data[-1] & ((1 << left) - 1) == (1 << left) - 1:
            break
        width = _WIDTH[current]
        if left < width:
            return "".join(letters), Finding.BIT_PADDING_WRONG
        byte = position >> 3
        pair = window[byte] << BITS_OF_BYTE | window[byte + 1]
        code = pair >> (16 - width - (position & 7)) & ((1 << width) - 1)
        position += width
        characters = _CHARACTERS[current]
        if code < len(characters):
            letters.append(characters[code])
            current = latched
        elif (shifted := _SHIFT[current].get(code)) is not None:
            current = shifted
        else:
            latched = current = _LATCH[current][code]
    return "".join(letters), None


_unpack_and_remember = lru_cache(maxsize=REMEMBERED)(_unpack)


@lru_cache(maxsize=REMEMBERED)
def pack_isil(text: str) -> bytes:
    """The bits of an ISIL of the three sets' characters, filled with one bits. `text` satisfies `is_isil`."""
    number = bits = 0
    current = _UPPER

    def put(code: int, of: int) -> None:
        nonlocal number, bits
        number = number << _WIDTH[of] | code
        bits += _WIDTH[of]

    for index, letter in enumerate(text):
        if letter in _CHARACTERS[current]:
            put(_CHARACTERS[current].index(letter), current)
            continue
        other = next(candidate for candidate in (_UPPER, _LOWER, _DIGIT) if letter in _CHARACTERS[candidate])
        following = text[index + 1 : index + 2]
        if following in _CHARACTERS[current]:
            put(_SHIFT_CODE[current, other], current)
            put(_CHARACTERS[other].index(letter), other)
        else:
            put(_LATCH_CODE[current, other], current)
            current = other
            put(_CHARACTERS[current].index(letter), current)
    pad = -bits % BITS_OF_BYTE
    return (number << pad | (1 << pad) - 1).to_bytes((bits + pad) // BITS_OF_BYTE, "big")

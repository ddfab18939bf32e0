"""The characters of a unique item identifier (UII) in bank 01, ISO/TS 28560-4.

A byte up to 0xFA starts a word of three characters of a table of 40; 0xFB a long number; 0xFC, 0xFD and 0xFE one
character of one, two or three bytes of UTF-8. Sources: dp2 `UhfUtility.cs`, `TestUHF.cs`; zero filling is likely.
"""

from __future__ import annotations

import re

from drivers.codecs.compaction import decode_utf8
from drivers.codecs.elements import UII
from drivers.codecs.findings import Finding, Noted, Notes, about
from drivers.codecs.reading import EncodeRefused

TABLE = "\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"
"""Place 0 is no character."""

SIDE = len(TABLE)
PLACES = {letter: place for place, letter in enumerate(TABLE) if place}
LAST_WORD_START = 0xFA
LONG_NUMBER = 0xFB
ONE_BYTE = 0xFC
RESERVED = 0xFF
LEAST_DIGITS, LEAST_BYTES = 9, 4
MOST_DIGITS = LEAST_DIGITS + 15

_RUNS = re.compile(r"(?P<number>[0-9]{9,24})|(?P<words>(?:(?![0-9]{9})[A-Z0-9.:-])+)|(?P<other>.)", re.DOTALL)


def unpack_uii(data: bytes, notes: Notes, at: int) -> str:
    """The text; a code that passes the end or is reserved ends it. `at` is where in bank 01 the data begins."""
    letters: list[str] = []
    position, size = 0, len(data)
    while position < size:
        code = data[position]
        if code == RESERVED:
            notes.append(Noted(Finding.UII_RESERVED_CODE, at + position))
            break
        if position + 1 == size:
            if code:
                notes.append(Noted(Finding.UII_TRUNCATED, at + position))
            break
        if code <= LAST_WORD_START:
            word = code << 8 | data[position + 1]
            if word > SIDE**3:
                notes.append(Noted(Finding.UII_RESERVED_CODE, at + position))
                break
            if word:
                letters.append(_letters_of(word - 1))
            position += 2
            continue
        end = position + (2 + (data[position + 1] & 0x0F) + LEAST_BYTES if code == LONG_NUMBER else code - ONE_BYTE + 2)
        if end > size:
            notes.append(Noted(Finding.UII_TRUNCATED, at + position))
            break
        if code == LONG_NUMBER:
            digits = (data[position + 1] >> 4) + LEAST_DIGITS
            letters.append(str(int.from_bytes(data[position + 2 : end], "big")).zfill(digits))
        else:
            letter, flaw = decode_utf8(data[position + 1 : end])
            letters.append(letter)
            if flaw:
                notes.append(Noted(about(flaw, UII), at + position + 1))
        position = end
    return "".join(letters)


def _letters_of(value: int) -> str:
    first, rest = divmod(value, SIDE * SIDE)
    second, third = divmod(rest, SIDE)
    return (TABLE[first] + TABLE[second] + TABLE[third]).replace("\0", "")


def pack_uii(text: str) -> bytes:
    """The bytes of a UII; refuses characters beyond three bytes of UTF-8."""
    packed = bytearray()
    for run in _RUNS.finditer(text):
        piece = run.group()
        if run.lastgroup == "number":
            number = int(piece)
            size = max(LEAST_BYTES, (number.bit_length() + 7) // 8)
            packed += bytes([LONG_NUMBER, len(piece) - LEAST_DIGITS << 4 | size - LEAST_BYTES])
            packed += number.to_bytes(size, "big")
        elif run.lastgroup == "words":
            places = [PLACES[letter] for letter in piece]
            places += [0] * (-len(places) % 3)
            for first, second, third in zip(places[::3], places[1::3], places[2::3], strict=True):
                packed += ((first * SIDE + second) * SIDE + third + 1).to_bytes(2, "big")
        else:
            packed += _character(piece)
    return bytes(packed)


def _character(letter: str) -> bytes:
    encoded = letter.encode()
    if len(encoded) > 3:
        raise EncodeRefused("uii", f"{letter!r} takes four bytes of UTF-8", "a UII has room for three: replace it")
    return bytes([ONE_BYTE + len(encoded) - 1]) + encoded

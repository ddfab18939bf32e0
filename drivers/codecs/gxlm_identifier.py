"""How the Chinese university consortium packs the item identifier into bank 01: three schemes.

Source: github DigitalPlatform/dp2 `GaoxiaoUtility.cs`, whose comments quote the rules; real tags in its tests.
"""

from __future__ import annotations

import re
import struct

from drivers.codecs.compaction import decode_utf8, first_broken_utf8
from drivers.codecs.elements import IDENTIFIER
from drivers.codecs.findings import Finding, Noted, Notes, about, first_stray
from drivers.codecs.reading import EncodeRefused

EPC_96, EPC_128, PLAIN, RESERVED = range(4)
SHORT_LONGEST = {EPC_96: 7, EPC_128: 11}
LONGEST = 14
LETTER_BASE = 0x30
LETTER_MASK = 0x3F

_PACKED = {
    EPC_96: re.compile(r"[A-Z0-9]{3}[0-9]{4,10}[\x00-\x7f]", re.DOTALL),
    EPC_128: re.compile(r"[A-Z0-9]{11,13}[\x00-\x7f]", re.DOTALL),
}


def unpack_identifier(scheme: int, data: bytes, notes: Notes, at: int) -> str:
    """The text; empty where there is none. What a scheme does not allow is told and noted. `at`: where `data` is."""
    if scheme == PLAIN:
        data = data[:LONGEST]
        field = data.partition(b"\0")[0]
        if (stray := first_stray(data, len(field))) is not None:
            notes.append(Noted(about(Finding.FIELD_DIRTY, IDENTIFIER), at + stray))
        return _ascii(field, notes, at)
    if scheme == RESERVED or not data:
        return ""
    if data[0] <= SHORT_LONGEST[scheme]:
        if len(data) <= data[0]:
            notes.append(Noted(Finding.UII_TRUNCATED, at))
            return ""
        return _ascii(data[1 : 1 + data[0]], notes, at + 1)
    length = data[0] & 0x0F
    words = 2 if scheme == EPC_96 else 3
    if not SHORT_LONGEST[scheme] < length <= LONGEST:
        return ""
    if len(data) < 4 * words:
        notes.append(Noted(Finding.UII_TRUNCATED, at))
        return ""
    if scheme == EPC_96:
        text = _unpack_96(length, *struct.unpack_from("<2I", data))
    else:
        text = _unpack_128(length, *struct.unpack_from("<3I", data))
    if len(text) != length or not _PACKED[scheme].fullmatch(text):
        notes.append(Noted(about(Finding.COMPACTION_INVALID, IDENTIFIER), at))
    return text


def _ascii(data: bytes, notes: Notes, at: int) -> str:
    text, flaw = decode_utf8(data)
    if flaw:
        notes.append(Noted(about(flaw, IDENTIFIER), at + first_broken_utf8(data)))
    return text


def _letter(word: int, shift: int) -> str:
    return chr((word >> shift & LETTER_MASK) + LETTER_BASE)


def _unpack_96(length: int, low: int, high: int) -> str:
    letters = _letter(low, 24) + _letter(low, 18) + _letter(low, 12)
    fourth = (high & 3) << 2 | low >> 30
    return f"{letters}{fourth}{high >> 2:0{length - 5}}{chr(low >> 4 & 0xFF)}"


def _unpack_128(length: int, last: int, middle: int, first: int) -> str:
    front = "".join(_letter(first, shift) for shift in range(24, -1, -6))
    front += "".join(_letter(middle, shift) for shift in range(24, -1, -6))
    tail = "".join(_letter(last, 12 + 6 * place) for place in range(length - 12, -1, -1))
    return front + tail + chr(last >> 4 & 0xFF)


def scheme_for(text: str) -> int:
    """The first scheme that holds `text`."""
    for scheme in (EPC_96, EPC_128):
        if len(text) <= SHORT_LONGEST[scheme] or _PACKED[scheme].fullmatch(text):
            return scheme
    return PLAIN


def pack_identifier(scheme: int, text: str) -> bytes:
    """The bytes of 1 to 14 ASCII characters, or a refusal where the scheme has no room for them."""
    if not text.isascii() or len(text) > LONGEST:
        raise EncodeRefused(IDENTIFIER, f"{text!r} does not fit", "give at most 14 ASCII characters")
    if scheme == PLAIN:
        return text.encode()
    if len(text) <= SHORT_LONGEST[scheme]:
        return bytes([len(text)]) + text.encode()
    if not _PACKED[scheme].fullmatch(text):
        remedy = f"leave pii_encoding out or say {scheme_for(text)}"
        raise EncodeRefused(IDENTIFIER, f"scheme {scheme} cannot hold {text!r}", remedy)
    low = len(text) | ord(text[-1]) << 4
    codes = [ord(letter) - LETTER_BASE for letter in text[:-1]]
    if scheme == EPC_96:
        fourth = codes[3]
        low |= codes[2] << 12 | codes[1] << 18 | codes[0] << 24 | (fourth & 3) << 30
        return struct.pack("<2I", low, int(text[4:-1]) << 2 | fourth >> 2)
    for place, code in enumerate(reversed(codes[10:])):
        low |= code << 12 + 6 * place
    middle = sum(code << 6 * place for place, code in enumerate(reversed(codes[5:10])))
    first = sum(code << 6 * place for place, code in enumerate(reversed(codes[:5])))
    return struct.pack("<3I", low, middle, first)

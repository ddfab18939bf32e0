"""Compaction of text into bytes (ISO/IEC 15962, as ISO 28560-2 uses it). Pure, both ways.

Sources: github DigitalPlatform/dp2 `Compact.cs`, Hypernova-Oy/lainuri `iso15692`; both agree.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from enum import IntEnum

from drivers.codecs.findings import Finding
from drivers.codecs.reading import BITS_OF_BYTE


class Compaction(IntEnum):
    """Bits 6-4 of an element's precursor."""

    APPLICATION = 0
    INTEGER = 1
    NUMERIC = 2
    FIVE_BIT = 3
    SIX_BIT = 4
    SEVEN_BIT = 5
    OCTETS = 6
    UTF8 = 7


LARGEST_INTEGER = 9_999_999_999_999_999_999
INTEGER_BYTES_READ = 1024
"""A longer integer is no library data, and beyond what Python turns into decimal digits."""

LONGEST_INTEGER = len(str(LARGEST_INTEGER))

UNITS_OF_CHUNK = 64
"""Units that are handled as one number: enough to be quick, few enough to stay linear. They fill whole bytes."""

SIX_BIT_PAD = 0b100000
SEVEN_BIT_PAD = 0b1111111

_BASE64_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FIVE_BIT_CHARACTERS = bytes(range(0x40, 0x60)).ljust(256, b"\0")
_SIX_BITS = bytes(range(0x40, 0x60)) + bytes(range(0x20, 0x40))
_SIX_BIT_CHARACTERS = bytes.maketrans(_BASE64_DIGITS, _SIX_BITS)
_TO_BASE64 = bytes.maketrans(_SIX_BITS, _BASE64_DIGITS)

Unpacked = tuple[str, Finding | None]


def unpack(compaction: int, data: bytes) -> Unpacked:
    """Text of an element's data and what was wrong with it. Application-defined data comes as upper-case hex.

    `compaction` is one of `Compaction`.
    """
    return _UNPACKERS[compaction](data)


def _unpack_application(data: bytes) -> Unpacked:
    return data.hex().upper(), None


def _unpack_integer(data: bytes) -> Unpacked:
    if len(data) > INTEGER_BYTES_READ:
        return data.hex().upper(), Finding.COMPACTION_INVALID
    return str(int.from_bytes(data, "big")), None


def _unpack_octets(data: bytes) -> Unpacked:
    return data.decode("latin-1"), None


def decode_utf8(data: bytes) -> Unpacked:
    """UTF-8 text; bytes that are none become U+FFFD."""
    try:
        return data.decode(), None
    except UnicodeDecodeError:
        return data.decode(errors="replace"), Finding.UTF8_INVALID


def _unpack_numeric(data: bytes) -> Unpacked:
    nibbles = data.hex().upper()
    digits = nibbles[:-1] if nibbles.endswith("F") else nibbles
    if digits.isdigit():
        return digits, None
    return nibbles, Finding.COMPACTION_INVALID


def _unpack_five_bit(data: bytes) -> Unpacked:
    units, rest, _ = _units(data, 5)
    end = units.find(0)
    flawed = rest != 0
    if end >= 0:
        flawed = flawed or any(units[end:])
        units = units[:end]
    return units.translate(_FIVE_BIT_CHARACTERS).decode("ascii"), Finding.COMPACTION_INVALID if flawed else None


def _unpack_six_bit(data: bytes) -> Unpacked:
    """Base64 has units of six bits as well: it is asked for its digits, which are then given their other meaning."""
    whole, spare = divmod(len(data) * BITS_OF_BYTE, 6)
    text = b2a_base64(data, newline=False)[:whole].translate(_SIX_BIT_CHARACTERS).decode("ascii")
    if not spare:
        return text.removesuffix(" "), None
    rest = data[-1] & (1 << spare) - 1
    return text, Finding.BIT_PADDING_WRONG if rest != SIX_BIT_PAD >> (6 - spare) else None


def _unpack_seven_bit(data: bytes) -> Unpacked:
    units, rest, spare = _units(data, 7)
    flaw = None
    if spare:
        flaw = Finding.BIT_PADDING_WRONG if rest != (1 << spare) - 1 else None
    elif units.endswith(bytes([SEVEN_BIT_PAD])):
        units = units[:-1]
    return units.decode("ascii"), flaw


def _units(data: bytes, width: int) -> tuple[bytes, int, int]:
    """Whole units of `width` bits, the value of the bits left over, and how many those are."""
    mask = (1 << width) - 1
    units = bytearray()
    rest = spare = 0
    step = width * UNITS_OF_CHUNK // BITS_OF_BYTE
    for start in range(0, len(data), step):
        chunk = data[start : start + step]
        count, spare = divmod(len(chunk) * BITS_OF_BYTE, width)
        number = int.from_bytes(chunk, "big")
        rest = number & ((1 << spare) - 1)
        number >>= spare
        units += bytes((number >> shift) & mask for shift in range((count - 1) * width, -1, -width))
    return bytes(units), rest, spare


_UNPACKERS = (
    _unpack_application,
    _unpack_integer,
    _unpack_numeric,
    _unpack_five_bit,
    _unpack_six_bit,
    _unpack_seven_bit,
    _unpack_octets,
    decode_utf8,
)
"""By compaction code."""


_INTEGER = Compaction.INTEGER
_FIVE_BIT_TEXT = re.compile(r"[A-_]{3,}")
_SIX_BIT_TEXT = re.compile(r"[ -_]{3,}[!-_]")
_SEVEN_BIT_TEXT = re.compile(r"[\0-~]{8,}")


def pack(text: str) -> tuple[Compaction, bytes]:
    """The first compaction that fits, in the order of ISO/IEC 15962, and the packed bytes. `text` is not empty."""
    if text.isdigit() and text.isascii() and len(text) > 1:
        if text[0] != "0" and len(text) <= LONGEST_INTEGER and (number := int(text)) <= LARGEST_INTEGER:
            return _INTEGER, pack_integer(number)
        return Compaction.NUMERIC, bytes.fromhex(text + "F" * (len(text) % 2))
    if _FIVE_BIT_TEXT.fullmatch(text):
        return Compaction.FIVE_BIT, _pack_units(text, 5, 0)
    if _SIX_BIT_TEXT.fullmatch(text):
        return Compaction.SIX_BIT, _pack_six_bit(text)
    if _SEVEN_BIT_TEXT.fullmatch(text):
        return Compaction.SEVEN_BIT, _pack_units(text, 7, SEVEN_BIT_PAD)
    try:
        return Compaction.OCTETS, text.encode("latin-1")
    except UnicodeEncodeError:
        return Compaction.UTF8, text.encode()


def _pack_six_bit(text: str) -> bytes:
    """By way of base64, with the pad as one more unit, of which only the bits to the byte are taken."""
    digits = text.encode("ascii").translate(_TO_BASE64) + _BASE64_DIGITS[SIX_BIT_PAD : SIX_BIT_PAD + 1]
    filled = digits + _BASE64_DIGITS[:1] * (-len(digits) % 4)
    return a2b_base64(filled)[: (len(text) * 6 + 7) // BITS_OF_BYTE]


def pack_integer(number: int) -> bytes:
    """Big-endian without leading zero bytes; at least one byte."""
    return number.to_bytes((number.bit_length() + 7) // BITS_OF_BYTE or 1, "big")


def _pack_units(text: str, width: int, pad_pattern: int) -> bytes:
    mask = (1 << width) - 1
    packed = bytearray()
    for start in range(0, len(text), UNITS_OF_CHUNK):
        chunk = text[start : start + UNITS_OF_CHUNK]
        number = 0
        for letter in chunk:
            number = (number << width) | (ord(letter) & mask)
        bits = len(chunk) * width
        pad = -bits % BITS_OF_BYTE
        number = (number << pad) | (pad_pattern >> (width - pad) if pad <= width else 0)
        packed += number.to_bytes((bits + pad) // BITS_OF_BYTE, "big")
    return bytes(packed)


def place_of(flaw: Finding, data: bytes) -> int:
    """Which byte of an element's data shows the flaw that `unpack` found in it."""
    match flaw:
        case Finding.BIT_PADDING_WRONG:
            return len(data) - 1
        case Finding.UTF8_INVALID:
            return first_broken_utf8(data)
        case _:
            return 0


def first_broken_utf8(data: bytes) -> int:
    """The first byte that is no UTF-8; 0 where all is well."""
    try:
        data.decode()
    except UnicodeDecodeError as broken:
        return broken.start
    return 0

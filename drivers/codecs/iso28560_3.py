"""ISO 28560-3: HF tags with a basic block of fixed fields ("Danish data model"), read tolerantly.

    0 version, usage | 1 parts | 2 part | 3-18 identifier | 19-20 CRC, low byte first | 21-33 owner without its hyphen

On 32-byte tags the owner ends at byte 31. Sources: the standard's examples B.1 and B.2; clarifications of its editors
at biblstandard.dk (2011); DS/INF 163; github Hypernova-Oy/lainuri, GallusMax/libdanrfid, scriptotek/pyrfidgeek.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

from fastcrc.crc16 import ibm_3740

from drivers.codecs import extension_blocks
from drivers.codecs.compaction import decode_utf8, first_broken_utf8
from drivers.codecs.elements import IDENTIFIER, OWNER, SET, USAGE, VERSION
from drivers.codecs.extension_blocks import ALTERNATIVE_IDENTIFIER, ALTERNATIVE_OWNER
from drivers.codecs.findings import Finding, Noted, Notes, about, first_stray, moved_to, sorted_once
from drivers.codecs.isil import REMEMBERED, is_isil
from drivers.codecs.iso28560_2 import note_registers
from drivers.codecs.reading import Elements, Format, TagData
from drivers.codecs.values import USAGE_SUBCLASSES, note_control_characters, set_of

DSFID = 0x3E
"""lainuri `iso28560/__init__.py`."""

VERSION_WRITTEN = 1
BASIC_BYTES = 34
SHORT_TAG_BYTES = 32
SET_AT = 1
IDENTIFIER_AT = slice(3, 19)
CRC_AT = slice(19, 21)
OWNER_AT = slice(21, 34)
SHORT_OWNER_END = 32
IN_LIBRARY_BLOCK = 0x01
"""First byte of a field whose value stands in the library block (clarification on part 3, entry 1)."""

_ZEROS = bytes(BASIC_BYTES)


def decode(memory: bytes, *, block_size: int = 4, afi: int | None = None, dsfid: int | None = None) -> TagData:
    """Elements and findings of user memory from byte 0."""
    return decode_after_crc(memory, crc_finding(memory, block_size), block_size=block_size, afi=afi, dsfid=dsfid)


def decode_after_crc(
    memory: bytes, crc: Finding | None, *, block_size: int = 4, afi: int | None = None, dsfid: int | None = None
) -> TagData:
    """`decode` where `crc_finding` of the memory is known."""
    notes: Notes = []
    if crc is Finding.BLOCK_BYTES_REVERSED:
        elements = _read_turned(memory, block_size, notes)
    else:
        elements = _read(memory, basic_of(memory), notes)
        if crc is not None:
            notes.append(Noted(crc, CRC_AT.start))
    return _told(memory, elements, notes, afi, dsfid)


def decode_if_sound(memory: bytes, afi: int | None, dsfid: int | None) -> TagData | None:
    """`decode` where the CRC is the standard's, else None. The quick way for the tags that are nearly all of them."""
    basic = basic_of(memory)
    if basic[19] | basic[20] << 8 != ibm_3740(basic[:19] + basic[21:BASIC_BYTES]):
        return None
    notes: Notes = []
    return _told(memory, _read(memory, basic, notes), notes, afi, dsfid)


def basic_of(memory: bytes) -> bytes:
    """At least the 34 bytes of the basic block; bytes that are not there count as zero."""
    size = len(memory)
    return memory if size >= BASIC_BYTES else memory + _ZEROS[size:]


def _told(memory: bytes, elements: Elements, notes: Notes, afi: int | None, dsfid: int | None) -> TagData:
    if len(memory) < SHORT_TAG_BYTES:
        notes.append(Noted(Finding.MEMORY_SHORT, len(memory)))
    if afi is not None or dsfid is not None:
        note_registers(afi, dsfid, DSFID, notes)
    return TagData(_FORMAT, elements, sorted_once(notes) if notes else ())


_FORMAT = Format.ISO28560_3


def _read_turned(memory: bytes, block_size: int, notes: Notes) -> Elements:
    """Fields of blocks that are back to front; what is noted is at the bytes of the tag as it is."""
    in_turned: Notes = []
    turned = with_blocks_reversed(memory, block_size)
    elements = _read(turned, basic_of(turned), in_turned)
    notes += moved_to(in_turned, lambda place: _place_in_turned_block(place, block_size, len(memory)))
    notes.append(Noted(Finding.BLOCK_BYTES_REVERSED, 0))
    return elements


def _read(memory: bytes, basic: bytes, notes: Notes) -> Elements:
    """All fields; the usual case, where nothing is to be noted, takes few steps: a stack is read while one waits."""
    head, parts, part, identifier, _, owner = BASIC.unpack_from(basic)
    version, usage, codes = _HEADS[head]
    elements: Elements = {VERSION: version, USAGE: usage, SET: {"parts_in_set": parts, "part_number": part}}
    if codes or not 0 < part <= parts:
        notes += [Noted(code, 0) for code in codes]
        set_of(parts, part, notes, SET_AT)
    identifier, owner = identifier.rstrip(b"\0"), owner.rstrip(b"\0")
    if b"\0" in identifier:
        identifier = _cut(identifier, basic, IDENTIFIER_AT, IDENTIFIER, notes)
    if b"\0" in owner:
        owner = _cut(owner, basic, OWNER_AT, OWNER, notes)
    if identifier >= _BEHIND_MOVED:
        elements[IDENTIFIER] = _identifier_of(identifier, notes)
    if owner >= _BEHIND_MOVED:
        elements[OWNER], codes = _owner_of(owner)
        if codes:
            notes += [Noted(code, OWNER_AT.start) for code in codes]
    if len(memory) > BASIC_BYTES:
        moved = {ALTERNATIVE_IDENTIFIER: IDENTIFIER} if identifier.startswith(_MOVED) else {}
        moved |= {ALTERNATIVE_OWNER: OWNER} if owner.startswith(_MOVED) else {}
        extension_blocks.read(memory, BASIC_BYTES, elements, notes, moved)
    if IDENTIFIER not in elements:
        notes.append(Noted(Finding.IDENTIFIER_MISSING, IDENTIFIER_AT.start))
    return elements


BASIC = Struct("<BBB16sH13s")
"""Head, parts, part, identifier, CRC, owner."""

_MOVED = bytes([IN_LIBRARY_BLOCK])
_BEHIND_MOVED = bytes([IN_LIBRARY_BLOCK + 1])
"""A field that sorts before this one is empty or says that its value stands in the library block."""


def _head_of(byte: int) -> tuple[int, str, tuple[str, ...]]:
    """Version, usage and the codes of what is wrong with them."""
    version, usage = byte >> 4, byte & 0x0F
    codes: list[str] = []
    if version != VERSION_WRITTEN:
        if usage == VERSION_WRITTEN:
            version, usage = usage, version
            codes.append(Finding.NIBBLES_SWAPPED)
        else:
            codes.append(Finding.VERSION_UNEXPECTED)
    if usage not in USAGE_SUBCLASSES:
        codes.append(Finding.USAGE_RESERVED)
    return version, f"{usage:X}", tuple(codes)


_HEADS = tuple(_head_of(byte) for byte in range(256))


def crc_of(basic: bytes) -> int:
    """CRC-16 of a basic block of 34 bytes: over 0-18, then 21-33 (0x1021, initial 0xFFFF, not reflected)."""
    crc: int = ibm_3740(basic[:19] + basic[21:BASIC_BYTES])
    return crc


def has_right_crc(memory: bytes) -> bool:
    """Whether the CRC is the standard's; bytes that are not there count as zero."""
    basic = basic_of(memory)
    return basic[19] | basic[20] << 8 == crc_of(basic)


def crc_finding(memory: bytes, block_size: int) -> Finding | None:
    """None for a right CRC, else the first habit of the field that explains it, else `CRC_MISMATCH`."""
    if has_right_crc(memory):
        return None
    basic = memory[:BASIC_BYTES].ljust(BASIC_BYTES, b"\0")
    stored = basic[19] | basic[20] << 8
    if stored == crc_of(basic[:SHORT_OWNER_END] + b"\0\0"):
        return Finding.CRC_OVER_32_BYTES
    if basic[19] << 8 | basic[20] == crc_of(basic):
        return Finding.CRC_BYTE_ORDER
    if stored == ibm_3740(basic[:19] + basic[21:SHORT_OWNER_END]):
        return Finding.CRC_WITHOUT_FILLER
    if has_right_crc(with_blocks_reversed(memory[: BASIC_BYTES + block_size], block_size)):
        return Finding.BLOCK_BYTES_REVERSED
    return Finding.CRC_MISMATCH


def with_blocks_reversed(memory: bytes, block_size: int) -> bytes:
    """The bytes of each block turned round: one supplier writes them so (libdanrfid `DDMData.java`)."""
    return b"".join([memory[start : start + block_size][::-1] for start in range(0, len(memory), block_size)])


def _place_in_turned_block(place: int, block_size: int, size: int) -> int:
    """Where a byte of turned blocks stands on the tag; a last block may be shorter."""
    start = place - place % block_size
    return start + min(start + block_size, size) - 1 - place


def _identifier_of(data: bytes, notes: Notes) -> str:
    text, flaw = decode_utf8(data)
    if flaw:
        text = data.decode("latin-1")
        notes.append(Noted(about(flaw, IDENTIFIER), IDENTIFIER_AT.start + first_broken_utf8(data)))
    if not text.isprintable():
        note_control_characters(text, IDENTIFIER, notes, IDENTIFIER_AT.start)
    return text


@lru_cache(maxsize=REMEMBERED)
def _owner_of(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The ISIL of the owner's field and the codes of what is wrong with it. A library's tags carry few owners."""
    notes: Notes = []
    text, flaw = decode_utf8(data)
    if flaw:
        notes.append(Noted(about(flaw, OWNER)))
    note_control_characters(text, OWNER, notes, OWNER_AT.start)
    owner, habits = with_hyphen(text)
    codes = [noted.code for noted in notes] + list(habits)
    if not is_isil(owner):
        codes.append(about(Finding.ISIL_SYNTAX, OWNER))
    return owner, tuple(codes)


def with_hyphen(stored: str) -> tuple[str, tuple[Finding, ...]]:
    """The ISIL of a stored owner: its hyphen back after the two letters of a country; known habits are repaired."""
    country = stored[:2]
    if len(stored) <= 2 or not (country.isascii() and country.isalpha()):
        return stored, ()
    habits: list[Finding] = []
    unit = stored[2:]
    if unit[:2] == country and len(unit) > 2:
        habits.append(Finding.COUNTRY_REPEATED)
        unit = unit[2:]
    if unit.startswith("-") and len(unit) > 1:
        habits.append(Finding.HYPHEN_STORED)
        return country + unit, tuple(habits)
    return f"{country}-{unit}", tuple(habits)


def _cut(data: bytes, basic: bytes, place: slice, key: str, notes: Notes) -> bytes:
    """A fixed field up to the zero that ends it, where something else stands behind."""
    data = data.partition(b"\0")[0]
    notes.append(Noted(about(Finding.FIELD_DIRTY, key), first_stray(basic, place.start + len(data))))
    return data

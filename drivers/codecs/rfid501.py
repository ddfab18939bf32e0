"""3M's alphanumeric layout: eight blocks of four bytes, big-endian.

    0 04, part<<4 | parts, 00, type | 1-4 barcode, zero-filled | 5 branch 12 bits, library 20 bits | 6 custom | 7 zero

No public specification; source: github dpavlin/Biblio-RFID `RFID501.pm`, from reading tags.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType

from drivers.codecs.compaction import decode_utf8, first_broken_utf8
from drivers.codecs.elements import IDENTIFIER, SET
from drivers.codecs.findings import Finding, Noted, Notes, about, first_stray, sorted_once
from drivers.codecs.reading import Elements, ElementValue, EncodedTag, EncodeRefused, Format, TagData
from drivers.codecs.values import (
    no_such_element,
    note_control_characters,
    number_to_write,
    required,
    set_of,
    set_to_write,
    text_to_write,
)

LAYOUT = struct.Struct(">BBBB16sIi")
MEMORY_BYTES = 32
SET_AT, ZERO_AT, ITEM_TYPE_AT, BARCODE_AT = 1, 2, 3, 4
CONSTANT = 0x04
BARCODE_BYTES = 16
FACTORY_BYTE = 0x55
FACTORY_BYTES = 24
LARGEST_PART = 15
BRANCH_BITS, LIBRARY_BITS = 12, 20

ITEM_TYPE = "item_type"
BRANCH = "branch"
LIBRARY = "library"
CUSTOM = "custom"
WRITTEN_KEYS = (SET, ITEM_TYPE, IDENTIFIER, BRANCH, LIBRARY, CUSTOM)

ITEM_TYPES = MappingProxyType(
    {
        0: "other",
        1: "book",
        2: "magazine",
        3: "bound journal",
        4: "audio tape",
        5: "video",
        6: "CD",
        7: "diskette",
        8: "book and diskette",
        9: "book and CD",
        13: "book and audio tape",
    }
)


def is_factory_blank(memory: bytes) -> bool:
    """Whether the tag is as 3M delivered it: blocks 0-5 all 0x55."""
    return len(memory) >= FACTORY_BYTES and memory[:FACTORY_BYTES] == bytes([FACTORY_BYTE]) * FACTORY_BYTES


def decode(memory: bytes) -> TagData:
    """Elements and findings of user memory from byte 0; below 28 bytes nothing is decoded."""
    if is_factory_blank(memory):
        return TagData(Format.RFID501, {}, (Noted(Finding.FACTORY_BLANK, 0),))
    if len(memory) < LAYOUT.size:
        return TagData(Format.RFID501, {}, (Noted(Finding.MEMORY_SHORT, len(memory)),))
    notes: Notes = []
    constant, set_byte, zero, item_type, barcode, places, custom = LAYOUT.unpack_from(memory)
    if constant != CONSTANT or zero:
        notes.append(Noted(Finding.CONSTANT_UNEXPECTED, 0 if constant != CONSTANT else ZERO_AT))
    if item_type not in ITEM_TYPES:
        notes.append(Noted(Finding.ITEM_TYPE_UNKNOWN, ITEM_TYPE_AT))
    elements: Elements = {SET: set_of(set_byte & 0x0F, set_byte >> 4, notes, SET_AT), ITEM_TYPE: item_type}
    data = barcode.partition(b"\0")[0]
    if (stray := first_stray(barcode, len(data))) is not None:
        notes.append(Noted(about(Finding.FIELD_DIRTY, IDENTIFIER), BARCODE_AT + stray))
    if data:
        text, flaw = decode_utf8(data)
        if flaw:
            notes.append(Noted(about(flaw, IDENTIFIER), BARCODE_AT + first_broken_utf8(data)))
        note_control_characters(text, IDENTIFIER, notes, BARCODE_AT)
        elements[IDENTIFIER] = text
    else:
        notes.append(Noted(Finding.IDENTIFIER_MISSING, BARCODE_AT))
    elements[BRANCH] = places >> LIBRARY_BITS
    elements[LIBRARY] = places & (1 << LIBRARY_BITS) - 1
    elements[CUSTOM] = custom
    return TagData(Format.RFID501, elements, sorted_once(notes))


def encode(elements: Mapping[str, ElementValue], *, memory_size: int | None) -> EncodedTag:
    """Memory of a 3M tag, 32 bytes zero-filled to `memory_size`. Without a set the item is part 1 of 1."""
    size = memory_size if memory_size is not None else MEMORY_BYTES
    if size < MEMORY_BYTES:
        raise EncodeRefused("memory", f"{size} bytes are too few", f"use a tag of {MEMORY_BYTES} bytes or more")
    for key in elements:
        if key not in WRITTEN_KEYS:
            raise no_such_element(key, "rfid501", WRITTEN_KEYS)
    left = dict(elements)
    parts, part = set_to_write(left.pop(SET, {"parts_in_set": 1, "part_number": 1}), LARGEST_PART)
    barcode = text_to_write(IDENTIFIER, required(left, IDENTIFIER))
    if not barcode.isascii() or len(barcode) > BARCODE_BYTES:
        raise EncodeRefused(IDENTIFIER, f"{barcode!r} does not fit", "give at most 16 ASCII characters")
    item_type = number_to_write(ITEM_TYPE, required(left, ITEM_TYPE, "give 1 for a book"), 0, 0xFF)
    if item_type not in ITEM_TYPES:
        raise EncodeRefused(ITEM_TYPE, f"{item_type} is not listed", f"give one of {sorted(ITEM_TYPES)}")
    branch = number_to_write(BRANCH, left.pop(BRANCH, 0), 0, (1 << BRANCH_BITS) - 1)
    library = number_to_write(LIBRARY, left.pop(LIBRARY, 0), 0, (1 << LIBRARY_BITS) - 1)
    custom = number_to_write(CUSTOM, left.pop(CUSTOM, 0), -(1 << 31), (1 << 31) - 1)
    memory = LAYOUT.pack(
        CONSTANT, part << 4 | parts, 0, item_type, barcode.encode(), branch << LIBRARY_BITS | library, custom
    )
    return EncodedTag(memory.ljust(size, b"\0"))

"""Elements one after another with a precursor each, as ISO 28560-2 has them and bank 11 of ISO/TS 28560-4.

    precursor | OID-15 (only if the low nibble is 15) | pad count (only if bit 7) | length | data | pad bytes

Source: ISO/IEC 15962; github DigitalPlatform/dp2 `Element.cs` and Hypernova-Oy/lainuri `iso15692/__init__.py` agree.
"""

from __future__ import annotations

from drivers.codecs.compaction import Compaction, place_of, unpack
from drivers.codecs.elements import (
    BY_OID,
    FIRST_INDEXED_OID,
    IDENTIFIER,
    IDENTIFIER_OID,
    INDEX,
    INDEX_OID,
    USAGE_OID,
    Element,
    Kind,
    unknown_key,
)
from drivers.codecs.findings import Finding, Noted, Notes, about, first_stray
from drivers.codecs.isil import is_isil, unpack_isil
from drivers.codecs.reading import BITS_OF_BYTE, Elements, ElementValue
from drivers.codecs.values import gs1_of, note_control_characters, set_from_digits, usage_finding

END_MARK = 0x00
NULL_PRECURSOR = 0x80
OFFSET_BIT = 0x80
COMPACTION_SHIFT = 4
OID_IN_NEXT_BYTE = 0x0F
LENGTH_GOES_ON = 0x80
RAW_CODES = (Compaction.APPLICATION, Compaction.OCTETS, Compaction.UTF8)
"""Compactions under which real tags write a code as one raw byte."""

RawElement = tuple[int, int, bytes, int, int]
"""OID, compaction code, data; where in memory the precursor and the data stand."""


def split(memory: bytes, position: int, notes: Notes) -> list[RawElement]:
    """The elements from `position` to the end mark or the end of memory; one that passes the end stops it."""
    size = len(memory)
    raw: list[RawElement] = []
    at = position
    try:
        while position < size:
            at = position
            precursor = memory[position]
            position += 1
            if precursor == END_MARK:
                if (stray := first_stray(memory, position)) is not None:
                    notes.append(Noted(Finding.DATA_AFTER_TERMINATOR, stray))
                break
            if precursor == NULL_PRECURSOR:
                continue
            oid = precursor & OID_IN_NEXT_BYTE
            if oid == OID_IN_NEXT_BYTE:
                oid += memory[position]
                position += 1
            pad = 0
            if precursor & OFFSET_BIT:
                pad = memory[position]
                position += 1
            length = memory[position]
            position += 1
            if length & LENGTH_GOES_ON:
                length, position = _long_length(memory, position, length)
            end = position + length
            if end + pad > size:
                notes.append(Noted(Finding.ELEMENT_TRUNCATED, at))
                break
            raw.append((oid, precursor >> COMPACTION_SHIFT & 7, memory[position:end], at, position))
            position = end + pad
            if pad and (stray := first_stray(memory[end:position], 0)) is not None:
                notes.append(Noted(Finding.PADDING_NOT_ZERO, end + stray))
    except IndexError:
        notes.append(Noted(Finding.ELEMENT_TRUNCATED, at))
    return raw


def _long_length(memory: bytes, position: int, first: int) -> tuple[int, int]:
    """Length of seven bits a byte, high part first; raises IndexError past the end of memory."""
    length, byte = first & 0x7F, first
    while byte & LENGTH_GOES_ON:
        byte = memory[position]
        position += 1
        length = min(length << 7 | byte & 0x7F, len(memory) + 1)
    return length, position


def read(raw: list[RawElement], elements: Elements, notes: Notes) -> None:
    """Put the values of `raw` into `elements`. A key that stands there already keeps its value without a finding."""
    met: set[int] = set()
    index_at = 0
    for oid, compaction, data, at, data_at in raw:
        element = BY_OID.get(oid)
        key = element.key if element else unknown_key(oid)
        if element is None:
            notes.append(Noted(about(Finding.UNKNOWN_OID, oid), at))
        if oid in met:
            notes.append(Noted(about(Finding.REPEATED_ELEMENT, key), at))
            continue
        met.add(oid)
        if oid == INDEX_OID:
            index_at = data_at
        if not data:
            notes.append(Noted(about(Finding.EMPTY_ELEMENT, key), at))
        elif key not in elements:
            value = _value(element, key, compaction, data, notes, data_at)
            if value is not None:
                elements[key] = value
    if INDEX in elements and elements[INDEX] != sorted([oid for oid in met if oid >= FIRST_INDEXED_OID]):
        notes.append(Noted(Finding.INDEX_MISMATCH, index_at))


def check_order(raw: list[RawElement], elements: Elements, notes: Notes) -> None:
    """Identifier first, index directly after it (ISO 28560-2)."""
    if IDENTIFIER not in elements:
        notes.append(Noted(Finding.IDENTIFIER_MISSING, 0))
    oids = [each[0] for each in raw]
    if IDENTIFIER_OID in oids and oids[0] != IDENTIFIER_OID:
        notes.append(Noted(Finding.IDENTIFIER_NOT_FIRST, raw[oids.index(IDENTIFIER_OID)][3]))
    if INDEX_OID in oids:
        place = oids.index(INDEX_OID)
        if place == 0 or oids[place - 1] != IDENTIFIER_OID:
            notes.append(Noted(Finding.INDEX_MISPLACED, raw[place][3]))


def _value(
    element: Element | None, key: str, compaction: int, data: bytes, notes: Notes, at: int
) -> ElementValue | None:
    kind = element.kind if element else Kind.TEXT
    if kind is Kind.INDEX:
        return oids_of_bitmap(data)
    if kind is Kind.CODE and compaction in RAW_CODES:
        text = data.hex().upper()
        flaw = None
    elif kind is Kind.ISIL and compaction == Compaction.APPLICATION:
        text, flaw = unpack_isil(data)
    else:
        text, flaw = unpack(compaction, data)
    if flaw:
        notes.append(Noted(about(flaw, key), at + place_of(flaw, data)))
    if kind is Kind.SET:
        return set_from_digits(text, notes, at)
    note_control_characters(text, key, notes, at)
    if kind is Kind.GS1:
        return gs1_of(text)
    if kind is Kind.ISIL and not is_isil(text):
        notes.append(Noted(about(Finding.ISIL_SYNTAX, key), at))
    elif element and element.oid == USAGE_OID and (wrong := usage_finding(text)):
        notes.append(Noted(wrong, at))
    return text


def oids_of_bitmap(data: bytes) -> list[int]:
    """OIDs of a content parameter: the first bit stands for OID 3 (dp2 `GetContentParameterDesription`)."""
    return [
        FIRST_INDEXED_OID + place * BITS_OF_BYTE + bit
        for place, byte in enumerate(data)
        if byte
        for bit in range(BITS_OF_BYTE)
        if byte & (0x80 >> bit)
    ]

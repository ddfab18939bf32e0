"""Elements one after another with a precursor each, as ISO 28560-2 has them and bank 11 of ISO/TS 28560-4.

    precursor | OID-15 (only if the low nibble is 15) | pad count (only if bit 7) | length | data | pad bytes

Source: ISO/IEC 15962; github DigitalPlatform/dp2 `Element.cs` and Hypernova-Oy/lainuri `iso15692/__init__.py` agree.
"""

from __future__ import annotations

from functools import lru_cache

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
from drivers.codecs.isil import REMEMBERED, is_isil, unpack_isil
from drivers.codecs.reading import BITS_OF_BYTE, Elements, ElementValue
from drivers.codecs.values import gs1_of, note_control_characters, set_from_digits, usage_finding

END_MARK = 0x00
NULL_PRECURSOR = 0x80
OFFSET_BIT = 0x80
COMPACTION_SHIFT = 4
OID_IN_NEXT_BYTE = 0x0F
LENGTH_GOES_ON = 0x80
LONGEST_REMEMBERED = 16
"""Bytes of data: an owner's, a code's, a set's."""

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
        element = BY_OID.get(oid) or _unknown(oid, at, notes)
        key = element.key
        if oid in met:
            notes.append(Noted(about(Finding.REPEATED_ELEMENT, key), at))
            continue
        met.add(oid)
        if oid == INDEX_OID:
            index_at = data_at
        if not data:
            notes.append(Noted(about(Finding.EMPTY_ELEMENT, key), at))
        elif key not in elements:
            value = _value(element, compaction, data, notes, data_at)
            if value is not None:
                elements[key] = value
    if INDEX in elements and elements[INDEX] != sorted([oid for oid in met if oid >= FIRST_INDEXED_OID]):
        notes.append(Noted(Finding.INDEX_MISMATCH, index_at))


def _unknown(oid: int, at: int, notes: Notes) -> Element:
    notes.append(Noted(about(Finding.UNKNOWN_OID, oid), at))
    return Element(oid, unknown_key(oid))


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


def _value(element: Element, compaction: int, data: bytes, notes: Notes, at: int) -> ElementValue | None:
    if element.kind is Kind.TEXT or element.kind is Kind.UTF8_TEXT:
        text, flaw = unpack(compaction, data)
        if flaw:
            notes.append(Noted(about(flaw, element.key), at + place_of(flaw, data)))
        if not text.isprintable():
            note_control_characters(text, element.key, notes, at)
        return text
    tell = _told if len(data) > LONGEST_REMEMBERED else _told_and_remembered
    value, noticed = tell(element.oid, compaction, data)
    if noticed:
        notes += [noted._replace(offset=at + (noted.offset or 0)) for noted in noticed]
    return value.copy() if isinstance(value, list | dict) else value


def _told(oid: int, compaction: int, data: bytes) -> tuple[ElementValue | None, Notes]:
    """A value that is no mere text, and what was noticed, by offset from the first byte of the data."""
    notes: Notes = []
    return _value_of_kind(BY_OID[oid], compaction, data, notes), notes


_told_and_remembered = lru_cache(maxsize=REMEMBERED)(_told)
"""A library's tags differ in item number and title; owner, usage, index and set are mostly the same on all of them."""


def _value_of_kind(element: Element, compaction: int, data: bytes, notes: Notes) -> ElementValue | None:
    key, kind = element.key, element.kind
    if kind is Kind.INDEX:
        return oids_of_bitmap(data)
    if kind is Kind.CODE and compaction in RAW_CODES:
        text, flaw = data.hex().upper(), None
    elif kind is Kind.ISIL and compaction == Compaction.APPLICATION:
        text, flaw = unpack_isil(data)
    else:
        text, flaw = unpack(compaction, data)
    if flaw:
        notes.append(Noted(about(flaw, key), place_of(flaw, data)))
    if kind is Kind.SET:
        return set_from_digits(text, notes, 0)
    note_control_characters(text, key, notes, 0)
    if kind is Kind.GS1:
        return gs1_of(text)
    if kind is Kind.ISIL and not is_isil(text):
        notes.append(Noted(about(Finding.ISIL_SYNTAX, key), 0))
    elif element.oid == USAGE_OID and (wrong := usage_finding(text)):
        notes.append(Noted(wrong, 0))
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

"""Elements one after another with a precursor each, as ISO 28560-2 has them and bank 11 of ISO/TS 28560-4.

    precursor | OID-15 (only if the low nibble is 15) | pad count (only if bit 7) | length | data | pad bytes

Source: ISO/IEC 15962; github DigitalPlatform/dp2 `Element.cs` and Hypernova-Oy/lainuri `iso15692/__init__.py` agree.
"""

from __future__ import annotations

from drivers.codecs.compaction import Compaction, unpack
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
from drivers.codecs.findings import Finding, about
from drivers.codecs.isil import is_isil, unpack_isil
from drivers.codecs.reading import BITS_OF_BYTE, Elements, ElementValue
from drivers.codecs.values import gs1_of, note_control_characters, set_from_digits, usage_finding

END_MARK = 0x00
NULL_PRECURSOR = 0x80
OFFSET_BIT = 0x80
COMPACTION_SHIFT = 4
OID_IN_NEXT_BYTE = 0x0F
LENGTH_GOES_ON = 0x80

RawElement = tuple[int, int, bytes]
"""OID, compaction code, data."""


def split(memory: bytes, position: int, findings: set[str]) -> list[RawElement]:
    """The elements from `position` to the end mark or the end of memory; one that passes the end stops it."""
    size = len(memory)
    raw: list[RawElement] = []
    while position < size:
        precursor = memory[position]
        position += 1
        if precursor == END_MARK:
            if any(memory[position:]):
                findings.add(Finding.DATA_AFTER_TERMINATOR)
            break
        if precursor == NULL_PRECURSOR:
            continue
        try:
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
        except IndexError:
            findings.add(Finding.ELEMENT_TRUNCATED)
            break
        end = position + length
        if end + pad > size:
            findings.add(Finding.ELEMENT_TRUNCATED)
            break
        raw.append((oid, precursor >> COMPACTION_SHIFT & 7, memory[position:end]))
        position = end + pad
        if pad and any(memory[end:position]):
            findings.add(Finding.PADDING_NOT_ZERO)
    return raw


def _long_length(memory: bytes, position: int, first: int) -> tuple[int, int]:
    """Length of seven bits a byte, high part first; raises IndexError past the end of memory."""
    length, byte = first & 0x7F, first
    while byte & LENGTH_GOES_ON:
        byte = memory[position]
        position += 1
        length = min(length << 7 | byte & 0x7F, len(memory) + 1)
    return length, position


def read(raw: list[RawElement], elements: Elements, findings: set[str]) -> None:
    """Put the values of `raw` into `elements`. A key that stands there already keeps its value without a finding."""
    met: set[int] = set()
    for oid, compaction, data in raw:
        element = BY_OID.get(oid)
        key = element.key if element else unknown_key(oid)
        if element is None:
            findings.add(about(Finding.UNKNOWN_OID, oid))
        if oid in met:
            findings.add(about(Finding.REPEATED_ELEMENT, key))
            continue
        met.add(oid)
        if not data:
            findings.add(about(Finding.EMPTY_ELEMENT, key))
        elif key not in elements:
            value = _value(element, key, compaction, data, findings)
            if value is not None:
                elements[key] = value
    if INDEX in elements and elements[INDEX] != sorted(oid for oid in met if oid >= FIRST_INDEXED_OID):
        findings.add(Finding.INDEX_MISMATCH)


def check_order(raw: list[RawElement], elements: Elements, findings: set[str]) -> None:
    """Identifier first, index directly after it (ISO 28560-2)."""
    if IDENTIFIER not in elements:
        findings.add(Finding.IDENTIFIER_MISSING)
    oids = [oid for oid, _, _ in raw]
    if IDENTIFIER_OID in oids and oids[0] != IDENTIFIER_OID:
        findings.add(Finding.IDENTIFIER_NOT_FIRST)
    if INDEX_OID in oids:
        place = oids.index(INDEX_OID)
        if place == 0 or oids[place - 1] != IDENTIFIER_OID:
            findings.add(Finding.INDEX_MISPLACED)


def _value(element: Element | None, key: str, compaction: int, data: bytes, findings: set[str]) -> ElementValue | None:
    kind = element.kind if element else Kind.TEXT
    if kind is Kind.INDEX:
        return oids_of_bitmap(data)
    if kind is Kind.CODE and compaction in (Compaction.APPLICATION, Compaction.OCTETS, Compaction.UTF8):
        text = data.hex().upper()
        flaw = None
    elif kind is Kind.ISIL and compaction == Compaction.APPLICATION:
        text, flaw = unpack_isil(data)
    else:
        text, flaw = unpack(compaction, data)
    if flaw:
        findings.add(about(flaw, key))
    if kind is Kind.SET:
        return set_from_digits(text, findings)
    note_control_characters(text, key, findings)
    if kind is Kind.GS1:
        return gs1_of(text)
    if kind is Kind.ISIL and not is_isil(text):
        findings.add(about(Finding.ISIL_SYNTAX, key))
    elif element and element.oid == USAGE_OID and (wrong := usage_finding(text)):
        findings.add(wrong)
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

"""gxlm: UHF tags of the Chinese university consortium (Gaoxiao lianmeng).

Bank 01 after the PC: 0 security bit and sorting bin | 1 scheme, version-1 | 2-3 content parameter | 4- identifier.
Bank 11: elements of 6 bits OID and 10 bits length, then data. Source: github DigitalPlatform/dp2 `GaoxiaoUtility.cs`
(where code and comment differ on byte 0, the comment is followed), real tags in its tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from drivers.codecs import bank01
from drivers.codecs.bank01 import CONTROL_AT
from drivers.codecs.compaction import decode_utf8, first_broken_utf8
from drivers.codecs.elements import (
    FIRST_INDEXED_OID,
    IDENTIFIER,
    ILL_BORROWER,
    INDEX,
    OWNER,
    SET,
    USAGE,
    VERSION,
    unknown_key,
)
from drivers.codecs.findings import Bank, Finding, Noted, Notes, about, first_stray, in_bank, sorted_once
from drivers.codecs.gxlm_identifier import RESERVED, pack_identifier, scheme_for, unpack_identifier
from drivers.codecs.iso28560_2 import filled
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

HEAD_BYTES = 4
LEAST_PAYLOAD = 5
SCHEME_AT = bank01.HEAD_BYTES + 1
INDEX_AT = bank01.HEAD_BYTES + 2
IDENTIFIER_AT = bank01.HEAD_BYTES + HEAD_BYTES
"""Bytes of bank 01 from bit 0."""

ON_LOAN_BIT = 0x80
RESERVED_BITS = 0x60
SORTING_MASK = 0x1F
SCHEME_SHIFT = 6
VERSION_MASK = 0x3F
ELEMENT_HEAD_BYTES = 2
LENGTH_BITS = 10
LONGEST_ELEMENT = (1 << LENGTH_BITS) - 1

ON_LOAN = "on_loan"
SORTING = "sorting"
PII_ENCODING = "pii_encoding"
HEAD_KEYS = frozenset({ON_LOAN, SORTING, PII_ENCODING, VERSION, INDEX, IDENTIFIER})

OID_OF_BIT = (3, 4, 5, 6, 11, 12, 14, 15, 16, 24, 26, 27, 28, 29, 30, 31)
"""Content parameter, bit 0 up."""

KEY_BY_OID = MappingProxyType(
    {
        3: OWNER,
        4: SET,
        5: USAGE,
        6: "shelf_location",
        11: ILL_BORROWER,
        12: "ill_borrowing_transaction_number",
        14: "alternative_item_identifier",
        15: "temporary_location",
        16: "subject",
        24: "subsidiary_of_an_owner_institution",
        26: "isbn_issn",
        27: "alternative_owner_institution",
    }
)
OID_BY_KEY = {key: oid for oid, key in KEY_BY_OID.items()}
WRITTEN_KEYS = HEAD_KEYS | OID_BY_KEY.keys()
FIXED_LENGTHS = {OWNER: 2, ILL_BORROWER: 2, SET: 4, USAGE: 2}

NINE_STORED_AS_SIX = 60000
NINE_GAIN = 30000
"""A school code starting with 9 is stored with 6: two bytes end at 65535."""


def decode(uii: bytes, memory: bytes) -> TagData:
    """Elements and findings of bank 01 (`uii`, from bit 0) and bank 11 (`memory`, empty where it was not read)."""
    bank = bank01.parse(uii)
    if bank is None or len(bank.payload) < LEAST_PAYLOAD:
        return TagData(Format.GXLM, {}, (Noted(Finding.MEMORY_SHORT, len(uii), Bank.UII),))
    notes: Notes = []
    bank.note(notes)
    if bank.toggle:
        notes.append(Noted(Finding.PC_ISO_SET, CONTROL_AT))
    payload = bank.payload
    scheme = payload[1] >> SCHEME_SHIFT
    bits = payload[2] << 8 | payload[3]
    index = [oid for bit, oid in enumerate(OID_OF_BIT) if bits >> bit & 1]
    elements: Elements = {
        ON_LOAN: bool(payload[0] & ON_LOAN_BIT),
        SORTING: payload[0] & SORTING_MASK,
        PII_ENCODING: scheme,
        VERSION: (payload[1] & VERSION_MASK) + 1,
        INDEX: list(index),
    }
    if scheme == RESERVED:
        notes.append(Noted(Finding.PII_ENCODING_RESERVED, SCHEME_AT))
    identifier = unpack_identifier(scheme, payload[HEAD_BYTES:], notes, IDENTIFIER_AT)
    if identifier:
        note_control_characters(identifier, IDENTIFIER, notes, IDENTIFIER_AT)
        elements[IDENTIFIER] = identifier
    else:
        notes.append(Noted(Finding.IDENTIFIER_MISSING, IDENTIFIER_AT))
    if not bank.umi and (memory or index):
        notes.append(Noted(Finding.UMI_MISMATCH, CONTROL_AT))
    elif bank.umi and index and not memory:
        notes.append(Noted(Finding.USER_BANK_MISSING, CONTROL_AT))
    in_user_bank: Notes = []
    if memory:
        met = _read_bank_11(memory, elements, in_user_bank)
        if sorted(oid for oid in met if oid >= FIRST_INDEXED_OID) != index:
            notes.append(Noted(Finding.INDEX_MISMATCH, INDEX_AT))
    return TagData(Format.GXLM, elements, sorted_once(in_bank(notes, Bank.UII) + in_bank(in_user_bank, Bank.USER)))


def _read_bank_11(memory: bytes, elements: Elements, notes: Notes) -> set[int]:
    met: set[int] = set()
    position, size = 0, len(memory)
    while position < size:
        if memory[position] == 0:
            if (stray := first_stray(memory, position)) is not None:
                notes.append(Noted(Finding.DATA_AFTER_TERMINATOR, stray))
            break
        if position + ELEMENT_HEAD_BYTES > size:
            notes.append(Noted(Finding.ELEMENT_TRUNCATED, position))
            break
        head = memory[position] << 8 | memory[position + 1]
        end = position + ELEMENT_HEAD_BYTES + (head & LONGEST_ELEMENT)
        if end > size:
            notes.append(Noted(Finding.ELEMENT_TRUNCATED, position))
            break
        _read_element(head >> LENGTH_BITS, memory[position + ELEMENT_HEAD_BYTES : end], met, elements, notes, position)
        position = end
    return met


def _read_element(oid: int, data: bytes, met: set[int], elements: Elements, notes: Notes, at: int) -> None:
    """Put one element into `elements`; `at` is where its head stands."""
    key = KEY_BY_OID.get(oid, unknown_key(oid))
    if oid not in KEY_BY_OID:
        notes.append(Noted(about(Finding.UNKNOWN_OID, oid), at))
    if oid in met:
        notes.append(Noted(about(Finding.REPEATED_ELEMENT, key), at))
        return
    met.add(oid)
    data_at = at + ELEMENT_HEAD_BYTES
    if not data:
        notes.append(Noted(about(Finding.EMPTY_ELEMENT, key), at))
    elif len(data) != FIXED_LENGTHS.get(key, len(data)):
        notes.append(Noted(about(Finding.LENGTH_UNEXPECTED, key), at))
    elif key == SET:
        elements[key] = set_of(data[0] << 8 | data[1], data[2] << 8 | data[3], notes, data_at)
    elif key == USAGE:
        elements[key] = f"{data[0]}.{data[1]}"
    elif key in (OWNER, ILL_BORROWER):
        number = data[0] << 8 | data[1]
        elements[key] = f"{number + NINE_GAIN if number >= NINE_STORED_AS_SIX else number:05}"
    else:
        text, flaw = decode_utf8(data)
        if flaw:
            notes.append(Noted(about(flaw, key), data_at + first_broken_utf8(data)))
        note_control_characters(text, key, notes, data_at)
        elements[key] = text


def encode(elements: Mapping[str, ElementValue], *, memory_size: int | None) -> EncodedTag:
    """Bank 01 and bank 11. The content parameter is made from the elements; one that is given must say the same."""
    for key in elements:
        if key not in WRITTEN_KEYS:
            raise no_such_element(key, "gxlm", WRITTEN_KEYS)
    identifier = text_to_write(IDENTIFIER, required(elements, IDENTIFIER))
    scheme = number_to_write(PII_ENCODING, elements.get(PII_ENCODING, scheme_for(identifier)), 0, RESERVED - 1)
    sorting = number_to_write(SORTING, elements.get(SORTING, 0), 0, SORTING_MASK)
    version = number_to_write(VERSION, elements.get(VERSION, 1), 1, VERSION_MASK + 1)
    on_loan = elements.get(ON_LOAN, False)
    if not isinstance(on_loan, bool):
        raise EncodeRefused(ON_LOAN, f"{on_loan!r} is neither true nor false", "say true or false")
    user = [(key, value) for key, value in elements.items() if key not in HEAD_KEYS]
    memory = b"".join(_element(key, value) for key, value in user)
    oids = sorted(OID_BY_KEY[key] for key, _ in user)
    if elements.get(INDEX, oids) != oids:
        raise EncodeRefused(
            INDEX, f"{elements[INDEX]!r} differs from the elements given", f"say {oids} or leave it out"
        )
    bits = sum(1 << OID_OF_BIT.index(oid) for oid in oids)
    head = bytes([(ON_LOAN_BIT if on_loan else 0) | sorting, scheme << SCHEME_SHIFT | version - 1])
    payload = head + bits.to_bytes(2, "big") + pack_identifier(scheme, identifier)
    bank = bank01.build(payload, umi=bool(memory), toggle=False, attributes=0)
    memory += bytes(len(memory) % 2)
    return EncodedTag(filled(memory, memory_size) if memory else b"", bank)


def _element(key: str, value: ElementValue) -> bytes:
    if key in (OWNER, ILL_BORROWER):
        data = _school_code(key, value).to_bytes(2, "big")
    elif key == SET:
        parts, part = set_to_write(value, 0xFFFF)
        data = parts.to_bytes(2, "big") + part.to_bytes(2, "big")
    elif key == USAGE:
        data = _usage(value)
    else:
        data = text_to_write(key, value).encode()
    if len(data) > LONGEST_ELEMENT:
        raise EncodeRefused(key, f"{len(data)} bytes are too long", f"shorten it to {LONGEST_ELEMENT}")
    return (OID_BY_KEY[key] << LENGTH_BITS | len(data)).to_bytes(2, "big") + data


def _school_code(key: str, value: ElementValue) -> int:
    text = text_to_write(key, value)
    number = int(text) if len(text) == 5 and text.isascii() and text.isdigit() else -1
    stored = number - NINE_GAIN if number >= NINE_STORED_AS_SIX + NINE_GAIN else number
    if number < 0 or NINE_STORED_AS_SIX <= number < NINE_STORED_AS_SIX + NINE_GAIN or stored > 0xFFFF:
        remedy = "give five digits, not starting with 6, 7 or 8 and up to 95535"
        raise EncodeRefused(key, f"{text!r} is no school code that fits", remedy)
    return stored


_DECIMAL_BYTE = re.compile(r"[0-9]{1,3}")


def _usage(value: ElementValue) -> bytes:
    text = text_to_write(USAGE, value)
    numbers = [int(part) if _DECIMAL_BYTE.fullmatch(part) else 256 for part in text.split(".")]
    if len(numbers) != 2 or max(numbers) > 0xFF:
        raise EncodeRefused(USAGE, f"{text!r} is no class and state", "give two decimal numbers such as 0.1")
    return bytes(numbers)

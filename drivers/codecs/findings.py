"""What a tolerant decoder has to say about a tag. Codes are data: none of them is an exception."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Finding(StrEnum):
    """Codes; those with a subject are written `code:subject` by `about`."""

    BLANK_TAG = "blank-tag"
    FACTORY_BLANK = "factory-blank"
    MEMORY_SHORT = "memory-short"
    DSFID_UNEXPECTED = "dsfid-unexpected"
    AFI_UNEXPECTED = "afi-unexpected"
    ELEMENT_TRUNCATED = "element-truncated"
    IDENTIFIER_MISSING = "primary-item-identifier-missing"
    IDENTIFIER_NOT_FIRST = "primary-item-identifier-not-first"
    REPEATED_ELEMENT = "repeated-element"
    EMPTY_ELEMENT = "empty-element"
    UNKNOWN_OID = "unknown-oid"
    INDEX_MISMATCH = "content-parameter-mismatch"
    INDEX_MISPLACED = "content-parameter-misplaced"
    PADDING_NOT_ZERO = "padding-not-zero"
    DATA_AFTER_TERMINATOR = "data-after-terminator"
    COMPACTION_INVALID = "compaction-invalid"
    BIT_PADDING_WRONG = "bit-padding-wrong"
    UTF8_INVALID = "utf8-invalid"
    CONTROL_CHARACTERS = "control-characters"
    ISIL_SYNTAX = "isil-syntax"
    SET_MALFORMED = "set-information-malformed"
    SET_IMPLAUSIBLE = "set-information-implausible"
    USAGE_MALFORMED = "type-of-usage-malformed"
    USAGE_RESERVED = "type-of-usage-reserved"
    CRC_MISMATCH = "crc-mismatch"
    CRC_BYTE_ORDER = "crc-byte-order"
    CRC_WITHOUT_FILLER = "crc-without-filler"
    CRC_OVER_32_BYTES = "crc-over-32-bytes"
    BLOCK_BYTES_REVERSED = "block-bytes-reversed"
    VERSION_UNEXPECTED = "data-model-version-unexpected"
    NIBBLES_SWAPPED = "nibbles-swapped"
    COUNTRY_REPEATED = "country-repeated"
    HYPHEN_STORED = "isil-hyphen-stored"
    FIELD_DIRTY = "field-dirty"
    EXTENSION_CHECKSUM = "extension-checksum"
    EXTENSION_UNKNOWN = "extension-unknown"
    EXTENSION_OVERRUN = "extension-overrun"
    EXTENSION_EXTRA_FIELD = "extension-extra-field"
    PC_NOT_ISO = "pc-not-iso"
    PC_ISO_SET = "pc-iso-set"
    PC_LENGTH_MISMATCH = "pc-length-mismatch"
    STORED_CRC_ABSENT = "stored-crc-absent"
    STORED_CRC_MISMATCH = "stored-crc-mismatch"
    UMI_MISMATCH = "umi-mismatch"
    USER_BANK_MISSING = "user-bank-missing"
    UII_TRUNCATED = "uii-truncated"
    UII_RESERVED_CODE = "uii-reserved-code"
    PII_ENCODING_RESERVED = "pii-encoding-reserved"
    LENGTH_UNEXPECTED = "length-unexpected"
    CONSTANT_UNEXPECTED = "constant-unexpected"
    ITEM_TYPE_UNKNOWN = "item-type-unknown"


MEANINGS = MappingProxyType(
    {
        Finding.BLANK_TAG: "all bytes are zero: nothing was ever written",
        Finding.FACTORY_BLANK: "3M's factory pattern 0x55: nothing was ever written",
        Finding.MEMORY_SHORT: "fewer bytes than the layout needs; missing ones count as zero, or nothing is told",
        Finding.DSFID_UNEXPECTED: "the DSFID register (UHF: first byte of bank 11) is not that of the layout",
        Finding.AFI_UNEXPECTED: "the AFI is neither 07 (in stock) nor C2 (on loan)",
        Finding.ELEMENT_TRUNCATED: "an element passes the end of memory; what came before it is told",
        Finding.IDENTIFIER_MISSING: "no item number stands on the tag",
        Finding.IDENTIFIER_NOT_FIRST: "another element stands before the item number",
        Finding.REPEATED_ELEMENT: "stands more than once; the first one counts",
        Finding.EMPTY_ELEMENT: "has a length of 0, so no value",
        Finding.UNKNOWN_OID: "the standard defines no element of this number; told as `oid_N`",
        Finding.INDEX_MISMATCH: "the content parameter lists other elements than stand on the tag",
        Finding.INDEX_MISPLACED: "the content parameter does not follow the item number directly",
        Finding.PADDING_NOT_ZERO: "padding is not 00; harmless",
        Finding.DATA_AFTER_TERMINATOR: "bytes behind the end mark: old data, ignored",
        Finding.COMPACTION_INVALID: "its bytes break their compaction; told as hex, or as far as they make sense",
        Finding.BIT_PADDING_WRONG: "the spare bits at its end are not the prescribed ones",
        Finding.UTF8_INVALID: "bytes that are no UTF-8, told as U+FFFD (item number of `iso28560-3`: as Latin-1)",
        Finding.CONTROL_CHARACTERS: "characters below 0x20; told as they are",
        Finding.ISIL_SYNTAX: "is no ISIL; told as it is",
        Finding.SET_MALFORMED: "set information has not 2, 4 or 6 digits, so no value",
        Finding.SET_IMPLAUSIBLE: "part 0, or a part above the number of parts",
        Finding.USAGE_MALFORMED: "the type of usage is not two hex digits",
        Finding.USAGE_RESERVED: "a class or sub-class of usage that the standard keeps for later",
        Finding.CRC_MISMATCH: "the checksum is wrong in every way that is known",
        Finding.CRC_BYTE_ORDER: "the checksum is right with its bytes swapped",
        Finding.CRC_WITHOUT_FILLER: "the checksum is right over 30 bytes, as some programs count on short tags",
        Finding.CRC_OVER_32_BYTES: "the checksum is right where the owner ends after 11 bytes",
        Finding.BLOCK_BYTES_REVERSED: "blocks are written back to front, as one supplier does; told the right way",
        Finding.VERSION_UNEXPECTED: "a version of the data model other than 1",
        Finding.NIBBLES_SWAPPED: "version and usage stand in each other's place",
        Finding.COUNTRY_REPEATED: "the owner's country stands twice; told once",
        Finding.HYPHEN_STORED: "the owner is stored with its hyphen, which the layout leaves out",
        Finding.FIELD_DIRTY: "bytes behind the zero that ends the field: old data, ignored",
        Finding.EXTENSION_CHECKSUM: "an extension block with a wrong checksum, skipped",
        Finding.EXTENSION_UNKNOWN: "an extension block that is not known here, skipped",
        Finding.EXTENSION_OVERRUN: "an extension block passes the end of memory; reading stops there",
        Finding.EXTENSION_EXTRA_FIELD: "an extension block with more fields than it has; the rest is ignored",
        Finding.PC_NOT_ISO: "the protocol control word says EPC, not ISO; nothing is told",
        Finding.PC_ISO_SET: "the protocol control word says ISO, which this layout is not",
        Finding.PC_LENGTH_MISMATCH: "the protocol control word counts more words than were read",
        Finding.STORED_CRC_ABSENT: "bank 01 came without its checksum, as many readers leave it out",
        Finding.STORED_CRC_MISMATCH: "the checksum of bank 01 is wrong",
        Finding.UMI_MISMATCH: "bank 11 holds data, or should, and the protocol control word says it does not",
        Finding.USER_BANK_MISSING: "bank 11 holds data and was not read",
        Finding.UII_TRUNCATED: "bank 01 ends inside a character or number",
        Finding.UII_RESERVED_CODE: "bank 01 has a code that is reserved; reading stops there",
        Finding.PII_ENCODING_RESERVED: "scheme 3 of the item number, which is not defined",
        Finding.LENGTH_UNEXPECTED: "has another length than its fixed one, skipped",
        Finding.CONSTANT_UNEXPECTED: "byte 0 is not 04, or byte 2 not 00",
        Finding.ITEM_TYPE_UNKNOWN: "a type of item that is not listed",
    }
)
"""For the technician: each finding in words. Those with a subject are about the element or number behind the colon."""


class Bank(StrEnum):
    """The two banks of a UHF tag that hold library data."""

    UII = "01"
    USER = "11"


class Noted(NamedTuple):
    """One thing that was noticed: its code, and the byte of the tag where it shows.

    `offset` counts from the first byte of HF user memory, of bank 01 from bit 0 (StoredCRC) or of bank 11, as they
    were read; None where a register beside the memory is meant. `bank` is None on HF tags.
    """

    code: str
    offset: int | None = None
    bank: Bank | None = None

    @property
    def words(self) -> str:
        """What the code means, in plain words, the element or number that it is about first."""
        finding, _, subject = self.code.partition(":")
        meaning = MEANINGS[Finding(finding)]
        return f"{subject}: {meaning}" if subject else meaning


Notes = list[Noted]
"""What a decoder collects; a code may stand in it more than once, the first one counts."""


def about(finding: Finding, subject: str | int) -> str:
    """The code of a finding that concerns one element (its key) or one number."""
    return f"{finding.value}:{subject}"


def sorted_once(notes: Notes) -> tuple[Noted, ...]:
    """Sorted by code, each code once with the place where it was noticed first."""
    if not notes:
        return ()
    first: dict[str, Noted] = {}
    for noted in notes:
        first.setdefault(noted.code, noted)
    return tuple(first[code] for code in sorted(first))


def in_bank(notes: Notes, bank: Bank) -> Notes:
    """Notes about one bank of a UHF tag."""
    return [noted if noted.bank else noted._replace(bank=bank) for noted in notes]


def moved_to(notes: Notes, place: Callable[[int], int]) -> Notes:
    """Notes about bytes that were read in another order than they are stored in."""
    return [noted if noted.offset is None else noted._replace(offset=place(noted.offset)) for noted in notes]


def first_stray(data: bytes, start: int) -> int | None:
    """Where the first byte other than zero stands from `start` on; None where all are zero."""
    strays = data[start:].lstrip(b"\0")
    return len(data) - len(strays) if strays else None

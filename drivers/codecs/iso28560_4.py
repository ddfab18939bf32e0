"""ISO/TS 28560-4: UHF tags (ISO/IEC 18000-63). The UII holds owner, identifier and set; bank 11 the other elements.

Bank 11: byte 0 DSFID 0x06, then elements as in ISO 28560-2 without identifier, content parameter first. Sources: github
DigitalPlatform/dp2 `UhfUtility.cs`, `TestUHF.cs`, the standard's annex as carried there.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.codecs import bank01, object_stream
from drivers.codecs.afi import LIBRARY_AFIS, ON_LOAN
from drivers.codecs.elements import BY_OID, IDENTIFIER, IDENTIFIER_OID, INDEX, INDEX_OID, OWNER, SET, UII
from drivers.codecs.findings import Finding, about
from drivers.codecs.isil import is_isil
from drivers.codecs.iso28560_2 import filled
from drivers.codecs.object_writing import check_index, element_of, write
from drivers.codecs.reading import Elements, ElementValue, EncodedTag, EncodeRefused, Format, TagData
from drivers.codecs.uii import pack_uii, unpack_uii
from drivers.codecs.values import (
    LARGEST_SET,
    note_control_characters,
    required,
    set_from_digits,
    set_to_write,
    text_to_write,
)

DSFID = 0x06
SEPARATOR = "."


def decode(uii: bytes, memory: bytes) -> TagData:
    """Elements and findings of bank 01 (`uii`, from bit 0) and bank 11 (`memory`, empty where it was not read)."""
    findings: set[str] = set()
    elements: Elements = {}
    bank = bank01.parse(uii)
    if bank is None:
        return TagData(Format.ISO28560_4, {}, (Finding.MEMORY_SHORT,))
    if not bank.toggle:
        return TagData(Format.ISO28560_4, {}, (Finding.PC_NOT_ISO,))
    bank.note(findings)
    if bank.attributes not in LIBRARY_AFIS:
        findings.add(Finding.AFI_UNEXPECTED)
    _read_uii(unpack_uii(bank.payload, findings), elements, findings)
    if memory:
        _read_bank_11(memory, elements, findings)
    if bool(memory) != bank.umi:
        findings.add(Finding.UMI_MISMATCH if memory else Finding.USER_BANK_MISSING)
    if IDENTIFIER not in elements:
        findings.add(Finding.IDENTIFIER_MISSING)
    return TagData(Format.ISO28560_4, elements, tuple(sorted(findings)))


def split_uii(text: str) -> tuple[str | None, str, str | None]:
    """Owner, identifier and digits of the set of `owner.identifier.set`, `owner.identifier` or an identifier alone."""
    parts = text.split(SEPARATOR)
    if len(parts) == 1:
        return None, text, None
    if len(parts) == 2:
        return parts[0], parts[1], None
    return parts[0], SEPARATOR.join(parts[1:-1]), parts[-1]


def _read_uii(text: str, elements: Elements, findings: set[str]) -> None:
    if not text:
        return
    elements[UII] = text
    note_control_characters(text, UII, findings)
    owner, identifier, digits = split_uii(text)
    if owner:
        elements[OWNER] = owner
        if not is_isil(owner):
            findings.add(about(Finding.ISIL_SYNTAX, OWNER))
    if identifier:
        elements[IDENTIFIER] = identifier
    if digits is not None and (in_set := set_from_digits(digits, findings)) is not None:
        elements[SET] = in_set


def _read_bank_11(memory: bytes, elements: Elements, findings: set[str]) -> None:
    if memory[0] != DSFID:
        findings.add(Finding.DSFID_UNEXPECTED)
    raw = object_stream.split(memory, 1, findings)
    object_stream.read(raw, elements, findings)
    oids = [oid for oid, _, _ in raw]
    if INDEX_OID in oids and any(oid != IDENTIFIER_OID for oid in oids[: oids.index(INDEX_OID)]):
        findings.add(Finding.INDEX_MISPLACED)


def encode(elements: Mapping[str, ElementValue], *, memory_size: int | None, afi: int | None) -> EncodedTag:
    """Bank 01 and bank 11 (empty where the UII says all).

    What stands in the UII goes to bank 11 too where the content parameter lists it. `afi` goes into the PC; without
    one it is that of the library family, 0xC2.
    """
    text, in_uii = _uii_of(elements)
    index = elements.get(INDEX)
    listed = {BY_OID[oid].key for oid in index if oid in BY_OID} if isinstance(index, list) else set()
    kept = {
        key: value
        for key, value in elements.items()
        if key not in (UII, IDENTIFIER, INDEX) and (key not in in_uii or key in listed)
    }
    user: dict[str, ElementValue] = ({} if index is None else {INDEX: index}) | kept
    check_index(user)
    memory = bytes([DSFID]) + write(user, start=1) if user else b""
    attributes = ON_LOAN if afi is None else afi
    bank = bank01.build(pack_uii(text), umi=bool(memory), toggle=True, attributes=attributes)
    return EncodedTag(filled(memory, memory_size) if memory else b"", bank)


def _uii_of(elements: Mapping[str, ElementValue]) -> tuple[str, frozenset[str]]:
    """The text of the UII and the keys whose values it carries."""
    for key in elements:
        element_of(key)
    text = text_to_write(UII, elements[UII]) if UII in elements else _composed(elements)
    carried: Elements = {}
    findings: set[str] = set()
    _read_uii(text, carried, findings)
    for key, value in carried.items():
        if key in elements and elements[key] != value:
            raise EncodeRefused(
                key, f"{elements[key]!r} is given, but the UII {text!r} reads as {value!r}", "make both say the same"
            )
    if findings:
        raise EncodeRefused(UII, f"{text!r} reads with {', '.join(sorted(findings))}", "give ISIL.identifier.set")
    if IDENTIFIER not in carried:
        raise EncodeRefused(IDENTIFIER, f"the UII {text!r} has none", "give the item number")
    return text, frozenset(carried)


def _composed(elements: Mapping[str, ElementValue]) -> str:
    text = text_to_write(IDENTIFIER, required(elements, IDENTIFIER))
    if OWNER not in elements:
        return text
    text = text_to_write(OWNER, elements[OWNER]) + SEPARATOR + text
    if SET not in elements:
        return text
    parts, part = set_to_write(elements[SET], LARGEST_SET)
    return f"{text}{SEPARATOR}{parts}{part:0{len(str(parts))}}"

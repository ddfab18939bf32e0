"""ISO/TS 28560-4: UHF tags (ISO/IEC 18000-63). The UII holds owner, identifier and set; bank 11 the other elements.

Bank 11: byte 0 DSFID 0x06, then elements as in ISO 28560-2 without identifier, content parameter first. Sources: github
DigitalPlatform/dp2 `UhfUtility.cs`, `TestUHF.cs`, the standard's annex as carried there.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.codecs import bank01, object_stream
from drivers.codecs.afi import LIBRARY_AFIS, ON_LOAN
from drivers.codecs.bank01 import ATTRIBUTES_AT, CONTROL_AT, HEAD_BYTES
from drivers.codecs.elements import BY_OID, IDENTIFIER, IDENTIFIER_OID, INDEX, INDEX_OID, OWNER, SET, UII
from drivers.codecs.findings import Bank, Finding, Noted, Notes, about, in_bank, sorted_once
from drivers.codecs.isil import is_isil
from drivers.codecs.iso28560_2 import filled
from drivers.codecs.object_writing import check_keys, element_of, write
from drivers.codecs.reading import Elements, ElementValue, EncodedTag, EncodeRefused, Foreign, Format, TagData
from drivers.codecs.uii import pack_uii, unpack_uii
from drivers.codecs.values import (
    LARGEST_SET,
    note_control_characters,
    number_to_write,
    required,
    set_from_digits,
    set_to_write,
    text_to_write,
)

DSFID = 0x06
SEPARATOR = "."
NEW_TAG = bytes.fromhex("3000 E2")


def decode(uii: bytes, memory: bytes) -> TagData:
    """Elements and findings of bank 01 (`uii`, from bit 0) and bank 11 (`memory`, empty where it was not read)."""
    bank = bank01.parse(uii)
    if bank is None:
        return TagData(Format.ISO28560_4, {}, (Noted(Finding.MEMORY_SHORT, len(uii), Bank.UII),))
    if not bank.toggle:
        return TagData(Format.ISO28560_4, {}, (Noted(Finding.PC_NOT_ISO, CONTROL_AT, Bank.UII),), _foreign(uii))
    notes: Notes = []
    elements: Elements = {}
    bank.note(notes)
    if bank.attributes not in LIBRARY_AFIS:
        notes.append(Noted(Finding.AFI_UNEXPECTED, ATTRIBUTES_AT))
    _read_uii(unpack_uii(bank.payload, notes, HEAD_BYTES), elements, notes)
    if bool(memory) != bank.umi:
        notes.append(Noted(Finding.UMI_MISMATCH if memory else Finding.USER_BANK_MISSING, CONTROL_AT))
    notes = in_bank(notes, Bank.UII)
    if memory:
        in_user_bank: Notes = []
        _read_bank_11(memory, elements, in_user_bank)
        notes += in_bank(in_user_bank, Bank.USER)
    if IDENTIFIER not in elements:
        notes.append(Noted(Finding.IDENTIFIER_MISSING, HEAD_BYTES, Bank.UII))
    return TagData(Format.ISO28560_4, elements, sorted_once(notes))


def _foreign(uii: bytes) -> Foreign:
    """A tag whose toggle bit says EPC: never written (PC 3000, EPC from E2 on; dp2 `IsBlankEpcBank`), or of trade."""
    return Foreign.NEW_UHF if uii[CONTROL_AT:].startswith(NEW_TAG) else Foreign.EPC


def split_uii(text: str) -> tuple[str | None, str, str | None]:
    """Owner, identifier and digits of the set of `owner.identifier.set`, `owner.identifier` or an identifier alone."""
    parts = text.split(SEPARATOR)
    if len(parts) == 1:
        return None, text, None
    if len(parts) == 2:
        return parts[0], parts[1], None
    return parts[0], SEPARATOR.join(parts[1:-1]), parts[-1]


def _read_uii(text: str, elements: Elements, notes: Notes) -> None:
    if not text:
        return
    elements[UII] = text
    note_control_characters(text, UII, notes, HEAD_BYTES)
    owner, identifier, digits = split_uii(text)
    if owner:
        elements[OWNER] = owner
        if not is_isil(owner):
            notes.append(Noted(about(Finding.ISIL_SYNTAX, OWNER), HEAD_BYTES))
    if identifier:
        elements[IDENTIFIER] = identifier
    if digits is not None and (in_set := set_from_digits(digits, notes, HEAD_BYTES)) is not None:
        elements[SET] = in_set


def _read_bank_11(memory: bytes, elements: Elements, notes: Notes) -> None:
    if memory[0] != DSFID:
        notes.append(Noted(Finding.DSFID_UNEXPECTED, 0))
    raw = object_stream.split(memory, 1, notes)
    object_stream.read(raw, elements, notes)
    oids = [each[0] for each in raw]
    if INDEX_OID in oids and any(oid != IDENTIFIER_OID for oid in oids[: oids.index(INDEX_OID)]):
        notes.append(Noted(Finding.INDEX_MISPLACED, raw[oids.index(INDEX_OID)][3]))


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
    check_keys(user)
    memory = bytes([DSFID]) + write(user, start=1).memory if user else b""
    attributes = number_to_write("afi", ON_LOAN if afi is None else afi, 0, 0xFF)
    bank = bank01.build(pack_uii(text), umi=bool(memory), toggle=True, attributes=attributes)
    return EncodedTag(filled(memory, memory_size) if memory else b"", bank)


def _uii_of(elements: Mapping[str, ElementValue]) -> tuple[str, frozenset[str]]:
    """The text of the UII and the keys whose values it carries."""
    for key in elements:
        element_of(key)
    text = text_to_write(UII, elements[UII]) if UII in elements else _composed(elements)
    carried: Elements = {}
    notes: Notes = []
    _read_uii(text, carried, notes)
    for key, value in carried.items():
        if key in elements and elements[key] != value:
            raise EncodeRefused(
                key, f"{elements[key]!r} is given, but the UII {text!r} reads as {value!r}", "make both say the same"
            )
    if notes:
        flaws = ", ".join(noted.code for noted in sorted_once(notes))
        raise EncodeRefused(UII, f"{text!r} reads with {flaws}", "give ISIL.identifier.set")
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

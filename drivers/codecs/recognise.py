"""Which layout a tag has. Bytes count first, registers second: many tags carry DSFID 0x00.

The order: a right CRC of ISO 28560-3, also with the bytes of blocks turned round; a faultless chain of ISO 28560-2; the
shapes of `rfid501` and ISO 28560-3; then the weaker signs. On UHF the toggle bit and the AFI in the PC decide, and
whether the bytes make sense as `gxlm`.
"""

from __future__ import annotations

from drivers.codecs import bank01, gxlm, iso28560_2, iso28560_3, iso28560_4, rfid501
from drivers.codecs.afi import LIBRARY_AFIS
from drivers.codecs.compaction import Compaction
from drivers.codecs.elements import IDENTIFIER, UII
from drivers.codecs.findings import Bank, Finding, Noted, about
from drivers.codecs.isil import is_isil
from drivers.codecs.object_stream import COMPACTION_SHIFT
from drivers.codecs.reading import Foreign, Format, TagData
from drivers.codecs.values import USAGE_SUBCLASSES

HARMLESS = frozenset(
    {
        Finding.AFI_UNEXPECTED,
        Finding.DSFID_UNEXPECTED,
        Finding.PADDING_NOT_ZERO,
        Finding.DATA_AFTER_TERMINATOR,
        Finding.INDEX_MISMATCH,
        Finding.INDEX_MISPLACED,
    }
)
"""What faultless elements of ISO 28560-2 may come with."""

ILLEGIBLE = frozenset(
    {
        Finding.IDENTIFIER_MISSING,
        about(Finding.CONTROL_CHARACTERS, IDENTIFIER),
        about(Finding.UTF8_INVALID, IDENTIFIER),
    }
)

WITHOUT_FIRST = HARMLESS | {
    Finding.IDENTIFIER_MISSING,
    Finding.IDENTIFIER_NOT_FIRST,
    about(Finding.EMPTY_ELEMENT, IDENTIFIER),
}
"""What elements may come with that begin with another one, or with an empty item number."""

COMPACTION_MASK = 0x07 << COMPACTION_SHIFT
INTEGER_BITS = Compaction.INTEGER << COMPACTION_SHIFT
FIRST_OID_MASK = 0x0F
FIRST_OID = 0x01
NFC_MAGIC = frozenset({0xE1, 0xE2})
NFC_VERSION_1 = 0x40
"""Capability container of an NFC Forum Type 5 tag: 0xE1 or 0xE2, then version 1 in the high bits."""

DM11_FIRST = b"\x0b"
DM11_NUMBER_END = 14

FIXED_ENOUGH = 7
"""Of the 10 that a tag of ISO 28560-3 has where only its CRC is wrong: head 2, set 2, identifier 2, owner 3, size 1."""

SHORT_OWNER_BYTES = iso28560_3.SHORT_OWNER_END - iso28560_3.OWNER_AT.start

LAST_ITEM_TYPE = 13
LONGEST_INTEGER = 19
"""Digits that integer compaction is allowed to hold."""


def read_hf(memory: bytes, block_size: int, afi: int | None, dsfid: int | None) -> TagData:
    """The best reading of an HF tag's user memory; format `unknown` where it is no library's."""
    sound = iso28560_3.decode_if_sound(memory, afi, dsfid)
    if sound and (not sound.details or ILLEGIBLE.isdisjoint(sound.findings)):
        return sound
    chained = iso28560_2.decode(memory, afi=afi, dsfid=dsfid)
    faultless = IDENTIFIER in chained.elements and (not chained.details or HARMLESS.issuperset(chained.findings))
    if faultless and not _is_strange(memory, chained) and not _is_turned(memory, block_size):
        return chained
    if not memory:
        return TagData(Format.UNKNOWN, {}, (Noted(Finding.MEMORY_SHORT, 0),))
    if not any(memory):
        return TagData(_layout_of_blank(len(memory), dsfid), {}, (Noted(Finding.BLANK_TAG, 0),))
    if rfid501.is_factory_blank(memory):
        return rfid501.decode(memory)
    fixed = iso28560_3.decode(memory, block_size=block_size, afi=afi, dsfid=dsfid)
    if Finding.CRC_MISMATCH not in fixed.findings or dsfid == iso28560_3.DSFID:
        return fixed
    if dsfid == iso28560_2.DSFID:
        return chained
    return _by_shape(memory, chained, fixed, registered=afi in LIBRARY_AFIS)


def _layout_of_blank(size: int, dsfid: int | None) -> Format:
    """What a blank tag is meant for: its DSFID says so; else up to 32 bytes the fixed layout, made for such tags."""
    if dsfid == iso28560_3.DSFID or (dsfid != iso28560_2.DSFID and size <= iso28560_3.SHORT_TAG_BYTES):
        return Format.ISO28560_3
    return Format.ISO28560_2


def _is_strange(memory: bytes, chained: TagData) -> bool:
    """Whether faultless elements are such as no library writes, as fixed fields read so may come out."""
    elements = chained.elements
    is_integer = memory[0] & COMPACTION_MASK == INTEGER_BITS
    return UII in elements or (is_integer and not 1 < len(str(elements[IDENTIFIER])) <= LONGEST_INTEGER)


def _is_turned(memory: bytes, block_size: int) -> bool:
    """Whether blocks turned round give ISO 28560-3 with a right CRC, which no chain gives by chance."""
    if block_size > 2 and len(memory) >= block_size:
        head = memory[block_size - 1]
        in_set = 0 < memory[block_size - 3] <= memory[block_size - 2]
        if not in_set or iso28560_3.VERSION_WRITTEN not in (head >> 4, head & 0x0F):
            return False
    turned = iso28560_3.with_blocks_reversed(memory[: iso28560_3.BASIC_BYTES + block_size], block_size)
    return iso28560_3.has_right_crc(turned)


def _by_shape(memory: bytes, chained: TagData, fixed: TagData, *, registered: bool) -> TagData:
    if _is_dm11(memory):
        return TagData(Format.UNKNOWN, {}, (), Foreign.DM11)
    constants = _right_constants_of_rfid501(memory)
    if constants == 2:
        return rfid501.decode(memory)
    if _looks_fixed(memory, fixed):
        return fixed
    begins_right = memory[0] & FIRST_OID_MASK == FIRST_OID and not _is_nfc_forum(memory)
    if begins_right and (IDENTIFIER in chained.elements or Finding.ELEMENT_TRUNCATED in chained.findings):
        return chained
    if constants == 1:
        return rfid501.decode(memory)
    if chained.elements and not _is_nfc_forum(memory) and _is_chain_without_first(chained):
        return chained
    if registered:
        return chained
    return TagData(Format.UNKNOWN, {}, (), Foreign.NFC_FORUM if _is_nfc_forum(memory) else None)


def _is_chain_without_first(chained: TagData) -> bool:
    return WITHOUT_FIRST.issuperset(chained.findings)


def _is_nfc_forum(memory: bytes) -> bool:
    return memory[0] in NFC_MAGIC and len(memory) > 1 and memory[1] & 0xFC == NFC_VERSION_1


def _is_dm11(memory: bytes) -> bool:
    """Bibliotheca DM11, told by the nine tags in libdanrfid's `DM11DataTest.java`.

    Byte 0 is 0B. Units of six bits follow, low bits first: a 1, then the item number in ASCII less 0x20, blank-filled.
    """
    if memory[:1] != DM11_FIRST or len(memory) < DM11_NUMBER_END:
        return False
    number = int.from_bytes(memory[1:DM11_NUMBER_END], "little")
    units = [number >> shift & 0x3F for shift in range(0, (DM11_NUMBER_END - 1) * 8 - 5, 6)]
    text = bytes(unit + 0x20 for unit in units[1:]).decode("ascii").rstrip()
    return units[0] == 1 and text.isalnum()


def _right_constants_of_rfid501(memory: bytes) -> int:
    """How many of the two constant bytes are right, 0 where the rest has not the shape of a 3M tag."""
    head, barcode = memory[:4], memory[4:20]
    if len(head) < 4:
        return 0
    right = (head[0] == rfid501.CONSTANT) + (head[2] == 0)
    whole_set = 0 < head[1] & 0x0F >= head[1] >> 4 > 0
    if right == 2 and whole_set and head[3] in rfid501.ITEM_TYPES:
        return right
    if not _is_text_then_zeros(barcode):
        return 0
    if right == 1 and (head[3] > LAST_ITEM_TYPE or not 0 < head[1] & 0x0F >= head[1] >> 4):
        return 0
    return right


def _looks_fixed(memory: bytes, fixed: TagData) -> bool:
    """Whether the fields of ISO 28560-3 make sense although no CRC fits: each one is weighed, none decides alone."""
    version, usage = memory[0] >> 4, memory[0] & 0x0F
    if version == iso28560_3.VERSION_WRITTEN:
        head = 2 if usage in USAGE_SUBCLASSES else 1
    elif usage == iso28560_3.VERSION_WRITTEN and version in USAGE_SUBCLASSES:
        head = 1
    else:
        return False
    in_set = 0 if Finding.SET_IMPLAUSIBLE in fixed.findings else 2
    identifier, owner = memory[iso28560_3.IDENTIFIER_AT], memory[iso28560_3.OWNER_AT]
    whole = len(memory) >= iso28560_3.SHORT_TAG_BYTES
    return head + in_set + _weight_of_text(identifier) + _weight_of_owner(owner) + whole >= FIXED_ENOUGH


def _weight_of_text(field: bytes) -> int:
    if _is_text_then_zeros(field) or _is_moved(field):
        return 2
    begins = field.partition(b"\0")[0].decode("latin-1")
    return 1 if begins and begins.isprintable() else 0


def _weight_of_owner(field: bytes) -> int:
    if not any(field):
        return 1
    if _is_moved(field):
        return 2
    text = field.partition(b"\0")[0].decode("latin-1")
    if not _is_text_then_zeros(field) or not text[:2].isupper():
        return 0
    if len(field) < SHORT_OWNER_BYTES:
        return 2
    return 3 if is_isil(iso28560_3.with_hyphen(text)[0]) else 0


def _is_moved(field: bytes) -> bool:
    """Whether the field says that its value stands in the library block."""
    return field[:1] == bytes([iso28560_3.IN_LIBRARY_BLOCK]) and not any(field[1:])


def _is_text_then_zeros(field: bytes) -> bool:
    text, _, rest = field.partition(b"\0")
    return bool(text) and not any(rest) and text.isascii() and text.decode("ascii").isprintable()


def read_uhf(uii: bytes, memory: bytes) -> TagData:
    """The best reading of a UHF tag: bank 01 from bit 0, and bank 11 (empty where it was not read)."""
    if uii and not any(uii) and not any(memory):
        return TagData(Format.ISO28560_4, {}, (Noted(Finding.BLANK_TAG, 0, Bank.UII),))
    bank = bank01.parse(uii)
    if bank is None or (bank.toggle and bank.attributes in LIBRARY_AFIS):
        return iso28560_4.decode(uii, memory)
    payload = bank.payload
    if bank.toggle:
        consortium = _is_consortium(uii, payload, doubtful=False)
    else:
        consortium = bank.attributes == 0 and _is_consortium(uii, payload, doubtful=True)
    return gxlm.decode(uii, memory) if consortium else iso28560_4.decode(uii, memory)


MOST_VERSIONS = 8
"""Real tags say version 4; an EPC read as `gxlm` has any number here."""


def _is_consortium(uii: bytes, payload: bytes, *, doubtful: bool) -> bool:
    """Whether bank 01 makes sense as `gxlm`; `doubtful`: also where the identifier cannot be read."""
    if len(payload) < gxlm.LEAST_PAYLOAD:
        return doubtful and bool(payload) and payload[0] & gxlm.RESERVED_BITS == 0
    if payload[0] & gxlm.RESERVED_BITS or payload[1] & gxlm.VERSION_MASK >= MOST_VERSIONS:
        return False
    read = gxlm.decode(uii, b"")
    if read.item_id is not None and about(Finding.COMPACTION_INVALID, IDENTIFIER) not in read.findings:
        return True
    return doubtful and any(payload[gxlm.HEAD_BYTES :])

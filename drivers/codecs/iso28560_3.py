"""ISO 28560-3: HF tags with a basic block of fixed fields ("Danish data model"), read tolerantly.

    0 version, usage | 1 parts | 2 part | 3-18 identifier | 19-20 CRC, low byte first | 21-33 owner without its hyphen

On 32-byte tags the owner ends at byte 31. Sources: the standard's examples B.1 and B.2; clarifications of its editors
at biblstandard.dk (2011); DS/INF 163; github Hypernova-Oy/lainuri, GallusMax/libdanrfid, scriptotek/pyrfidgeek.
"""

from __future__ import annotations

from fastcrc.crc16 import ibm_3740

from drivers.codecs import extension_blocks
from drivers.codecs.compaction import decode_utf8
from drivers.codecs.elements import IDENTIFIER, OWNER, SET, USAGE, VERSION
from drivers.codecs.extension_blocks import ALTERNATIVE_IDENTIFIER, ALTERNATIVE_OWNER
from drivers.codecs.findings import Finding, about
from drivers.codecs.isil import is_isil
from drivers.codecs.iso28560_2 import note_registers
from drivers.codecs.reading import Elements, Format, TagData
from drivers.codecs.values import USAGE_SUBCLASSES, note_control_characters, set_of

DSFID = 0x3E
"""lainuri `iso28560/__init__.py`."""

VERSION_WRITTEN = 1
BASIC_BYTES = 34
SHORT_TAG_BYTES = 32
IDENTIFIER_AT = slice(3, 19)
CRC_AT = slice(19, 21)
OWNER_AT = slice(21, 34)
SHORT_OWNER_END = 32
IN_LIBRARY_BLOCK = 0x01
"""First byte of a field whose value stands in the library block (clarification on part 3, entry 1)."""


def decode(memory: bytes, *, block_size: int = 4, afi: int | None = None, dsfid: int | None = None) -> TagData:
    """Elements and findings of user memory from byte 0."""
    findings: set[str] = set()
    elements: Elements = {}
    if len(memory) < SHORT_TAG_BYTES:
        findings.add(Finding.MEMORY_SHORT)
    crc = crc_finding(memory, block_size)
    if crc is not None:
        findings.add(crc)
        if crc is Finding.BLOCK_BYTES_REVERSED:
            memory = with_blocks_reversed(memory, block_size)
    basic = memory[:BASIC_BYTES].ljust(BASIC_BYTES, b"\0")
    _read_head(basic, elements, findings)
    moved: dict[str, str] = {}
    if basic[IDENTIFIER_AT][0] == IN_LIBRARY_BLOCK:
        moved[ALTERNATIVE_IDENTIFIER] = IDENTIFIER
        _field(basic[IDENTIFIER_AT], IDENTIFIER, findings)
    else:
        _read_identifier(basic[IDENTIFIER_AT], elements, findings)
    if basic[OWNER_AT][0] == IN_LIBRARY_BLOCK:
        moved[ALTERNATIVE_OWNER] = OWNER
        _field(basic[OWNER_AT], OWNER, findings)
    else:
        _read_owner(basic[OWNER_AT], elements, findings)
    extension_blocks.read(memory, BASIC_BYTES, elements, findings, moved)
    if IDENTIFIER not in elements:
        findings.add(Finding.IDENTIFIER_MISSING)
    owner = elements.get(OWNER)
    if isinstance(owner, str) and not is_isil(owner):
        findings.add(about(Finding.ISIL_SYNTAX, OWNER))
    note_registers(afi, dsfid, DSFID, findings)
    return TagData(Format.ISO28560_3, elements, tuple(sorted(findings)))


def crc_of(basic: bytes) -> int:
    """CRC-16 of a basic block of 34 bytes: over 0-18, then 21-33 (0x1021, initial 0xFFFF, not reflected)."""
    return ibm_3740(basic[:19] + basic[21:BASIC_BYTES])


def crc_finding(memory: bytes, block_size: int) -> Finding | None:
    """None for a right CRC, else the first habit of the field that explains it, else `CRC_MISMATCH`."""
    basic = memory[:BASIC_BYTES].ljust(BASIC_BYTES, b"\0")
    stored = basic[19] | basic[20] << 8
    right = crc_of(basic)
    if stored == right:
        return None
    if stored == crc_of(basic[:SHORT_OWNER_END] + b"\0\0"):
        return Finding.CRC_OVER_32_BYTES
    if basic[19] << 8 | basic[20] == right:
        return Finding.CRC_BYTE_ORDER
    if stored == ibm_3740(basic[:19] + basic[21:SHORT_OWNER_END]):
        return Finding.CRC_WITHOUT_FILLER
    turned = with_blocks_reversed(memory, block_size)[:BASIC_BYTES].ljust(BASIC_BYTES, b"\0")
    if turned[19] | turned[20] << 8 == crc_of(turned):
        return Finding.BLOCK_BYTES_REVERSED
    return Finding.CRC_MISMATCH


def with_blocks_reversed(memory: bytes, block_size: int) -> bytes:
    """The bytes of each block turned round: one supplier writes them so (libdanrfid `DDMData.java`)."""
    return b"".join(memory[start : start + block_size][::-1] for start in range(0, len(memory), block_size))


def _read_head(basic: bytes, elements: Elements, findings: set[str]) -> None:
    version, usage = basic[0] >> 4, basic[0] & 0x0F
    if version != VERSION_WRITTEN:
        if usage == VERSION_WRITTEN:
            version, usage = usage, version
            findings.add(Finding.NIBBLES_SWAPPED)
        else:
            findings.add(Finding.VERSION_UNEXPECTED)
    elements[VERSION] = version
    elements[USAGE] = f"{usage:X}"
    if usage not in USAGE_SUBCLASSES:
        findings.add(Finding.USAGE_RESERVED)
    elements[SET] = set_of(basic[1], basic[2], findings)


def _read_identifier(field: bytes, elements: Elements, findings: set[str]) -> None:
    data = _field(field, IDENTIFIER, findings)
    if not data:
        return
    text, flaw = decode_utf8(data)
    if flaw:
        text = data.decode("latin-1")
        findings.add(about(flaw, IDENTIFIER))
    note_control_characters(text, IDENTIFIER, findings)
    elements[IDENTIFIER] = text


def _read_owner(field: bytes, elements: Elements, findings: set[str]) -> None:
    data = _field(field, OWNER, findings)
    if not data:
        return
    text, flaw = decode_utf8(data)
    if flaw:
        findings.add(about(flaw, OWNER))
    note_control_characters(text, OWNER, findings)
    elements[OWNER] = with_hyphen(text, findings)


def with_hyphen(stored: str, findings: set[str]) -> str:
    """The ISIL of a stored owner: its hyphen back after the two letters of a country, known habits repaired."""
    country = stored[:2]
    if len(stored) <= 2 or not (country.isascii() and country.isalpha()):
        return stored
    unit = stored[2:]
    if unit[:2] == country and len(unit) > 2:
        findings.add(Finding.COUNTRY_REPEATED)
        unit = unit[2:]
    if unit.startswith("-") and len(unit) > 1:
        findings.add(Finding.HYPHEN_STORED)
        return country + unit
    return f"{country}-{unit}"


def _field(field: bytes, key: str, findings: set[str]) -> bytes:
    """A fixed field up to the zero that ends it."""
    data, _, rest = field.partition(b"\0")
    if any(rest):
        findings.add(about(Finding.FIELD_DIRTY, key))
    return data

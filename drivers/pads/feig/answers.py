"""What the data of answers mean. Source: FEIG H20800-16e-ID-B, chapters 6 and 7.

UIDs are 16 upper-case hex digits, `E0` first, as they stand in the frame.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.pads.feig.codes import UID_BYTES, UID_FIRST_BYTE, reader_name
from drivers.pads.polling.memory_reading import Blocks

_VERSION = struct.Struct(">HBBBH")
"""SW-REV, D-REV, HW-TYPE, SW-TYPE, TR-TYPE (6.4)."""
_BUFFERS = struct.Struct(">HH")
"""RX-BUF, TX-BUF, behind the same (6.5)."""
_SYSTEM_INFORMATION = struct.Struct("B8sBBBB")
"""DSFID, UID, AFI, MEM-SIZE (2), IC-REF (7.2.8)."""
_ISO_15693 = 0x03
_TYPE_BITS = 0x0F
"""Low bits of TR-TYPE; the high ones are the radio technology (7.1.1.1)."""
_RECORD_BYTES = {
    _ISO_15693: 1 + UID_BYTES,
    0x00: UID_BYTES,  # I-CODE 1: serial number (7.1.1.2)
    0x04: 2 + UID_BYTES,  # ISO 14443 A: TR-INFO, OPT-INFO, UID (7.1.1.2)
}
"""Length of an inventory record after its TR-TYPE, by the type's low four bits."""
_BLOCK_SIZE_BITS = 0x1F
_MINUS_ONE_SIZES = frozenset({3, 7, 15, 31})
"""Block sizes that only make sense as "size minus one"; others are taken as they are (unclear in 7.2.8)."""
_USUAL_BLOCK_SIZE = 4
_MOST_BLOCKS = 256
"""A tag of so many blocks, counted in one byte, is a tag of 0."""


@dataclass(frozen=True, slots=True)
class ReaderIdentity:
    """Which reader answers (0x65)."""

    model: str
    firmware: str

    def __str__(self) -> str:
        return f"FEIG {self.model}, firmware {self.firmware}"


@dataclass(frozen=True, slots=True)
class TagRecord:
    """An ISO 15693 tag in an inventory."""

    uid: str
    dsfid: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """The records of one inventory answer."""

    tags: tuple[TagRecord, ...]
    """ISO 15693 only. A UID may come twice."""
    others: int
    """Records of other types: named, and passed over."""
    whole: bool
    """False when a record of an unknown type made the rest unreadable."""


@dataclass(frozen=True, slots=True)
class SystemInformation:
    """What a tag says of itself (0x2B)."""

    dsfid: int
    uid: str
    afi: int
    block_size: int
    """Bytes; right whether the reader sends size or size minus one."""
    blocks: int
    """At most one too few where the reader's way of counting cannot be told."""


def read_identity(data: bytes) -> ReaderIdentity | None:
    """Software version, or None where the data is none."""
    if len(data) < _VERSION.size:
        return None
    software, _, _, sw_type, _ = _VERSION.unpack_from(data)
    return ReaderIdentity(reader_name(sw_type), f"{software >> 8}.{software & 0xFF:02d}")


def read_longest_answer(data: bytes) -> int | None:
    """The largest frame that the reader gives, from its reader information; None where the data is none."""
    if len(data) < _VERSION.size + _BUFFERS.size:
        return None
    _, gives = _BUFFERS.unpack_from(data, _VERSION.size)
    return int(gives)


def read_inventory(data: bytes) -> Inventory | None:
    """The records of an inventory answer, or None where the data is none."""
    if not data:
        return None
    tags: list[TagRecord] = []
    others, place, whole = 0, 1, True
    for _ in range(data[0]):
        length = _RECORD_BYTES.get(data[place] & _TYPE_BITS) if place < len(data) else None
        record = data[place + 1 : place + 1 + length] if length is not None else b""
        if length is None or len(record) < length:
            whole = False
            break
        if data[place] & _TYPE_BITS != _ISO_15693:
            others += 1
        elif record[1] == UID_FIRST_BYTE:
            tags.append(TagRecord(record[1:].hex().upper(), record[0]))
        else:
            return None
        place += 1 + length
    whole = whole and place == len(data)
    return Inventory(tuple(tags), others, whole) if whole or tags else None


def read_system_information(data: bytes) -> SystemInformation | None:
    """System information, or None where the data is none."""
    if len(data) != _SYSTEM_INFORMATION.size:
        return None
    dsfid, uid, afi, size, count, _ = _SYSTEM_INFORMATION.unpack(data)
    size &= _BLOCK_SIZE_BITS
    minus_one = size in _MINUS_ONE_SIZES
    block_size = size + 1 if minus_one else size or _USUAL_BLOCK_SIZE
    blocks = count + 1 if minus_one else count or _MOST_BLOCKS
    return SystemInformation(dsfid, uid.hex().upper(), afi, block_size, blocks)


def read_block_data(data: bytes, *, reversed_blocks: bool) -> Blocks | None:
    """DB-N, DB-SIZE, then a security byte and a block each; None where the data is none."""
    if len(data) < 2 or data[1] == 0:
        return None
    count, size = data[0], data[1]
    if len(data) != 2 + count * (1 + size):
        return None
    step = -1 if reversed_blocks else 1
    starts = range(3, len(data), 1 + size)
    return Blocks(size, tuple(data[start : start + size][::step] for start in starts))

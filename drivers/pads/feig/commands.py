"""Requests and answers of 0xB0, the ISO host commands, and of the reader itself. Source: FEIG H20800-16e-ID-B, 6 and 7.

UIDs are 16 upper-case hex digits, `E0` first, as they stand in the frame.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

UID_BYTES = 8
INVENTORY_MORE = 0x80
"""MODE of an inventory: give the records that did not fit (7.1.1)."""
MODE_ADDRESSED = 0x01
TYPE_ISO_15693 = 0x03
TYPE_BITS = 0x0F
RECORD_BYTES = {
    TYPE_ISO_15693: 1 + UID_BYTES,
    0x00: UID_BYTES,  # I-CODE 1: serial number (7.1.1.2)
    0x04: 2 + UID_BYTES,  # ISO 14443 A: TR-INFO, OPT-INFO, UID (7.1.1.2)
}
"""Length of an inventory record after its TR-TYPE, by the type's low four bits."""
BLOCK_SIZE_BITS = 0x1F
MINUS_ONE_SIZES = frozenset({3, 7, 15, 31})
"""Block sizes that only make sense as "size minus one"; other values are taken as they are (7.2, unclear there)."""


class Command(IntEnum):
    """COMMAND byte."""

    BAUD_RATE_DETECTION = 0x52
    SOFTWARE_VERSION = 0x65
    RF_RESET = 0x69
    ISO_HOST = 0xB0


class Iso(IntEnum):
    """Sub-command of 0xB0."""

    INVENTORY = 0x01
    READ_BLOCKS = 0x23
    WRITE_BLOCKS = 0x24
    WRITE_AFI = 0x27
    SYSTEM_INFORMATION = 0x2B


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


@dataclass(frozen=True, slots=True)
class Inventory:
    """The records of one inventory answer."""

    uids: tuple[str, ...]
    """ISO 15693 tags only."""
    others: int
    """Records of other types: named, and passed over."""
    whole: bool
    """False when a record of an unknown type made the rest unreadable."""


def inventory(*, more: bool) -> bytes:
    return bytes((Iso.INVENTORY, INVENTORY_MORE if more else 0))


def system_information(uid: str) -> bytes:
    return bytes((Iso.SYSTEM_INFORMATION, MODE_ADDRESSED)) + bytes.fromhex(uid)


def read_blocks(uid: str, first: int, count: int) -> bytes:
    return bytes((Iso.READ_BLOCKS, MODE_ADDRESSED)) + bytes.fromhex(uid) + bytes((first, count))


def write_blocks(uid: str, first: int, block_size: int, data: bytes) -> bytes:
    """Write whole blocks; `data` as it goes on the wire (turned round for a reader that reverses blocks)."""
    head = bytes((Iso.WRITE_BLOCKS, MODE_ADDRESSED)) + bytes.fromhex(uid)
    return head + bytes((first, len(data) // block_size, block_size)) + data


def write_afi(uid: str, afi: int) -> bytes:
    return bytes((Iso.WRITE_AFI, MODE_ADDRESSED)) + bytes.fromhex(uid) + bytes((afi,))


def read_inventory(data: bytes) -> Inventory | None:
    """The records of an inventory answer, or None where the data is none."""
    if not data:
        return None
    uids: list[str] = []
    others, place = 0, 1
    for _ in range(data[0]):
        if place >= len(data):
            return None
        kind = data[place] & TYPE_BITS
        length = RECORD_BYTES.get(kind)
        if length is None:
            return Inventory(tuple(uids), others + 1, whole=False)
        record = data[place + 1 : place + 1 + length]
        if len(record) < length:
            return None
        if kind == TYPE_ISO_15693:
            uids.append(record[1:].hex().upper())
        else:
            others += 1
        place += 1 + length
    return Inventory(tuple(uids), others, whole=True) if place == len(data) else None


def read_system_information(data: bytes) -> SystemInformation | None:
    """System information, or None where the data is none."""
    if len(data) != 13:
        return None
    dsfid, uid, afi, size, count, _ = struct.unpack("B8sBBBB", data)
    size &= BLOCK_SIZE_BITS
    minus_one = size in MINUS_ONE_SIZES
    block_size = size + 1 if minus_one else size
    return SystemInformation(dsfid, uid.hex().upper(), afi, block_size or 4, count + 1 if minus_one else count)


def read_block_data(data: bytes, *, reversed_blocks: bool) -> tuple[int, list[bytes]] | None:
    """Block size and blocks of a read answer, in the tag's own order of bytes; None where the data is none."""
    if len(data) < 2 or data[1] == 0:
        return None
    count, size = data[0], data[1]
    if len(data) != 2 + count * (1 + size):
        return None
    starts = range(3, len(data), 1 + size)
    step = -1 if reversed_blocks else 1
    return size, [data[start : start + size][::step] for start in starts]

"""What the data of answers mean, behind the error code.

Numbers are big-endian, blocks in the tag's own order of bytes.

Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0, chapter 7.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.pads.m3_210.codes import LOCK_LIMIT, UID_BYTES, UID_FIRST_BYTE, TagInfo

_VERSION_BYTES = 4
"""0A, major, minor, build (7.2)."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Tags of one answer (7.1)."""

    uids: tuple[str, ...]
    """ISO 15693 by their first byte; each once, although the reader may tell one twice."""
    others: int
    whole: bool
    """As many records as the answer counts."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a read answer (7.5)."""

    lock: int
    """Lock bits, or the error code with which this block could not be read."""
    data: bytes

    @property
    def good(self) -> bool:
        """Whether the data are the tag's."""
        return self.lock <= LOCK_LIMIT


@dataclass(frozen=True, slots=True)
class Information:
    """What a tag says of itself, as far as the reader got it (7.18)."""

    dsfid: int | None
    afi: int | None
    block_size: int | None
    """Bytes, the minus-one added back."""
    blocks: int | None


def read_version(data: bytes) -> str | None:
    """`3.2.6`, or None where the data are none."""
    return ".".join(map(str, data[1:_VERSION_BYTES])) if len(data) >= _VERSION_BYTES else None


def read_inventory(data: bytes) -> Inventory | None:
    """AFI, options, count and UIDs of an inventory without DSFIDs; None where the data are none."""
    if len(data) < 3:
        return None
    count, records = data[2], data[3:]
    starts = range(0, min(len(records) // UID_BYTES, count) * UID_BYTES, UID_BYTES)
    found = dict.fromkeys(records[start : start + UID_BYTES] for start in starts)
    uids = tuple(uid.hex().upper() for uid in found if uid[0] == UID_FIRST_BYTE)
    return Inventory(uids, len(found) - len(uids), len(records) == count * UID_BYTES)


def read_blocks(data: bytes, first: int, most: int, block_size: int) -> tuple[Block, ...] | None:
    """Blocks from `first` on, at most `most`, behind the UID; None where the data are no such blocks.

    Old style: count, then number, lock and data of each. New style: first block, count, then lock and data of each.
    """
    old = _blocks(data[1:], data[0], most, 2 + block_size) if data else None
    if old is not None and [each[0] for each in old] == list(range(first, first + len(old))):
        return tuple(Block(each[1], each[2:]) for each in old)
    new = _blocks(data[2:], data[1], most, 1 + block_size) if len(data) >= 2 and data[0] == first else None
    return None if new is None else tuple(Block(each[0], each[1:]) for each in new)


def _blocks(data: bytes, count: int, most: int, size: int) -> list[bytes] | None:
    if not 0 < count <= most or len(data) != count * size:
        return None
    return [data[start : start + size] for start in range(0, len(data), size)]


def read_information(data: bytes) -> Information | None:
    """Tag information behind the UID: which parts, then those; None where the data are none."""
    if not data:
        return None
    got, left = TagInfo(data[0] & 0x0F), data[1:]
    sizes = {TagInfo.DSFID: 1, TagInfo.AFI: 1, TagInfo.MEMORY: 2, TagInfo.IC_REFERENCE: 1}
    if len(left) != sum(size for part, size in sizes.items() if part in got):
        return None
    parts: dict[TagInfo, bytes] = {}
    for part, size in sizes.items():
        if part in got:
            parts[part], left = left[:size], left[size:]
    memory = parts.get(TagInfo.MEMORY)
    return Information(
        parts[TagInfo.DSFID][0] if TagInfo.DSFID in parts else None,
        parts[TagInfo.AFI][0] if TagInfo.AFI in parts else None,
        None if memory is None else memory[0] + 1,
        None if memory is None else memory[1] + 1,
    )

"""What the INF of answers means. Numbers are low byte first; UIDs are 16 upper-case hex digits, `E0` first.

Source: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866/iblock.py, tag_memory_access_command.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.pads.rl866.codes import ISO_15693, Access, Status
from drivers.pads.system_information import UID_BYTES, UID_FIRST_BYTE

_ANSWER = struct.Struct("<BH")
"""Command, status."""
_INVENTORY = struct.Struct("<BHB")
"""Stop, tags found in all, records in this message."""
_REPORTS = struct.Struct("<HB")
"""Records left in the reader, records in this message (RL8000_Comm.cpp, respGetTagBufferHeader)."""
_STOPPED_EARLY = 1
_HAS_ANTENNA, _HAS_PROTOCOL, _HAS_TAG_TYPE, _HAS_SERIAL = 0x01, 0x02, 0x04, 0x08
_FIELDS_KNOWN = _HAS_ANTENNA | _HAS_PROTOCOL | _HAS_TAG_TYPE | _HAS_SERIAL
"""Memory data (10) and embedded commands (80) have no public layout that was seen on a wire."""
_RESULT = struct.Struct("<HB")
"""Access code, 1 when the operation was done."""
_DONE = 1
_LONG_LENGTH = 0x80
"""A length from here on has a second byte: seven bits each, the low ones first (tool.cpp, EBV_Get)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one command."""

    command: int
    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class TagRecord:
    """An ISO 15693 tag in an inventory."""

    uid: str
    tag_type: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """The records of one message."""

    tags: tuple[TagRecord, ...]
    """ISO 15693 only. A UID may come twice."""
    others: int
    """Records of other protocols: named, and passed over."""
    records: int
    """How many records the message says it holds."""
    whole: bool
    """False when a record of an unknown layout made the rest unreadable."""


@dataclass(frozen=True, slots=True)
class InventoryEnd:
    """What the head of an inventory says beside its records."""

    stopped_early: bool
    """Time or room ran out: tags are left to be looked for."""
    total: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation of a tag access."""

    code: int
    done: bool
    data: bytes

    @property
    def error(self) -> int:
        """Why it was not done; `Status.OK` where it was, or where the reader does not say."""
        return Status.OK if self.done or len(self.data) < 2 else int.from_bytes(self.data[:2], "little")


def read_answer(content: bytes) -> Answer | None:
    """Command, status and the rest of INF; None where there is not that much."""
    if len(content) < _ANSWER.size:
        return None
    command, status = _ANSWER.unpack_from(content)
    return Answer(command, status, content[_ANSWER.size :])


def read_inventory(data: bytes) -> tuple[InventoryEnd, Inventory] | None:
    """An inventory's head and records, or None where the data is none."""
    if len(data) < _INVENTORY.size:
        return None
    stop, total, records = _INVENTORY.unpack_from(data)
    return InventoryEnd(stop == _STOPPED_EARLY, total), _read_records(data[_INVENTORY.size :], records)


def read_reports(data: bytes) -> tuple[int, Inventory] | None:
    """How many records the reader still keeps, and those of this message; None where the data is none."""
    if len(data) < _REPORTS.size:
        return None
    left, records = _REPORTS.unpack_from(data)
    return left, _read_records(data[_REPORTS.size :], records)


def _read_records(data: bytes, records: int) -> Inventory:
    tags: list[TagRecord] = []
    others, at, whole = 0, 0, True
    for _ in range(records):
        flags = data[at] if at < len(data) else ~_FIELDS_KNOWN
        at += 1 + (flags & _HAS_ANTENNA)
        named = 2 if flags & (_HAS_PROTOCOL | _HAS_TAG_TYPE) == _HAS_PROTOCOL | _HAS_TAG_TYPE else None
        length = data[at + 2] if named and flags & _HAS_SERIAL and at + 2 < len(data) else None
        if flags & ~_FIELDS_KNOWN or length is None or at + 3 + length > len(data):
            whole = False
            break
        protocol, tag_type, serial = data[at], data[at + 1], data[at + 3 : at + 3 + length]
        at += 3 + length
        uid = serial[:UID_BYTES][::-1]
        if protocol == ISO_15693 and len(uid) == UID_BYTES and uid[0] == UID_FIRST_BYTE:
            tags.append(TagRecord(uid.hex().upper(), tag_type))
        else:
            others += 1
    return Inventory(tuple(tags), others, records, whole)


def read_handle(data: bytes) -> int | None:
    """The handle of a connected tag, 1 to 255; None where the data is none."""
    return data[0] or None if data else None


def read_results(data: bytes) -> tuple[Result, ...] | None:
    """The results of a tag access in the order of its operations; None where a record is cut."""
    results: list[Result] = []
    at = 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= _LONG_LENGTH:
            if at >= len(data):
                return None
            length, at = length & ~_LONG_LENGTH | data[at] << 7, at + 1
        record = data[at : at + length]
        if length < _RESULT.size or len(record) < length:
            return None
        code, done = _RESULT.unpack_from(record)
        results.append(Result(code, done == _DONE, record[_RESULT.size :]))
        at += length
    return tuple(results)


def result_of(results: tuple[Result, ...], code: Access) -> Result | None:
    """The first result of an operation."""
    return next((each for each in results if each.code == code), None)


def read_blocks(data: bytes) -> tuple[bytes, ...] | None:
    """Count and data, without security bytes, in the tag's own order; None where the data is no whole blocks."""
    count = int.from_bytes(data[:2], "little")
    memory = data[2:]
    if not count or not memory or len(memory) % count:
        return None
    size = len(memory) // count
    return tuple(memory[start : start + size] for start in range(0, len(memory), size))

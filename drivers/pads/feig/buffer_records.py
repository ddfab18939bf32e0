"""Records of a buffered read or of a gate's notification, answer of 0x22.

Source: FEIG ISC.SDK.Linux 4.06.10, FEDM_BRMTabItem.cpp (SetData, SetSnr_0x22), FEDM_ISCReaderModule.cpp (cbNewNotify).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from drivers.described import FieldValue

RECORD_TRUNCATED = "record-truncated"
_RECORD_LENGTH_BYTES = 2
_SETS_BYTES = 2
_TIME_BYTES = 4
"""Hour, minute, milliseconds of the minute (2, MSB first)."""
_DATE_BYTES = 5
_INPUT_BYTES = 2
_MAC_BYTES = 6
_RSSI_BYTES = 6
"""Antenna, RSSI, four bytes reserved."""

Record = dict[str, FieldValue]


class _Holds(IntFlag):
    """TR-DATA1: parts of each record."""

    IDENTITY = 0x01
    BLOCKS = 0x02
    ANTENNA = 0x10
    TIME = 0x20
    DATE = 0x40
    MORE_FLAGS = 0x80
    """TR-DATA2 follows."""


class _HoldsToo(IntFlag):
    """TR-DATA2."""

    INPUTS = 0x01
    MAC = 0x02
    AFI_DSFID = 0x04
    """The identity's length counts two bytes more: AFI and DSFID stand before the UID."""
    RSSI = 0x10
    DIRECTION = 0x20


@dataclass(frozen=True, slots=True)
class BufferTable:
    """The records of one answer."""

    tr_data: bytes
    """The flags as they came: one or two bytes."""
    sets: int
    """Records announced."""
    records: tuple[Record, ...]
    """Those that are whole."""
    whole: bool
    """False when a record announced is missing or shorter than its flags say."""
    leftover: bytes = b""
    """What follows the last record announced."""


class _Short(Exception):
    """A record ends before its flags do."""


@dataclass(slots=True)
class _Bytes:
    left: bytes

    def take(self, size: int) -> bytes:
        if len(self.left) < size:
            raise _Short
        taken, self.left = self.left[:size], self.left[size:]
        return taken

    def number(self, size: int = 1) -> int:
        return int.from_bytes(self.take(size))

    def hex(self, size: int) -> str:
        return self.take(size).hex().upper()


def read_records(data: bytes) -> BufferTable | None:
    """TR-DATA, SETS and the records behind the status, or None where not even those are there."""
    left = _Bytes(data)
    try:
        flags = left.take(1)
        if flags[0] & _Holds.MORE_FLAGS:
            flags += left.take(1)
        sets = left.number(_SETS_BYTES)
    except _Short:
        return None
    holds, holds_too = _Holds(flags[0]), _HoldsToo(flags[1] if len(flags) > 1 else 0)
    records: list[Record] = []
    for _ in range(sets):
        try:
            # REC-LEN counts itself; what it holds beyond the flags are fields of the future.
            size = max(left.number(_RECORD_LENGTH_BYTES) - _RECORD_LENGTH_BYTES, 0)
            records.append(_read_record(_Bytes(left.take(size)), holds, holds_too))
        except _Short:
            return BufferTable(flags, sets, tuple(records), whole=False)
    return BufferTable(flags, sets, tuple(records), whole=True, leftover=left.left)


def _read_record(left: _Bytes, holds: _Holds, holds_too: _HoldsToo) -> Record:
    record: Record = {}
    if _Holds.IDENTITY in holds:
        _read_identity(left, record, with_afi=_HoldsToo.AFI_DSFID in holds_too)
    if _Holds.BLOCKS in holds:
        blocks = left.number(2)
        size = left.number()
        record |= {"block_size": size, "data": left.hex(blocks * size)}
    # Date after time and antenna after both, although its bit is lower.
    if _Holds.TIME in holds:
        record["time"] = left.hex(_TIME_BYTES)
    if _Holds.DATE in holds:
        record["date"] = left.hex(_DATE_BYTES)
    if _Holds.ANTENNA in holds:
        record["antenna"] = left.number()
    if _HoldsToo.INPUTS in holds_too:
        left.take(_INPUT_BYTES)
    if _HoldsToo.MAC in holds_too:
        left.take(_MAC_BYTES)
    if _HoldsToo.RSSI in holds_too:
        left.take(left.number() * _RSSI_BYTES)
    if _HoldsToo.DIRECTION in holds_too:
        record["direction"] = left.number()
    return record


def _read_identity(left: _Bytes, record: Record, *, with_afi: bool) -> None:
    record |= {"tr_type": left.number(), "iddt": left.number()}
    size = left.number()
    identity = _Bytes(left.take(size))
    if with_afi:
        record |= {"afi": identity.number(), "dsfid": identity.number()}
    record["uid"] = identity.hex(len(identity.left))

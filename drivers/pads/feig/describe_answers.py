"""Answers of the OBID protocol in words. Source: FEIG H20800-16e-ID-B, chapters 5 and 6, annex C.

Buffered read and people counter: FEIG ISC.SDK.Linux 4.06.10, FEDM_BRMTabItem.cpp and FedmIscPeopleCounter.cpp.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from drivers.described import Described, FieldValue
from drivers.frames import LENGTH_INVALID
from drivers.pads.feig.buffer_records import RECORD_TRUNCATED, read_records
from drivers.pads.feig.codes import WITH_RECORDS, Command, Status
from drivers.pads.feig.describe_requests import MESSAGES

Fields = dict[str, FieldValue]

_VERSION = struct.Struct(">HBBBH")
"""SW-REV, D-REV, HW-TYPE, SW-TYPE, TR-TYPE (6.4)."""
_VERSION_NAMES = ("sw_rev", "d_rev", "hw_type", "sw_type", "tr_type")
_READER_INFO = struct.Struct(">HBBBHHH")
"""The same, then RX-BUF and TX-BUF (6.5)."""
_TABLE = struct.Struct(">HHH")
_COUNTERS = struct.Struct(">IIII")
_CONFIGURATION_BYTES = 14
_TABLE_STATUSES = frozenset({Status.OK, Status.RF_WARNING, Status.NO_DATA_YET, Status.BUFFER_OVERFLOW})
"""Statuses with which the table information still follows (LR1002 H20411-0e, 10.5)."""


def describe_answer(body: bytes) -> Described:
    """An answer from COM-ADR to the last data byte, at least three bytes; fewer are a frame of a wrong length."""
    address, command = body[0], body[1]
    message = MESSAGES[Command(command)] if command in MESSAGES else f"unknown-{command:02X}"
    fields: Fields = {"address": address}
    unknown = [] if command in MESSAGES else ["unknown-command"]
    if len(body) < 3:
        return Described(message, fields, [*unknown, LENGTH_INVALID])
    status, data = body[2], body[3:]
    fields["status"] = status
    findings = unknown + ([] if status in Status.__members__.values() else ["unknown-status"])
    reads = _READS.get(command)
    if reads is not None and status in reads[0]:
        return Described(message, fields, findings + reads[1](fields, data))
    if data:
        fields["data"] = data.hex().upper()
    expects_data = command in (Command.ISO_HOST, *_READS) or unknown or status != Status.OK
    return Described(message, fields, findings if expects_data or not data else [*findings, LENGTH_INVALID])


def _leftover(fields: Fields, data: bytes) -> list[str]:
    """Bytes that the layout does not explain are kept."""
    if data:
        fields["data"] = data.hex().upper()
    return [LENGTH_INVALID]


def _version(fields: Fields, data: bytes) -> list[str]:
    if len(data) != _VERSION.size:
        return _leftover(fields, data)
    fields |= dict(zip(_VERSION_NAMES, _VERSION.unpack(data), strict=True))
    return []


def _reader_info(fields: Fields, data: bytes) -> list[str]:
    if len(data) != _READER_INFO.size:
        return _leftover(fields, data)
    fields |= dict(zip((*_VERSION_NAMES, "rx_buf", "tx_buf"), _READER_INFO.unpack(data), strict=True))
    return []


def _configuration(fields: Fields, data: bytes) -> list[str]:
    if len(data) != _CONFIGURATION_BYTES:
        return _leftover(fields, data)
    fields["data"] = data.hex().upper()
    return []


def _table(fields: Fields, data: bytes) -> list[str]:
    if len(data) != _TABLE.size:
        return _leftover(fields, data)
    fields |= dict(zip(("tab_size", "tab_start", "tab_len"), _TABLE.unpack(data), strict=True))
    return []


def _counter(fields: Fields, data: bytes) -> list[str]:
    if len(data) < _COUNTERS.size:
        return _leftover(fields, data)
    fields["counters"] = list(_COUNTERS.unpack_from(data))
    if len(data) > _COUNTERS.size:
        fields["bus_address"] = data[_COUNTERS.size]
    return []


def _buffer(fields: Fields, data: bytes) -> list[str]:
    if not data:
        return []
    table = read_records(data)
    if table is None:
        return [RECORD_TRUNCATED]
    fields |= {"tr_data": table.tr_data.hex().upper(), "sets": table.sets, "records": list(table.records)}
    if table.leftover:
        return _leftover(fields, table.leftover)
    return [] if table.whole else [RECORD_TRUNCATED]


_READS: dict[int, tuple[frozenset[Status], Callable[[Fields, bytes], list[str]]]] = {
    Command.SOFTWARE_VERSION: (frozenset({Status.OK}), _version),
    Command.READER_INFO: (frozenset({Status.OK}), _reader_info),
    Command.READ_CONFIGURATION: (frozenset({Status.OK}), _configuration),
    Command.GET_COUNTER: (frozenset({Status.OK}), _counter),
    Command.BUFFER_INFO: (_TABLE_STATUSES, _table),
    Command.READ_BUFFER: (WITH_RECORDS, _buffer),
}
"""By command: the statuses with which its data follow, and what puts them into fields and tells findings."""

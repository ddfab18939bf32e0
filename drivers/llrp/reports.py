"""Tags that a reader reports. Source: EPCglobal LLRP 1.1, 17.2.7.3 (TagReportData) and 17.3.1.5 (results)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.llrp.codes import SUCCESS, TlvParameter, TvParameter
from drivers.llrp.parameters import Cut, cut

_BITS_HEAD = 2
_RESULT_HEAD = struct.Struct(">BHH")


@dataclass(frozen=True, slots=True)
class OperationResult:
    """What came of one operation of an AccessSpec."""

    operation_id: int
    result: int
    """0 is success; others by the operation: C1G2ReadResultType, C1G2WriteResultType."""
    data: bytes = b""
    """What was read."""

    @property
    def succeeded(self) -> bool:
        """The operation was done."""
        return self.result == SUCCESS


@dataclass(frozen=True, slots=True)
class TagReport:
    """One tag as reported. None stands for what the reader did not tell."""

    uii: bytes
    """The EPC, which is bank 01 behind the PC."""
    pc: int | None = None
    """The protocol control word."""
    antenna: int | None = None
    rssi_dbm: int | None = None
    first_seen_us: int | None = None
    """Microseconds since 1970 by the reader's clock, as the next."""
    last_seen_us: int | None = None
    count: int | None = None
    """How often it was seen since the last report."""
    results: tuple[OperationResult, ...] = ()


def read_reports(body: bytes) -> list[TagReport]:
    """The tags of an RO_ACCESS_REPORT. One without an EPC is left out; what cannot be read of one is not told."""
    reports = (_read_report(cut(data)) for data in cut(body).all(TlvParameter.TAG_REPORT_DATA))
    return [report for report in reports if report is not None]


def _read_report(parts: Cut) -> TagReport | None:
    uii = parts.first(TvParameter.EPC_96)
    if uii is None:
        uii = _whole_bits(parts.first(TlvParameter.EPC_DATA) or b"")
    if not uii:
        return None
    return TagReport(
        uii,
        _number(parts, TvParameter.PC_BITS),
        _number(parts, TvParameter.ANTENNA_ID),
        _signed(parts.first(TvParameter.PEAK_RSSI)),
        _number(parts, TvParameter.FIRST_SEEN_UTC),
        _number(parts, TvParameter.LAST_SEEN_UTC),
        _number(parts, TvParameter.SEEN_COUNT),
        tuple(result for kind, content in parts.parameters if (result := _read_result(kind, content)) is not None),
    )


def _number(parts: Cut, kind: TvParameter) -> int | None:
    content = parts.first(kind)
    return None if content is None else int.from_bytes(content)


def _signed(content: bytes | None) -> int | None:
    return None if content is None else int.from_bytes(content, signed=True)


def _whole_bits(content: bytes) -> bytes:
    """The bytes of a bit string with its count of bits before it; empty where some are missing."""
    size = (int.from_bytes(content[:_BITS_HEAD]) + 7) // 8
    data = content[_BITS_HEAD : _BITS_HEAD + size]
    return data if len(data) == size else b""


def _read_result(kind: int, content: bytes) -> OperationResult | None:
    if kind not in (TlvParameter.C1G2_READ_RESULT, TlvParameter.C1G2_WRITE_RESULT):
        return None
    if len(content) < _RESULT_HEAD.size:
        return None
    result, operation_id, words = _RESULT_HEAD.unpack_from(content)
    if kind == TlvParameter.C1G2_WRITE_RESULT:
        return OperationResult(operation_id, result)
    data = content[_RESULT_HEAD.size : _RESULT_HEAD.size + 2 * words]
    return OperationResult(operation_id, result, data) if len(data) == 2 * words else None

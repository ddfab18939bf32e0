"""TAGSYS LSP2 gates in words, for `kiosk wire decode lsp2`. This wire has no checksum.

Source: github GallusMax/libdanrfid, org/tagsys/LSP2/LSP2.java and DBRecord.java, from use against real gates.
"""

from __future__ import annotations

from datetime import datetime

from drivers.described import Described, Direction, FieldValue
from drivers.frames import LENGTH_INVALID, Framing

_START, _HEAD = 0x1E, 3
_GET_TIME, _GET_RECORD_COUNT, _GET_RECORD, _GET_COUNTER = 0x0A, 0x2D, 0x2E, 0x32
_NAMES = {
    _GET_TIME: "get-time",
    _GET_RECORD_COUNT: "get-record-count",
    _GET_RECORD: "get-record",
    _GET_COUNTER: "get-counter",
}
_REQUEST_SIZES = {_GET_TIME: 0, _GET_RECORD_COUNT: 0, _GET_RECORD: 2, _GET_COUNTER: 0}
_ANSWER_SIZES = {_GET_TIME: 6, _GET_RECORD_COUNT: 3, _GET_RECORD: 40, _GET_COUNTER: 2}
_TIME_SIZE, _TYPE_SIZE, _BLOCK_SIZE = 6, 2, 4
_CENTURY = 2000


def _starts(data: bytes) -> bool:
    return data[0] == _START and (len(data) < 2 or data[1] in _NAMES)


def _size(data: bytes) -> int | None:
    return None if len(data) < _HEAD else _HEAD + data[2]


_FRAMING = Framing(_starts, _size, lambda frame: frame[2] in (_REQUEST_SIZES[frame[1]], _ANSWER_SIZES[frame[1]]))


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """Each frame of a piece. Without a direction the length tells request from answer."""
    described: list[Described] = []
    for piece in _FRAMING.cut(data):
        if not piece.whole:
            described.append(Described("incomplete", {}, list(piece.findings)))
            continue
        command, content = piece.frame[1], piece.frame[_HEAD:]
        asks = len(content) == _REQUEST_SIZES[command] if direction is None else direction is Direction.HOST_TO_DEVICE
        fields, findings = _read_request(command, content) if asks else _read_answer(command, content)
        described.append(Described(_NAMES[command], fields, [*piece.findings, *findings]))
    return described


def _read_request(command: int, content: bytes) -> tuple[dict[str, FieldValue], list[str]]:
    if len(content) != _REQUEST_SIZES[command]:
        return {}, [LENGTH_INVALID]
    return ({"index": int.from_bytes(content)} if content else {}), []


def _read_answer(command: int, content: bytes) -> tuple[dict[str, FieldValue], list[str]]:
    if len(content) != _ANSWER_SIZES[command]:
        return {}, [LENGTH_INVALID]
    if command == _GET_TIME:
        return _read_time(content)
    if command == _GET_RECORD:
        return _read_record(content)
    return {"count": int.from_bytes(content[:2])}, []


def _read_time(content: bytes) -> tuple[dict[str, FieldValue], list[str]]:
    """Month, day, year since 2000, hour, minute, second; without a zone."""
    month, day, year, hour, minute, second = content
    try:
        time = datetime(_CENTURY + year, month, day, hour, minute, second)
    except ValueError:
        return {}, ["time-invalid"]
    return {"time": time.isoformat()}, []


def _read_record(content: bytes) -> tuple[dict[str, FieldValue], list[str]]:
    """Time, two bytes that may be the tag's type, eight blocks of which the last comes first."""
    fields, findings = _read_time(content[:_TIME_SIZE])
    memory = content[_TIME_SIZE + _TYPE_SIZE :]
    blocks = [memory[at : at + _BLOCK_SIZE] for at in range(0, len(memory), _BLOCK_SIZE)]
    fields["tag_type"] = content[_TIME_SIZE : _TIME_SIZE + _TYPE_SIZE].hex().upper()
    fields["memory"] = b"".join(reversed(blocks)).hex().upper()
    return fields, findings

"""TAGSYS LSP2 gates in words, for `kiosk wire decode lsp2`. This wire has no checksum.

Source: github GallusMax/libdanrfid, org/tagsys/LSP2/LSP2.java and DBRecord.java, from use against real gates.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from drivers.described import Described, Direction, FieldValue
from drivers.frames import LENGTH_INVALID, Framing
from drivers.gates.lsp2.layout import (
    ANSWER_BYTES,
    ARGUMENT_BYTES,
    HEAD_BYTES,
    START,
    Question,
    read_count,
    read_record,
    read_time,
)

_NAMES = {
    Question.CLOCK: "get-time",
    Question.RECORD_COUNT: "get-record-count",
    Question.RECORD: "get-record",
    Question.PEOPLE: "get-counter",
}


def _starts(data: bytes) -> bool:
    return data[0] == START and (len(data) < 2 or data[1] in _NAMES)


def _size(data: bytes) -> int | None:
    return None if len(data) < HEAD_BYTES else HEAD_BYTES + data[2]


def _is_whole(frame: bytes) -> bool:
    question = Question(frame[1])
    return frame[2] in (ARGUMENT_BYTES[question], ANSWER_BYTES[question])


_FRAMING = Framing(_starts, _size, _is_whole)


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """Each frame of a piece. Without a direction the length tells request from answer."""
    if data[:1] == bytes((START,)) and _size(data) == len(data) and data[1] not in _NAMES:
        fields: dict[str, FieldValue] = {"data": data[HEAD_BYTES:].hex().upper()} if data[HEAD_BYTES:] else {}
        return [Described(f"unknown-{data[1]:02X}", fields, ["unknown-command"])]
    described: list[Described] = []
    for piece in _FRAMING.cut(data):
        if not piece.whole:
            described.append(Described("incomplete", {}, list(piece.findings)))
            continue
        question, content = Question(piece.frame[1]), piece.frame[HEAD_BYTES:]
        asks = len(content) == ARGUMENT_BYTES[question] if direction is None else direction is Direction.HOST_TO_DEVICE
        fields, findings = _read_request(question, content) if asks else _read_answer(question, content)
        described.append(Described(_NAMES[question], fields, [*piece.findings, *findings]))
    return described


def _read_request(question: Question, content: bytes) -> tuple[dict[str, FieldValue], list[str]]:
    if len(content) != ARGUMENT_BYTES[question]:
        return {}, [LENGTH_INVALID]
    return ({"index": int.from_bytes(content)} if content else {}), []


def _read_answer(question: Question, content: bytes) -> tuple[dict[str, FieldValue], list[str]]:
    if len(content) != ANSWER_BYTES[question]:
        return {}, [LENGTH_INVALID]
    match question:
        case Question.CLOCK:
            return _time_fields(read_time(content))
        case Question.RECORD:
            record = read_record(content)
            fields, findings = _time_fields(record.time)
            fields |= {"tag_type": record.tag_type.hex().upper(), "memory": record.memory.hex().upper()}
            return fields, findings
        case Question.RECORD_COUNT | Question.PEOPLE:
            return {"count": read_count(content)}, []
        case _:
            assert_never(question)


def _time_fields(time: datetime | None) -> tuple[dict[str, FieldValue], list[str]]:
    return ({}, ["time-invalid"]) if time is None else ({"time": time.isoformat()}, [])

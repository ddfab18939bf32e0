"""ESC/POS in words, for `kiosk wire decode escpos` and `escpos:1` to `escpos:4` (one status byte, by its question).

Source: Epson ESC/POS command reference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from drivers.described import Described, Direction, FieldValue
from drivers.frames import NOISE_SKIPPED, TRUNCATED
from drivers.printers.commands import describe_commands
from drivers.printers.status import (
    AUTOMATIC_SIZE,
    XOFF,
    XON,
    begins_automatic,
    is_real_time,
    read_automatic,
    read_real_time,
)

_NOT_A_STATUS = "not-a-status-byte"
_DISAGREE = "status-bits-disagree"
_NAME_BEGINS, _NAME_ENDS = 0x5F, 0x00


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """Commands to the printer, or its automatic status and identity. Without a direction it is told by the bytes."""
    if direction is None:
        direction = _guess(data)
    if direction is Direction.HOST_TO_DEVICE:
        return describe_commands(data)
    return _describe_answers(data)


def describe_status(question: int, data: bytes, direction: Direction | None) -> list[Described]:
    """Answers to DLE EOT `question`, a byte each."""
    if not data:
        return [Described("incomplete", {}, [TRUNCATED])]
    return [_one_status(question, value) for value in data]


describe_status_1: Callable[[bytes, Direction | None], list[Described]] = partial(describe_status, 1)
describe_status_2: Callable[[bytes, Direction | None], list[Described]] = partial(describe_status, 2)
describe_status_3: Callable[[bytes, Direction | None], list[Described]] = partial(describe_status, 3)
describe_status_4: Callable[[bytes, Direction | None], list[Described]] = partial(describe_status, 4)


def _one_status(question: int, value: int) -> Described:
    bits = read_real_time(question, value)
    if bits is None:
        return Described(f"status-{question}", {}, [_NOT_A_STATUS])
    fields: dict[str, FieldValue] = dict(bits.states)
    return Described(f"status-{question}", fields, [_DISAGREE] if bits.pairs_disagree else [])


def _guess(data: bytes) -> Direction:
    if data[:1] == bytes([_NAME_BEGINS]) and data[-1:] == bytes([_NAME_ENDS]):
        return Direction.DEVICE_TO_HOST
    whole_statuses = bool(data) and len(data) % AUTOMATIC_SIZE == 0
    if whole_statuses and all(begins_automatic(first) for first in data[::AUTOMATIC_SIZE]):
        return Direction.DEVICE_TO_HOST
    return Direction.HOST_TO_DEVICE


def _describe_answers(data: bytes) -> list[Described]:
    """Answers one after another. Bytes between them are noise: some printers send them after a raster."""
    described: list[Described] = []
    at, noise = 0, False
    answers_somewhere = any(map(_begins_answer, data))
    while at < len(data):
        if _begins_answer(data[at]) or not answers_somewhere:
            size, one = _take_answer(data, at)
            described.append(replace(one, findings=[NOISE_SKIPPED, *one.findings]) if noise else one)
            noise = False
            at += size
        else:
            noise = True
            at += 1
    if noise and NOISE_SKIPPED not in described[-1].findings:
        described[-1] = replace(described[-1], findings=[*described[-1].findings, NOISE_SKIPPED])
    return described or [Described("incomplete", {}, [TRUNCATED])]


def _begins_answer(value: int) -> bool:
    return value in (XON, XOFF, _NAME_BEGINS) or is_real_time(value) or begins_automatic(value)


def _take_answer(data: bytes, at: int) -> tuple[int, Described]:
    """The answer that begins at a place, and its size. Nothing behind its end is touched: a capture may be long."""
    first = data[at]
    if first in (XON, XOFF):
        return 1, Described("xon" if first == XON else "xoff")
    if first == _NAME_BEGINS:
        return _take_identity(data, at)
    if is_real_time(first):
        return 1, Described("status", {"value": first})
    if not begins_automatic(first):
        message = "automatic-status" if len(data) == AUTOMATIC_SIZE else "incomplete"
        return len(data) - at, Described(message, {}, [_NOT_A_STATUS])
    if len(data) - at < AUTOMATIC_SIZE:
        return len(data) - at, Described("incomplete", {}, [TRUNCATED])
    bits = read_automatic(data[at : at + AUTOMATIC_SIZE])
    if bits is None:
        return AUTOMATIC_SIZE, Described("automatic-status", {}, [_NOT_A_STATUS])
    fields: dict[str, FieldValue] = dict(bits.states)
    return AUTOMATIC_SIZE, Described("automatic-status", fields, [_DISAGREE] if bits.pairs_disagree else [])


def _take_identity(data: bytes, at: int) -> tuple[int, Described]:
    end = data.find(_NAME_ENDS, at)
    if end < 0:
        return len(data) - at, Described("incomplete", {}, [TRUNCATED])
    return end + 1 - at, Described("identity", {"text": data[at + 1 : end].decode("gb18030", errors="replace")})

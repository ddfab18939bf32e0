"""What a keyboard wedge writes when it types a text, made apart from the driver."""

from __future__ import annotations

import struct

_KEYS = {
    **dict(zip("1234567890-", range(2, 13), strict=True)),
    **dict(zip("qwertyuiop[]", range(16, 28), strict=True)),
    **dict(zip("asdfghjkl", range(30, 39), strict=True)),
    **dict(zip("zxcvbnm", range(44, 51), strict=True)),
    ".": 52,
    "/": 53,
}
_SHIFTED = {"*": "8", "#": "3", **{letter.upper(): letter for letter in "abcdefghijklmnopqrstuvwxyz"}}
ENTER, TAB, F1, LEFT_SHIFT, NUM_LOCK = 28, 15, 59, 42, 69
UP, DOWN, REPEAT = 0, 1, 2


def record(kind: int, code: int, value: int, seconds: int = 1_700_000_000, microseconds: int = 0) -> bytes:
    """One input record of 24 bytes."""
    return struct.pack("<qqHHi", seconds, microseconds, kind, code, value)


REPORT, DROPPED = record(0, 0, 0), record(0, 3, 0)


def key(code: int, value: int) -> bytes:
    """A key goes down, up, or repeats; then the report."""
    return record(1, code, value) + REPORT


def press(code: int) -> bytes:
    """A key goes down and up."""
    return key(code, DOWN) + key(code, UP)


def typed(text: str) -> bytes:
    """A text without Enter."""
    records = b""
    for letter in text:
        if letter in _SHIFTED:
            records += key(LEFT_SHIFT, DOWN) + press(_KEYS[_SHIFTED[letter]]) + key(LEFT_SHIFT, UP)
        else:
            records += press(_KEYS[letter])
    return records


def a_scan(text: str) -> bytes:
    """A text and Enter."""
    return typed(text) + press(ENTER)

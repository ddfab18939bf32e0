"""Keyboard-wedge scanners: Linux input records become the bytes that the scanner typed.

A record has 24 bytes on a 64-bit machine: seconds, microseconds, type, code, value. The layout of keys is US, which is
what scanners type unless they were told otherwise.
Source: Linux `input.h` and `input-event-codes.h`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

RECORD = struct.Struct("<qqHHi")
_EV_KEY = 1
_UP, _DOWN = 0, 1
_LEFT_SHIFT, _RIGHT_SHIFT = 42, 54
_ENTER, _KEYPAD_ENTER = 28, 96

_PLAIN = {
    **{2 + index: letter for index, letter in enumerate("1234567890-=")},
    **{16 + index: letter for index, letter in enumerate("qwertyuiop[]")},
    **{30 + index: letter for index, letter in enumerate("asdfghjkl;'`")},
    **{43 + index: letter for index, letter in enumerate("\\zxcvbnm,./")},
    57: " ",
}
_SHIFTED = {
    **{2 + index: letter for index, letter in enumerate("!@#$%^&*()_+")},
    **{16 + index: letter for index, letter in enumerate("QWERTYUIOP{}")},
    **{30 + index: letter for index, letter in enumerate('ASDFGHJKL:"~')},
    **{43 + index: letter for index, letter in enumerate("|ZXCVBNM<>?")},
    57: " ",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A character was typed."""

    letter: str


@dataclass(frozen=True, slots=True)
class EnterPressed:
    """The code is at its end."""


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key without a character went down."""

    code: int


class KeyReader:
    """Follows the shift keys through a stream of whole records."""

    def __init__(self) -> None:
        self._shifts: set[int] = set()

    def read(self, record: bytes) -> Typed | EnterPressed | UnknownKey | None:
        """What one record of 24 bytes types; None for releases, repeats, shift and synchronisation."""
        _, _, kind, code, value = RECORD.unpack(record)
        if kind != _EV_KEY:
            return None
        if code in (_LEFT_SHIFT, _RIGHT_SHIFT):
            (self._shifts.discard if value == _UP else self._shifts.add)(code)
            return None
        if value != _DOWN:
            return None
        if code in (_ENTER, _KEYPAD_ENTER):
            return EnterPressed()
        letter = (_SHIFTED if self._shifts else _PLAIN).get(code)
        return UnknownKey(code) if letter is None else Typed(letter)

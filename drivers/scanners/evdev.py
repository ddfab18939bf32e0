"""Keyboard-wedge scanners: Linux input records become the bytes that the scanner typed.

A record has 24 bytes on a 64-bit machine: seconds, microseconds, type, code, value. The layout of keys is US, which is
what scanners type unless they were told otherwise; a keypad's keys are digits whatever its lock says.
Source: Linux `input.h`, `input-event-codes.h`, Documentation/input/event-codes.rst.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

RECORD = struct.Struct("<qqHHi")
_EV_SYN, _EV_KEY, _EV_MAX = 0, 1, 0x1F
_SYN_REPORT, _SYN_DROPPED = 0, 3
_KEY_MAX = 0x2FF
_UP, _DOWN, _REPEAT = 0, 1, 2
_MICROSECONDS = 1_000_000
_LEFT_SHIFT, _RIGHT_SHIFT = 42, 54
ENTER_KEYS = frozenset({28, 96})
LOCK_KEYS = frozenset({69, 70})
"""Num and scroll lock: they change no letter."""

_KEYPAD = {
    **{71 + index: letter for index, letter in enumerate("789-456+1230.")},
    55: "*",
    98: "/",
}

_PLAIN = {
    **{2 + index: letter for index, letter in enumerate("1234567890-=")},
    **{16 + index: letter for index, letter in enumerate("qwertyuiop[]")},
    **{30 + index: letter for index, letter in enumerate("asdfghjkl;'`")},
    **{43 + index: letter for index, letter in enumerate("\\zxcvbnm,./")},
    57: " ",
    **_KEYPAD,
}
_SHIFTED = {
    **{2 + index: letter for index, letter in enumerate("!@#$%^&*()_+")},
    **{16 + index: letter for index, letter in enumerate("QWERTYUIOP{}")},
    **{30 + index: letter for index, letter in enumerate('ASDFGHJKL:"~')},
    **{43 + index: letter for index, letter in enumerate("|ZXCVBNM<>?")},
    57: " ",
    **_KEYPAD,
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


@dataclass(frozen=True, slots=True)
class KeysLost:
    """The kernel dropped records because nobody took them in time."""


Key = Typed | EnterPressed | UnknownKey | KeysLost


def is_plausible(record: bytes) -> bool:
    """Whether 24 bytes can be an input record at all; those of another device, or out of step, mostly cannot."""
    seconds, microseconds, kind, code, value = RECORD.unpack(record)
    if seconds < 0 or not 0 <= microseconds < _MICROSECONDS or kind > _EV_MAX:
        return False
    return kind != _EV_KEY or (code <= _KEY_MAX and value in (_UP, _DOWN, _REPEAT))


class KeyReader:
    """Follows the shift keys through a stream of whole records."""

    def __init__(self, end_keys: frozenset[int] = ENTER_KEYS) -> None:
        self._end_keys = end_keys
        self._shifts: set[int] = set()
        self._dropping = False

    def read(self, record: bytes) -> Key | None:
        """What one record of 24 bytes types; None for releases, repeats, shift and synchronisation."""
        _, _, kind, code, value = RECORD.unpack(record)
        if kind == _EV_SYN:
            return self._synchronise(code)
        if kind != _EV_KEY or self._dropping:
            return None
        if code in (_LEFT_SHIFT, _RIGHT_SHIFT):
            (self._shifts.discard if value == _UP else self._shifts.add)(code)
            return None
        if value != _DOWN:
            return None
        if code in self._end_keys:
            return EnterPressed()
        letter = (_SHIFTED if self._shifts else _PLAIN).get(code)
        return UnknownKey(code) if letter is None else Typed(letter)

    def _synchronise(self, code: int) -> KeysLost | None:
        """After SYN_DROPPED, records up to the next SYN_REPORT count for nothing, and no key is known to be down."""
        if code == _SYN_DROPPED:
            self._dropping = True
            self._shifts.clear()
            return KeysLost()
        if code == _SYN_REPORT:
            self._dropping = False
        return None

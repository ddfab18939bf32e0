"""A keypad that is a keyboard, read from its input device, as a conversation.

Headphones are told by keys (F15, F14), as audio keypads do, or by the switch of a socket (`SW_HEADPHONE_INSERT`).
Sources: Linux `input.h`, `input-event-codes.h`, Documentation/input/event-codes.rst (SYN_DROPPED).
"""

from __future__ import annotations

import struct

from drivers.health import FaultCode, Faulted, Recovered
from drivers.keypads.events import KeypadEvent, KeypadKey, KeyPressed, NoOrder

RECORD = struct.Struct("<qqHHi")
"""Seconds, microseconds, type, code, value."""
_EV_MAX = 0x1F
_EV_SYN, _EV_KEY, _EV_SW = 0, 1, 5
_SYN_REPORT, _SYN_DROPPED = 0, 3
_DOWN = 1
_MICROSECONDS = 1_000_000
_HEADPHONES = 0x02
KEYS = {
    108: KeypadKey.ON,
    106: KeypadKey.ON,
    15: KeypadKey.ON,
    103: KeypadKey.BACK,
    105: KeypadKey.BACK,
    28: KeypadKey.OK,
    96: KeypadKey.OK,
    57: KeypadKey.OK,
    59: KeypadKey.RAISED,
    60: KeypadKey.PACE,
    61: KeypadKey.CURTAIN,
    1: KeypadKey.STOP,
    185: KeypadKey.PLUGGED,
    184: KeypadKey.UNPLUGGED,
}
"""By the kernel's codes: down, right, Tab; up, left; Enter, keypad Enter, space; F1, F2, F3; Escape; F15, F14."""


class KeypadCore:
    """One keypad. What is no key of it is left alone: a whole keyboard may be plugged in by whoever serves."""

    def __init__(self) -> None:
        self._partial = bytearray()
        self._dropping = False
        self._broken = False

    def receive(self, data: bytes, now_s: float) -> list[KeypadEvent]:
        """Take records as they came, whole or in pieces; return the keys that went down."""
        if self._broken:
            return []
        self._partial += data
        events: list[KeypadEvent] = []
        while len(self._partial) >= RECORD.size:
            record = bytes(self._partial[: RECORD.size])
            del self._partial[: RECORD.size]
            seconds, microseconds, kind, code, value = RECORD.unpack(record)
            if seconds < 0 or not 0 <= microseconds < _MICROSECONDS or kind > _EV_MAX:
                self._broken = True
                self._partial.clear()
                return [*events, Faulted(FaultCode.WRONG_DEVICE, "no input records: no keypad, or not its device")]
            key = self._key(kind, code, value)
            if key is not None:
                events.append(KeyPressed(key))
        return events

    def _key(self, kind: int, code: int, value: int) -> KeypadKey | None:
        """After SYN_DROPPED, records up to the next SYN_REPORT count for nothing."""
        if kind == _EV_SYN and code in (_SYN_DROPPED, _SYN_REPORT):
            self._dropping = code == _SYN_DROPPED
            return None
        if self._dropping:
            return None
        if kind == _EV_KEY and value == _DOWN:
            return KEYS.get(code)
        if kind == _EV_SW and code == _HEADPHONES:
            return KeypadKey.PLUGGED if value else KeypadKey.UNPLUGGED
        return None

    def submit(self, command: NoOrder, now_s: float) -> None:
        """Nothing can be ordered."""

    def tick(self, now_s: float) -> list[KeypadEvent]:
        return []

    def due_s(self) -> float | None:
        return None

    def take_outgoing(self) -> bytes:
        return b""

    def port_opened(self, now_s: float) -> list[KeypadEvent]:
        self._partial.clear()
        self._dropping = self._broken = False
        return [Recovered()]

    def port_lost(self, reason: str, now_s: float) -> list[KeypadEvent]:
        """The keypad was pulled out: whoever listened has no way on by keys, so speech ends as without headphones."""
        return [Faulted(FaultCode.PORT_GONE, reason), KeyPressed(KeypadKey.UNPLUGGED)]

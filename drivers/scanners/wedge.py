"""A scanner that types as a keyboard, read from its input device, as a conversation.

Source: Linux `input.h`, `input-event-codes.h`, Documentation/input/event-codes.rst (SYN_DROPPED).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from drivers.errors import BadSetting
from drivers.scanners.code_buffer import CodeBuffer
from drivers.scanners.evdev import (
    ENTER_KEYS,
    LOCK_KEYS,
    RECORD,
    EnterPressed,
    KeyReader,
    KeysLost,
    Typed,
    UnknownKey,
    is_plausible,
)
from drivers.scanners.events import Rejection, ScannerCommand, ScannerEvent
from drivers.scanners.judging import CodeSettings, Condition, Judge
from drivers.scanners.reading import Finding

SUSPICION = "no scanner, or not its input device"


@dataclass(frozen=True, slots=True)
class WedgeSettings(CodeSettings):
    """How the scanner was set up at installation. Raises `BadSetting`."""

    end_keys: frozenset[int] = ENTER_KEYS
    """Keys that end a code; 15 is Tab."""
    silence_s: float = 0.1
    """A code without an Enter ends after this much silence."""

    def __post_init__(self) -> None:
        if self.silence_s <= 0:
            raise BadSetting(f"silence of the scanner is {self.silence_s} s: give 0.1, more for slow typists")


class WedgeCore:
    """One keyboard wedge. Times in seconds of any monotonic clock."""

    def __init__(self, settings: WedgeSettings) -> None:
        self._settings = settings
        self._condition = Condition()
        self._judge = Judge(settings, self._condition, SUSPICION)
        self._partial = bytearray()
        self._forget()

    def _forget(self) -> None:
        self._keys = KeyReader(self._settings.end_keys)
        self._code = CodeBuffer()
        self._partial.clear()
        self._keys_lost = False
        self._out_of_step = False
        self._in_step = False
        """Whole records came since it was silent."""
        self._silent_at_s: float | None = None

    def receive(self, data: bytes, now_s: float) -> list[ScannerEvent]:
        """Take records as they came, whole or in pieces; return the codes that they end."""
        events = self.tick(now_s)
        if self._silent_at_s is None:
            self._in_step = False
        if not self._out_of_step:
            self._partial += data
            events += self._take_records(now_s)
        if data:
            open_ended = self._out_of_step or self._keys_lost or self._partial or self._code.under_way
            self._silent_at_s = now_s + self._settings.silence_s if open_ended else None
        return events

    def _take_records(self, now_s: float) -> list[ScannerEvent]:
        events: list[ScannerEvent] = []
        whole = len(self._partial) - len(self._partial) % RECORD.size
        for at in range(0, whole, RECORD.size):
            record = bytes(self._partial[at : at + RECORD.size])
            if not is_plausible(record):
                self._out_of_step = True
                self._partial.clear()
                return events
            self._in_step = True
            events += self._take(record, now_s)
        del self._partial[:whole]
        return events

    def _take(self, record: bytes, now_s: float) -> list[ScannerEvent]:
        match self._keys.read(record):
            case None:
                return []
            case Typed(letter):
                return self._judge.too_long() if self._code.add(letter.encode()) else []
            case EnterPressed():
                return self._end_code(now_s, ())
            case UnknownKey(code):
                self._keys_lost = self._keys_lost or code not in LOCK_KEYS
                return []
            case KeysLost():
                self._keys_lost = True
                return []
            case never:
                assert_never(never)

    def _end_code(self, now_s: float, findings: tuple[Finding, ...]) -> list[ScannerEvent]:
        """Keys that stand for no character alone, as of a keyboard that somebody leans on, are no code."""
        raw, keys_lost, self._keys_lost = self._code.take(), self._keys_lost, False
        self._silent_at_s = None
        if not raw:
            return []
        return self._judge.damaged(Rejection.KEYS_LOST) if keys_lost else self._judge.code(raw, now_s, findings)

    def submit(self, command: ScannerCommand, now_s: float) -> None:
        """A keyboard has no trigger: nothing happens."""

    def tick(self, now_s: float) -> list[ScannerEvent]:
        """End a code after silence. What is no whole record then never becomes one."""
        if self._silent_at_s is None or now_s < self._silent_at_s:
            return []
        if self._out_of_step or (self._partial and not self._in_step):
            self._forget()
            return self._judge.damaged(Rejection.KEYS_LOST, ", and what came are no input records")
        self._keys_lost = self._keys_lost or bool(self._partial)
        self._partial.clear()
        return self._end_code(now_s, (Finding.NO_TERMINATOR,))

    def due_s(self) -> float | None:
        """When silence ends the code under way."""
        return self._silent_at_s

    def take_outgoing(self) -> bytes:
        """Nothing: an input device is only read."""
        return b""

    def port_opened(self, now_s: float) -> list[ScannerEvent]:
        """Start afresh; no key is down."""
        self._forget()
        self._judge.start_afresh()
        return self._condition.well()

    def port_lost(self, reason: str, now_s: float) -> list[ScannerEvent]:
        """Half a code is dropped: a code cut by an unplugged cable could be another patron's."""
        self._forget()
        return self._condition.gone(reason)

"""A barcode scanner on a serial line (USB-CDC or RS-232), as a conversation.

A code ends with a terminator (CR, LF or CRLF where nothing else is set), or with 100 ms of silence. Engines in Zebra's
packet mode are `ssi_scanner`'s. Times in seconds of any monotonic clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

from drivers.errors import BadSetting
from drivers.health import FaultCode
from drivers.scanners.code_buffer import CODE_LIMIT, CodeBuffer
from drivers.scanners.events import ScannerCommand, ScannerEvent, StartScanning, StopScanning
from drivers.scanners.judging import CodeSettings, Condition, Judge
from drivers.scanners.reading import Finding
from drivers.scanners.rearming import AGAIN_S, Rearming
from drivers.scanners.triggers import NO_TRIGGER, TriggerBytes

__all__ = ["CODE_LIMIT", "ScannerCore", "ScannerSettings"]

CR_LF = b"\r\n"
SUSPICION = "wrong baud rate or other device"
_REFUSED = "the engine refused its trigger; is it the right dialect?"
_NEVER = re.compile(rb"(?!)")


@dataclass(frozen=True, slots=True)
class ScannerSettings(CodeSettings):
    """How the scanner was set up at installation. Raises `BadSetting`."""

    terminators: bytes = CR_LF
    """Each of these bytes ends a code; empty for a scanner that sends none, whose codes end with silence."""
    silence_s: float = 0.1
    """A code without a terminator ends after this much silence."""
    trigger: TriggerBytes = NO_TRIGGER
    again_s: float = AGAIN_S
    """While a code is wanted the trigger is given again after this time: engines stop by themselves."""

    def __post_init__(self) -> None:
        if self.silence_s <= 0:
            raise BadSetting(f"silence of the scanner is {self.silence_s} s: give 0.1, more for slow lines")
        if self.again_s < self.silence_s:
            raise BadSetting(f"the trigger would be given every {self.again_s} s: give 5")
        if set(self.terminators) & set(self.prefix + self.suffix):
            raise BadSetting("a terminator of the scanner is also in its prefix or suffix: leave it out there")


class ScannerCore:
    """One serial scanner."""

    def __init__(self, settings: ScannerSettings) -> None:
        self._settings = settings
        self._condition = Condition()
        self._judge = Judge(settings, self._condition, SUSPICION)
        self._rearming = Rearming(settings.again_s)
        ends = settings.terminators
        self._ends = re.compile(b"[" + re.escape(ends) + b"]") if ends else _NEVER
        self._code = CodeBuffer()
        self._silent_at_s: float | None = None
        self._outgoing = b""

    def receive(self, data: bytes, now_s: float) -> list[ScannerEvent]:
        """Take bytes as they came; return the codes that they end."""
        events = self.tick(now_s)
        at = 0
        for end in self._ends.finditer(data):
            events += self._add(data[at : end.start()])
            events += self._end_code(now_s, ())
            at = end.end()
        events += self._add(data[at:])
        if data:
            self._silent_at_s = now_s + self._settings.silence_s if self._code.under_way else None
        return events

    def _add(self, piece: bytes) -> list[ScannerEvent]:
        return self._judge.too_long() if self._code.add(piece) else []

    def _end_code(self, now_s: float, findings: tuple[Finding, ...]) -> list[ScannerEvent]:
        self._silent_at_s = None
        raw, events = self._without_answers(self._code.take())
        if raw:
            self._rearming.code_read(now_s)
            events += self._judge.code(raw, now_s, findings)
        return events

    def _without_answers(self, raw: bytes) -> tuple[bytes, list[ScannerEvent]]:
        """An engine answers its trigger on the same line, before the code that it then reads."""
        trigger, events, at = self._settings.trigger, list[ScannerEvent](), 0
        while answer := next((each for each in trigger.answers + trigger.refusals if raw.startswith(each, at)), b""):
            refused = answer in trigger.refusals
            events += self._condition.ill(FaultCode.DEVICE_ERROR, _REFUSED) if refused else self._condition.well()
            at += len(answer)
        return raw[at:], events

    def submit(self, command: ScannerCommand, now_s: float) -> None:
        """Queue the trigger's bytes; an engine without a trigger is left alone. The last order counts."""
        match command:
            case StartScanning():
                self._trigger_on(now_s)
            case StopScanning():
                self._rearming.stop()
                self._outgoing = self._settings.trigger.off
            case _:
                assert_never(command)

    def _trigger_on(self, now_s: float) -> None:
        if self._settings.trigger.on:
            self._rearming.start(now_s)
            self._outgoing = self._settings.trigger.on

    def tick(self, now_s: float) -> list[ScannerEvent]:
        """End a code after silence; give the trigger again."""
        events: list[ScannerEvent] = []
        if self._silent_at_s is not None and now_s >= self._silent_at_s:
            events += self._end_code(now_s, (Finding.NO_TERMINATOR,))
        if self._rearming.is_due(now_s) and not self._code.under_way:
            self._trigger_on(now_s)
        return events

    def due_s(self) -> float | None:
        """When silence ends the code under way; else when the trigger is due again."""
        return self._silent_at_s if self._silent_at_s is not None else self._rearming.due_s

    def take_outgoing(self) -> bytes:
        """Trigger bytes for the wire."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def port_opened(self, now_s: float) -> list[ScannerEvent]:
        """Start afresh. A scanner says nothing about itself, so an open port is all that is known."""
        self._forget()
        self._judge.start_afresh()
        if self._rearming.wanted:
            self._trigger_on(now_s)
        return self._condition.well()

    def port_lost(self, reason: str, now_s: float) -> list[ScannerEvent]:
        """Half a code is dropped: a code cut by an unplugged cable could be another patron's."""
        self._forget()
        return self._condition.gone(reason)

    def _forget(self) -> None:
        self._code.take()
        self._silent_at_s = None
        self._outgoing = b""

"""A barcode scanner on a serial line (USB-CDC or RS-232), as a conversation.

Engines in Zebra's packet mode (SSI) are not driven. A code ends with CR, LF or CRLF, or with 100 ms of silence.
Times in seconds of any monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from drivers.health import FaultCode, Faulted, Recovered
from drivers.scanners.events import (
    CodeRejected,
    CodeScanned,
    Rejection,
    ScannerCommand,
    ScannerEvent,
    StartScanning,
    StopScanning,
)
from drivers.scanners.reading import CodabarLetters, Finding, ReadCode, read_code
from drivers.scanners.repeats import RepeatFilter
from drivers.scanners.triggers import NO_TRIGGER, TriggerBytes

CR, LF = 0x0D, 0x0A
CODE_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """How the scanner was set up at installation."""

    prefix: bytes = b""
    suffix: bytes = b""
    """Bytes before the terminator that are not part of the code."""
    codabar: CodabarLetters = CodabarLetters.STRIP
    silence_s: float = 0.1
    """A code without a terminator ends after this much silence."""
    repeat_window_s: float = 1.0
    """The same code within this time is one scan; 0 reports each."""
    trigger: TriggerBytes = NO_TRIGGER


class ScannerCore:
    """One serial scanner."""

    def __init__(self, settings: ScannerSettings) -> None:
        self._settings = settings
        self._repeats = RepeatFilter(settings.repeat_window_s)
        self._outgoing = bytearray()
        self._lost = False
        self._forget_bytes()

    def _forget_bytes(self) -> None:
        self._incoming = bytearray()
        self._overflowed = False
        self._after_cr = False
        self._silent_at_s: float | None = None

    def receive(self, data: bytes, now_s: float) -> list[ScannerEvent]:
        """Take bytes as they came; return the codes that they end."""
        events = self.tick(now_s)
        for byte in data:
            events += self._take(byte, now_s)
        if data:
            under_way = bool(self._incoming) or self._overflowed
            self._silent_at_s = now_s + self._settings.silence_s if under_way else None
        return events

    def _take(self, byte: int, now_s: float) -> list[ScannerEvent]:
        ends_crlf = byte == LF and self._after_cr
        self._after_cr = byte == CR
        if ends_crlf:
            return []
        if byte in (CR, LF):
            return self._end_code(now_s, ())
        if self._overflowed:
            return []
        if len(self._incoming) >= CODE_LIMIT:
            self._incoming.clear()
            self._overflowed = True
            return [CodeRejected(Rejection.TOO_LONG)]
        self._incoming.append(byte)
        if bytes(self._incoming) in self._settings.trigger.answers:
            self._incoming.clear()
        return []

    def _end_code(self, now_s: float, findings: tuple[Finding, ...]) -> list[ScannerEvent]:
        raw = bytes(self._incoming)
        self._incoming.clear()
        self._overflowed = False
        self._silent_at_s = None
        if not raw:
            return []
        settings = self._settings
        return judge(read_code(raw, settings.prefix, settings.suffix, settings.codabar), findings, self._repeats, now_s)

    def submit(self, command: ScannerCommand, now_s: float) -> None:
        """Queue the trigger's bytes; an engine without a trigger is left alone."""
        match command:
            case StartScanning():
                self._outgoing += self._settings.trigger.on
            case StopScanning():
                self._outgoing += self._settings.trigger.off
            case _:
                assert_never(command)

    def tick(self, now_s: float) -> list[ScannerEvent]:
        """End a code after silence."""
        if self._silent_at_s is None or now_s < self._silent_at_s:
            return []
        return self._end_code(now_s, (Finding.NO_TERMINATOR,))

    def due_s(self) -> float | None:
        """When silence ends the code under way."""
        return self._silent_at_s

    def take_outgoing(self) -> bytes:
        """Trigger bytes for the wire."""
        outgoing = bytes(self._outgoing)
        self._outgoing.clear()
        return outgoing

    def port_opened(self, now_s: float) -> list[ScannerEvent]:
        """Start afresh. A scanner says nothing about itself, so an open port is all that is known."""
        self._forget_bytes()
        self._outgoing.clear()
        was_lost, self._lost = self._lost, False
        return [Recovered("scanner")] if was_lost else []

    def port_lost(self, reason: str, now_s: float) -> list[ScannerEvent]:
        """Half a code is dropped: a code cut by an unplugged cable could be another patron's."""
        self._forget_bytes()
        self._outgoing.clear()
        self._lost = True
        return [Faulted(FaultCode.PORT_GONE, reason)]


def judge(read: ReadCode, findings: tuple[Finding, ...], repeats: RepeatFilter, now_s: float) -> list[ScannerEvent]:
    """A code that lost bytes might now be another's number, so it is refused and not repaired."""
    if Finding.BYTES_NOT_TEXT in read.findings:
        return [CodeRejected(Rejection.NOT_TEXT)]
    if Finding.CONTROL_BYTES_REMOVED in read.findings:
        return [CodeRejected(Rejection.CONTROL_BYTES)]
    if not read.code or not repeats.is_new(read.code, now_s):
        return []
    return [CodeScanned(read.code, read.symbology, read.findings + findings)]

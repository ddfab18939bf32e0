"""From what a scanner read to what the kiosk is told: codes, refusals, and whether the scanner is well."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.health import FaultCode, Faulted, Recovered
from drivers.scanners.code_buffer import CODE_LIMIT
from drivers.scanners.events import CodeRejected, CodeScanned, Rejection, ScannerEvent
from drivers.scanners.reading import CodabarLetters, Finding, read_code
from drivers.scanners.repeats import RepeatFilter

DAMAGED_IN_A_ROW = 3
"""One damaged code is a dirty line; so many, one after the other, are another device or another speed."""


@dataclass(frozen=True, slots=True)
class CodeSettings:
    """What any scanner puts around a code and is taken off again, and when a code is another one."""

    prefix: bytes = b""
    suffix: bytes = b""
    """Bytes before the terminator that are not part of the code."""
    codabar: CodabarLetters = CodabarLetters.STRIP
    repeat_window_s: float = 1.0
    """The same code within this time is one scan; 0 reports each."""


class Condition:
    """Whether a scanner is well. Each fault is told once, until it is well again."""

    def __init__(self) -> None:
        self._fault: FaultCode | None = None

    def ill(self, code: FaultCode, detail: str) -> list[ScannerEvent]:
        """Something is wrong; `detail` is for the technician."""
        if self._fault is code:
            return []
        self._fault = code
        return [Faulted(code, detail)]

    def gone(self, reason: str) -> list[ScannerEvent]:
        """It was unplugged, or cannot be opened. Each try is told: the reason may be another one."""
        self._fault = FaultCode.PORT_GONE
        return [Faulted(FaultCode.PORT_GONE, reason)]

    def well(self) -> list[ScannerEvent]:
        """It does its work."""
        if self._fault is None:
            return []
        self._fault = None
        return [Recovered("scanner")]


class Judge:
    """Decides over each code of one scanner."""

    def __init__(self, settings: CodeSettings, condition: Condition, suspicion: str) -> None:
        """`suspicion` says what is wrong where one code after the other is damaged."""
        self._settings = settings
        self._repeats = RepeatFilter(settings.repeat_window_s)
        self._condition = condition
        self._suspicion = suspicion
        self._damaged = 0

    def code(
        self, raw: bytes, now_s: float, findings: tuple[Finding, ...] = (), symbology: str | None = None
    ) -> list[ScannerEvent]:
        """Bytes of one scan without its terminator; `symbology` where the scanner told it beside the code.

        A code that lost bytes might now be another's number, so it is refused and not repaired.
        """
        settings = self._settings
        read = read_code(raw, settings.prefix, settings.suffix, settings.codabar, symbology)
        if Finding.BYTES_NOT_TEXT in read.findings:
            return self.damaged(Rejection.NOT_TEXT)
        if Finding.CONTROL_BYTES_REMOVED in read.findings:
            return self.damaged(Rejection.CONTROL_BYTES)
        if not read.code:
            return []
        self._damaged = 0
        events = self._condition.well()
        if self._repeats.is_new(read.code, now_s):
            events.append(CodeScanned(read.code, read.symbology, read.findings + findings))
        return events

    def damaged(self, why: Rejection, hint: str = "") -> list[ScannerEvent]:
        """A code was lost on the way. `hint` adds to the suspicion."""
        self._damaged += 1
        events: list[ScannerEvent] = [CodeRejected(why)]
        if self._damaged >= DAMAGED_IN_A_ROW:
            detail = f"{self._suspicion}: {self._damaged} codes in a row were damaged{hint}"
            events += self._condition.ill(FaultCode.NOISE, detail)
        return events

    def too_long(self) -> list[ScannerEvent]:
        """More came without an end than a code may have."""
        detail = f"{self._suspicion}: more than {CODE_LIMIT:,} bytes came without an end; is a terminator set?"
        return [CodeRejected(Rejection.TOO_LONG), *self._condition.ill(FaultCode.NOISE, detail)]

    def start_afresh(self) -> None:
        """The scanner was plugged in (again)."""
        self._damaged = 0

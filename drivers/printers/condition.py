"""What is known of a printer, put together from its status bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.health import FaultCode
from drivers.printers.events import Paper, PrinterStatus, PrintFailure
from drivers.printers.status import StatusBits


class Quirk(StrEnum):
    """Where a model departs from Epson's bits. Set per model, checked by hand at installation."""

    BIT_7_RECEIPT_IN_MOUTH = "bit-7-receipt-in-mouth"
    COVER_BIT_INVERTED = "cover-bit-inverted"


@dataclass(frozen=True, slots=True)
class Condition:
    """The newest value of each state."""

    paper_low: bool = False
    paper_end: bool = False
    cover_open: bool = False
    cutter: bool = False
    error: bool = False
    unrecoverable: bool = False
    offline: bool = False
    waits_for_recovery: bool = False
    receipt_in_mouth: bool = False

    def after_answer(self, question: int, value: int, bits: StatusBits, quirks: frozenset[Quirk]) -> Condition:
        """With the answer to DLE EOT `question` taken in."""
        match question:
            case 1:
                return replace(
                    self,
                    offline=bits["offline"],
                    waits_for_recovery=bits["waiting_for_recovery"],
                    receipt_in_mouth=Quirk.BIT_7_RECEIPT_IN_MOUTH in quirks and bool(value & 0x80),
                )
            case 2:
                inverted = Quirk.COVER_BIT_INVERTED in quirks
                return replace(self, cover_open=bits["cover_open"] != inverted, error=bits["error"])
            case 3:
                return replace(self, cutter=bits["cutter"], unrecoverable=bits["unrecoverable"])
            case _:
                return replace(self, paper_low=bits["near_end"], paper_end=bits["end"])

    def after_automatic(self, bits: StatusBits) -> Condition:
        """With an automatic status taken in."""
        return replace(
            self,
            offline=bits["offline"],
            cover_open=bits["cover_open"],
            cutter=bits["cutter_error"],
            unrecoverable=bits["unrecoverable_error"],
            error=bits["recoverable_error"] or bits["unrecoverable_error"] or bits["cutter_error"],
            paper_low=bits["paper_near_end"],
            paper_end=bits["paper_end"],
        )

    def trouble(self) -> PrintFailure | None:
        """What keeps the printer from printing; `OFFLINE` only where nothing else explains it."""
        if self.cover_open:
            return PrintFailure.COVER_OPEN
        if self.paper_end:
            return PrintFailure.PAPER_OUT
        if self.cutter:
            return PrintFailure.CUTTER
        if self.error or self.unrecoverable:
            return PrintFailure.ERROR
        return PrintFailure.OFFLINE if self.offline else None

    def status(self, known: bool) -> PrinterStatus:
        """As told to the kiosk."""
        paper = Paper.OUT if self.paper_end else Paper.LOW if self.paper_low else Paper.OK
        other_error = (self.error and not self.cutter) or self.unrecoverable
        return PrinterStatus(
            paper, self.cover_open, self.cutter, self.offline, known, other_error, self.receipt_in_mouth
        )


FAULTS: dict[PrintFailure, FaultCode] = {
    PrintFailure.COVER_OPEN: FaultCode.COVER_OPEN,
    PrintFailure.PAPER_OUT: FaultCode.PAPER_OUT,
    PrintFailure.CUTTER: FaultCode.CUTTER,
    PrintFailure.ERROR: FaultCode.DEVICE_ERROR,
}

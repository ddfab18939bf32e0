"""What is known of a printer, put together from its status bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from drivers.health import FaultCode
from drivers.printers.events import Paper, PrinterStatus, PrintFailure
from drivers.printers.models import Quirk
from drivers.printers.status import StatusBits


@dataclass(frozen=True, slots=True)
class Condition:
    """The newest value of each state."""

    paper_low: bool = False
    paper_end: bool = False
    stopped_by_paper_end: bool = False
    cover_open: bool = False
    cutter: bool = False
    error: bool = False
    recoverable: bool = False
    recovers_by_itself: bool = False
    unrecoverable: bool = False
    offline: bool = False
    waits_for_recovery: bool = False
    feed_button: bool = False
    drawer_pin_high: bool = False
    receipt_in_mouth: bool = False

    def after_answer(self, question: int, value: int, bits: StatusBits, quirks: frozenset[Quirk]) -> Condition:
        """With the answer to DLE EOT `question` taken in."""
        match question:
            case 1:
                return replace(
                    self,
                    offline=bits["offline"],
                    waits_for_recovery=bits["waiting_for_recovery"],
                    feed_button=bits["feed_button"],
                    drawer_pin_high=bits["drawer_pin_high"],
                    receipt_in_mouth=Quirk.BIT_7_RECEIPT_IN_MOUTH in quirks and bool(value & 0x80),
                )
            case 2:
                inverted = Quirk.COVER_BIT_INVERTED in quirks
                return replace(
                    self,
                    cover_open=bits["cover_open"] != inverted,
                    feed_button=self.feed_button or bits["feeding_by_button"],
                    stopped_by_paper_end=bits["stopped_by_paper_end"],
                    error=bits["error"],
                )
            case 3:
                return replace(
                    self,
                    cutter=bits["cutter"],
                    recoverable=bits["recoverable"],
                    recovers_by_itself=bits["auto_recoverable"],
                    unrecoverable=bits["unrecoverable"],
                )
            case _:
                return replace(self, paper_low=bits["near_end"], paper_end=bits["end"])

    def after_automatic(self, bits: StatusBits) -> Condition:
        """With an automatic status taken in. Its end of paper takes the place of DLE EOT 2's as well."""
        errors = ("recoverable_error", "cutter_error", "unrecoverable_error", "auto_recoverable_error")
        return replace(
            self,
            offline=bits["offline"],
            cover_open=bits["cover_open"],
            feed_button=bits["feed_button"],
            drawer_pin_high=bits["drawer"],
            cutter=bits["cutter_error"],
            recoverable=bits["recoverable_error"],
            recovers_by_itself=bits["auto_recoverable_error"],
            unrecoverable=bits["unrecoverable_error"],
            error=any(bits[name] for name in errors),
            paper_low=bits["paper_near_end"],
            paper_end=bits["paper_end"],
            stopped_by_paper_end=bits["paper_end"],
        )

    def has_no_paper(self) -> bool:
        """By the sensor, or because the printer says that it stopped for it."""
        return self.paper_end or self.stopped_by_paper_end

    def in_error(self) -> bool:
        """Any error but the cutter's. DLE EOT 2 tells of both; DLE EOT 3 says which."""
        others = self.recoverable or self.recovers_by_itself or self.unrecoverable
        return others or (self.error and not self.cutter)

    def trouble(self) -> PrintFailure | None:
        """What keeps the printer from printing; `OFFLINE` only where nothing else explains it."""
        if self.cover_open:
            return PrintFailure.COVER_OPEN
        if self.has_no_paper():
            return PrintFailure.PAPER_OUT
        if self.cutter:
            return PrintFailure.CUTTER
        if self.in_error():
            return PrintFailure.ERROR
        return PrintFailure.OFFLINE if self.offline else None

    def error_in_words(self) -> str:
        """Which kind of error, for the technician."""
        if self.unrecoverable:
            return "unrecoverable error: switch it off and on, else the technician"
        if self.recovers_by_itself:
            return "error that ends by itself (a head that is too warm)"
        return "recoverable error"

    def status(self, known: bool) -> PrinterStatus:
        """As told to the kiosk."""
        return PrinterStatus(
            paper=Paper.OUT if self.has_no_paper() else Paper.LOW if self.paper_low else Paper.OK,
            cover_open=self.cover_open,
            cutter_error=self.cutter,
            offline=self.offline,
            known=known,
            error=self.in_error(),
            receipt_in_mouth=self.receipt_in_mouth,
            recoverable=self.recoverable,
            recovers_by_itself=self.recovers_by_itself,
            unrecoverable=self.unrecoverable,
            waits_for_recovery=self.waits_for_recovery,
            feed_button=self.feed_button,
            drawer_pin_high=self.drawer_pin_high,
        )


FAULTS: dict[PrintFailure, FaultCode] = {
    PrintFailure.COVER_OPEN: FaultCode.COVER_OPEN,
    PrintFailure.PAPER_OUT: FaultCode.PAPER_OUT,
    PrintFailure.CUTTER: FaultCode.CUTTER,
    PrintFailure.ERROR: FaultCode.DEVICE_ERROR,
}

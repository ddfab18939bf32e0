"""The core of a printer at a desk: a printer that answers status questions, and a clock that the test moves."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from drivers.health import FaultCode, Faulted
from drivers.printers.core import PrinterCore, PrinterSettings
from drivers.printers.events import Paper, Print, Printed, PrinterEvent, PrinterStatus, PrintFailed
from drivers.printers.models import MODELS, ModelName
from drivers.printers.receipt import Receipt, ReceiptLine

GENERIC = MODELS[ModelName.GENERIC_80]
ALL_WELL = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}
PAPER_OUT = {1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x7E}
COVER_OPEN = {1: 0x1A, 2: 0x16, 3: 0x12, 4: 0x12}
CUTTER_JAM = {1: 0x1A, 2: 0x52, 3: 0x1A, 4: 0x12}
OFF_LINE = {1: 0x1A, 2: 0x12, 3: 0x12, 4: 0x12}
QUESTION = re.compile(rb"\x10\x04([\x01-\x04])\Z")
WELL = PrinterStatus(Paper.OK, cover_open=False, cutter_error=False, offline=False, known=True)
UNKNOWN = PrinterStatus(Paper.OK, cover_open=False, cutter_error=False, offline=False, known=False)
LOW = Faulted(FaultCode.PAPER_LOW, "paper is near its end; receipts are printed")
RECEIPT = Receipt(tuple(ReceiptLine(f"{row} 百年孤独 One hundred years") for row in range(12)))


@dataclass
class Desk:
    """The core, a printer that answers, and a clock."""

    core: PrinterCore
    answers: dict[int, int] | None = field(default_factory=lambda: dict(ALL_WELL))
    now_s: float = 0.0
    paper: bytes = b""
    events: list[PrinterEvent] = field(default_factory=list)
    jam_after_bytes: int | None = None
    jam: dict[int, int] = field(default_factory=lambda: dict(PAPER_OUT))

    def run(self, for_s: float) -> list[PrinterEvent]:
        """Let time pass, with the wire pumped; returns what was told meanwhile."""
        before = len(self.events)
        until_s = self.now_s + for_s
        for _ in range(100_000):
            self._pump()
            due_s = self.core.due_s()
            if due_s is None or due_s > until_s:
                break
            self.now_s = max(self.now_s, due_s)
            self.events += self.core.tick(self.now_s)
        else:
            raise AssertionError("the core never comes to rest")
        self.now_s = until_s
        self.events += self.core.tick(self.now_s)
        self._pump()
        return self.events[before:]

    def _pump(self) -> None:
        while chunk := self.core.take_outgoing():
            self.paper += chunk
            if self.jam_after_bytes is not None and len(self.paper) >= self.jam_after_bytes:
                self.answers, self.jam_after_bytes = dict(self.jam), None
            question = QUESTION.search(self.paper)
            if question and self.answers is not None:
                self.answer(question[1][0], self.answers)

    def answer(self, question: int, answers: dict[int, int]) -> None:
        self.hears(bytes([answers[question]]))

    def hears(self, data: bytes) -> None:
        self.events += self.core.receive(data, self.now_s)

    def prints(self, job_id: str, document: Receipt | bytes = RECEIPT) -> None:
        self.core.submit(Print(job_id, document), self.now_s)


def at_a_desk(printer_settings: PrinterSettings) -> Desk:
    desk = Desk(PrinterCore(printer_settings))
    desk.events += desk.core.port_opened(0.0)
    return desk


def outcomes(events: list[PrinterEvent]) -> list[PrinterEvent]:
    return [event for event in events if isinstance(event, Printed | PrintFailed)]

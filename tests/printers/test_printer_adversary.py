"""Whatever a printer sends, whenever: no exception, each job ends once, and it prints again within one poll."""

from __future__ import annotations

from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from drivers.printers.core import PrinterSettings
from drivers.printers.events import Printed, PrinterStatus, PrintFailed
from drivers.printers.models import MODELS, ModelName
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.typesetting import Typesetting
from tests.printers.conftest import FONT, SIMPLIFIED_CHINESE_FACE
from tests.printers.desk import ALL_WELL, COVER_OPEN, CUTTER_JAM, OFF_LINE, PAPER_OUT, Desk, at_a_desk, outcomes

DRAWING = ReceiptDrawing(FONT, SIMPLIFIED_CHINESE_FACE)
ONE_POLL_S = 5.0
ANSWERED_S = 3 * (1.0 + 0.2)
"""Three tries of a second that nobody answered, with a silence behind each."""
XOFF_S = 20.0
RECEIPT_BYTES = b"\x1bd\x03" * 400


class AnyPrinter(RuleBasedStateMachine):
    """A core between a kiosk that prints and a printer that does as it likes."""

    MODEL: ClassVar[ModelName] = ModelName.GENERIC_80

    @initialize()
    def plug_in(self) -> None:
        self.desk: Desk = at_a_desk(PrinterSettings(Typesetting(DRAWING, MODELS[self.MODEL])))
        self.well = {**ALL_WELL, 2: 0x16} if self.MODEL is ModelName.HS_K33 else ALL_WELL
        self.submitted: list[str] = []
        self.plugged = True

    @rule(data=st.binary(max_size=40), pieces=st.integers(1, 5))
    def says(self, data: bytes, pieces: int) -> None:
        if self.plugged:
            for start in range(0, len(data), pieces):
                self.desk.hears(data[start : start + pieces])

    @rule(data=st.sampled_from((b"\x13", b"\x11", b"\x12" * 4, b"\x10", b"\x10\x00\x00\x00", b"\x18\x00\x0f\x00")))
    def says_something_well_formed(self, data: bytes) -> None:
        if self.plugged:
            self.desk.hears(data)

    @rule(answers=st.sampled_from((ALL_WELL, PAPER_OUT, COVER_OPEN, CUTTER_JAM, OFF_LINE, None)))
    def answers(self, answers: dict[int, int] | None) -> None:
        self.desk.answers = None if answers is None else dict(answers)

    @rule(for_s=st.floats(0, 8))
    def time_passes(self, for_s: float) -> None:
        self.desk.run(for_s)

    @rule()
    def prints(self) -> None:
        self.submitted.append(f"R{len(self.submitted)}")
        self.desk.prints(self.submitted[-1], RECEIPT_BYTES)

    @rule()
    def unplugged_or_plugged(self) -> None:
        core, now_s = self.desk.core, self.desk.now_s
        self.desk.events += core.port_lost("unplugged", now_s) if self.plugged else core.port_opened(now_s)
        self.plugged = not self.plugged

    @invariant()
    def no_job_ends_twice(self) -> None:
        ended = [event.job_id for event in outcomes(self.desk.events) if isinstance(event, Printed | PrintFailed)]
        assert len(ended) == len(set(ended))
        assert set(ended) <= set(self.submitted)

    def teardown(self) -> None:
        if not self.plugged:
            self.unplugged_or_plugged()
        self.desk.run(XOFF_S + ONE_POLL_S + ANSWERED_S)
        self.desk.answers = dict(self.well)
        self.desk.run(ONE_POLL_S + ANSWERED_S)
        assert len(outcomes(self.desk.events)) == len(self.submitted)
        told = [event for event in self.desk.events if isinstance(event, PrinterStatus)]
        assert told[-1].known
        before = len(self.desk.events)
        self.desk.prints("last", RECEIPT_BYTES)
        self.desk.run(3.0)
        assert outcomes(self.desk.events[before:]) == [Printed("last")]


class AnyHsK33(AnyPrinter):
    """The same with every quirk."""

    MODEL = ModelName.HS_K33


AnyPrinter.TestCase.settings = AnyHsK33.TestCase.settings = settings(
    max_examples=250, stateful_step_count=30, deadline=None
)
TestAnyPrinter = AnyPrinter.TestCase
TestAnyHsK33 = AnyHsK33.TestCase

"""A receipt is printed only when the printer says so, and a broken one is never repeated by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.printers.core import Answering, PrinterCore, PrinterSettings
from drivers.printers.events import (
    Paper,
    Print,
    Printed,
    PrinterEvent,
    PrinterStatus,
    PrintFailed,
    PrintFailure,
)
from drivers.printers.models import MODELS, ModelName
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.receipt import Receipt, ReceiptLine
from drivers.printers.typesetting import Typesetting

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
                self.hears(bytes([self.answers[question[1][0]]]))

    def hears(self, data: bytes) -> None:
        self.events += self.core.receive(data, self.now_s)

    def prints(self, job_id: str, document: Receipt | bytes = RECEIPT) -> None:
        self.core.submit(Print(job_id, document), self.now_s)


def at_a_desk(printer_settings: PrinterSettings) -> Desk:
    desk = Desk(PrinterCore(printer_settings))
    desk.events += desk.core.port_opened(0.0)
    return desk


@pytest.fixture
def desk(typesetting: Typesetting) -> Desk:
    ready = at_a_desk(PrinterSettings(typesetting))
    ready.run(0.1)
    return ready


def outcomes(events: list[PrinterEvent]) -> list[PrinterEvent]:
    return [event for event in events if isinstance(event, Printed | PrintFailed)]


def test_a_printer_is_set_up_and_asked_how_it_is(desk: Desk) -> None:
    assert desk.paper.startswith(b"\x1b@\x1da\xff\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04")
    assert desk.events == [WELL]


def test_a_receipt_goes_out_in_bands_of_100_rows_and_is_printed_when_all_is_well_behind_it(desk: Desk) -> None:
    desk.paper = b""
    desk.prints("R1")
    assert outcomes(desk.run(3.0)) == [Printed("R1", verified=True)]
    heights = [int.from_bytes(size, "little") for size in re.findall(rb"\x1dv0\x00\x48\x00(..)", desk.paper, re.DOTALL)]
    assert len(heights) >= 4
    assert max(heights) == 100
    assert re.search(rb"\x1bd\x06\x1dV\x42\x00(\x10\x04[\x01-\x04])+\Z", desk.paper)


def test_printed_is_not_said_before_the_paper_can_be_out(desk: Desk) -> None:
    desk.prints("R1")
    assert outcomes(desk.run(0.3)) == []


@pytest.mark.parametrize(
    ("jam", "why", "fault"),
    [
        (PAPER_OUT, PrintFailure.PAPER_OUT, FaultCode.PAPER_OUT),
        (COVER_OPEN, PrintFailure.COVER_OPEN, FaultCode.COVER_OPEN),
        (CUTTER_JAM, PrintFailure.CUTTER, FaultCode.CUTTER),
    ],
)
def test_trouble_in_the_middle_fails_the_job_and_it_is_not_printed_again(
    desk: Desk, jam: dict[int, int], why: PrintFailure, fault: FaultCode
) -> None:
    desk.jam, desk.jam_after_bytes = dict(jam), len(desk.paper) + 9000
    desk.prints("R1")
    events = desk.run(30.0)
    assert outcomes(events) == [PrintFailed("R1", why)]
    assert [event for event in events if isinstance(event, Faulted)] == [Faulted(fault, f"printer says {why.value}")]
    desk.answers, desk.paper = dict(ALL_WELL), b""
    later = desk.run(30.0)
    assert outcomes(later) == []
    assert Recovered("printer") in later
    assert WELL in later
    assert b"\x1dv0" not in desk.paper
    assert b"\x10\x05\x02\x1b@" in desk.paper, "the rest of the receipt is cleared before the next one"


def test_automatic_status_in_the_middle_fails_the_job_at_once(desk: Desk) -> None:
    desk.prints("R1")
    desk.core.tick(desk.now_s)
    desk.hears(bytes.fromhex("18000F00"))
    assert desk.events[-3:] == [
        PrinterStatus(Paper.OUT, cover_open=False, cutter_error=False, offline=True, known=True),
        Faulted(FaultCode.PAPER_OUT, "printer says paper-out"),
        PrintFailed("R1", PrintFailure.PAPER_OUT),
    ]


def test_an_automatic_status_between_question_and_answer_is_not_the_answer(typesetting: Typesetting) -> None:
    core = PrinterCore(PrinterSettings(typesetting))
    core.port_opened(0.0)
    heard = core.receive(bytes.fromhex("10000000"), 0.01)
    for answer in ("12", "12", "12", "1E"):
        heard += core.receive(bytes.fromhex(answer), 0.02)
    assert heard == [PrinterStatus(Paper.LOW, cover_open=False, cutter_error=False, offline=False, known=True), LOW]


def test_a_job_for_a_printer_without_paper_fails_without_a_byte_printed(desk: Desk) -> None:
    desk.answers = dict(PAPER_OUT)
    desk.run(6.0)
    desk.paper = b""
    desk.prints("R1")
    assert outcomes(desk.run(1.0)) == [PrintFailed("R1", PrintFailure.PAPER_OUT)]
    assert b"\x1dv0" not in desk.paper


def test_low_paper_is_told_once_and_printing_goes_on(desk: Desk) -> None:
    desk.answers = {**ALL_WELL, 4: 0x1E}
    low = PrinterStatus(Paper.LOW, cover_open=False, cutter_error=False, offline=False, known=True)
    assert desk.run(20.0) == [low, LOW]
    desk.prints("R1")
    assert outcomes(desk.run(5.0)) == [Printed("R1")]
    desk.answers = dict(ALL_WELL)
    assert desk.run(6.0) == [WELL, Recovered("printer")]


def test_xoff_for_ever_ends_the_job_and_nothing_is_sent_meanwhile(desk: Desk) -> None:
    desk.prints("R1")
    desk.run(0.05)
    desk.hears(b"\x13")
    desk.paper = b""
    assert outcomes(desk.run(19.0)) == []
    assert desk.paper == b""
    desk.answers = None
    events = desk.run(60.0)
    assert outcomes(events) == [PrintFailed("R1", PrintFailure.NOT_TAKING)]
    assert b"\x1dv0" not in desk.paper
    desk.answers = dict(ALL_WELL)
    desk.hears(b"\x11")
    assert Recovered("printer") in desk.run(6.0)


def test_xoff_for_a_moment_only_delays(desk: Desk) -> None:
    desk.prints("R1")
    desk.run(0.05)
    desk.hears(b"\x13")
    assert outcomes(desk.run(5.0)) == []
    desk.hears(b"\x11")
    assert outcomes(desk.run(5.0)) == [Printed("R1")]


def test_an_xoff_that_was_noise_is_over_with_the_next_poll(desk: Desk) -> None:
    desk.hears(b"\x13")
    desk.prints("R1")
    assert outcomes(desk.run(11.0)) == [Printed("R1")]


def test_a_printer_that_says_off_line_while_its_buffer_is_full_is_given_time(desk: Desk) -> None:
    desk.jam, desk.jam_after_bytes = dict(OFF_LINE), len(desk.paper) + 9000
    desk.prints("R1")
    desk.run(5.0)
    desk.answers = dict(ALL_WELL)
    assert outcomes(desk.run(5.0)) == [Printed("R1")]


def test_a_printer_off_line_for_long_fails_the_job(desk: Desk) -> None:
    desk.jam, desk.jam_after_bytes = dict(OFF_LINE), len(desk.paper) + 9000
    desk.prints("R1")
    assert outcomes(desk.run(60.0)) == [PrintFailed("R1", PrintFailure.OFFLINE)]


def test_a_printer_that_stops_answering_is_unknown_not_well(desk: Desk) -> None:
    desk.answers = None
    desk.prints("R1")
    events = desk.run(60.0)
    assert events == [
        PrintFailed("R1", PrintFailure.NO_ANSWER),
        Faulted(FaultCode.NO_ANSWER, "no answer to DLE EOT 1"),
        UNKNOWN,
    ]
    desk.answers = dict(ALL_WELL)
    assert set(desk.run(10.0)) == {WELL, Recovered("printer")}


def test_a_late_answer_is_not_taken_for_the_next_question(desk: Desk) -> None:
    desk.answers = None
    desk.run(6.05)
    desk.hears(b"\x12")
    desk.hears(b"\x7e")
    desk.answers = dict(ALL_WELL)
    assert desk.run(6.0) == []


def test_a_printer_without_a_back_channel_is_unknown_and_its_receipts_unverified(typesetting: Typesetting) -> None:
    desk = at_a_desk(PrinterSettings(typesetting, answering=Answering.SILENT))
    assert desk.run(1.0) == []
    assert desk.events == [UNKNOWN]
    assert b"\x10\x04" not in desk.paper
    desk.prints("R1")
    desk.prints("R2")
    assert desk.run(10.0) == [Printed("R1", verified=False), Printed("R2", verified=False)]
    assert desk.paper.count(b"\x1dV\x42\x00") == 2


def test_an_unplugged_printer_fails_every_job_and_starts_afresh(desk: Desk) -> None:
    desk.prints("R1")
    desk.prints("R2")
    desk.run(0.05)
    assert desk.core.port_lost("unplugged", desk.now_s) == [
        PrintFailed("R1", PrintFailure.PORT_GONE),
        PrintFailed("R2", PrintFailure.PORT_GONE),
        Faulted(FaultCode.PORT_GONE, "unplugged"),
        UNKNOWN,
    ]
    desk.prints("R3")
    assert desk.core.tick(desk.now_s) == [PrintFailed("R3", PrintFailure.PORT_GONE)]
    assert desk.core.port_opened(desk.now_s) == [Recovered("printer")]
    assert desk.run(5.0)[0] == WELL
    desk.prints("R4")
    assert outcomes(desk.run(5.0)) == [Printed("R4")]


def test_a_queue_is_bounded(desk: Desk) -> None:
    for number in range(10):
        desk.prints(f"R{number}", b"\x1bd\x01")
    told = outcomes(desk.run(5.0))
    assert told.count(PrintFailed("R9", PrintFailure.QUEUE_FULL)) == 1
    assert [event for event in told if isinstance(event, Printed)] == [Printed(f"R{number}") for number in range(8)]


def test_models_that_depart_from_epson_are_set_right(drawing: ReceiptDrawing) -> None:
    desk = at_a_desk(PrinterSettings(Typesetting(drawing, MODELS[ModelName.HS_K33])))
    desk.answers = {**ALL_WELL, 1: 0x92, 2: 0x16}
    assert desk.run(0.1) == [
        PrinterStatus(Paper.OK, cover_open=False, cutter_error=False, offline=False, known=True, receipt_in_mouth=True)
    ]


def test_a_missing_font_is_a_setting_that_makes_no_sense() -> None:
    with pytest.raises(BadSetting, match="no-such-font"):
        PrinterCore(PrinterSettings(Typesetting(ReceiptDrawing(Path("no-such-font.ttf")), GENERIC)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=12), st.floats(0, 3)), max_size=20))
def test_whatever_a_printer_sends_each_job_ends_once(
    typesetting: Typesetting, babble: list[tuple[bytes, float]]
) -> None:
    desk = at_a_desk(PrinterSettings(typesetting))
    desk.answers = None
    desk.prints("R1", b"\x1bd\x01")
    for data, pause_s in babble:
        desk.hears(data)
        desk.run(pause_s)
    desk.run(120.0)
    assert len(outcomes(desk.events)) == 1

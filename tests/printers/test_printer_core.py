"""A receipt is printed only when the printer says so, and a broken one is never repeated by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.printers.core import PrinterCore, PrinterSettings
from drivers.printers.events import (
    Paper,
    Printed,
    PrinterStatus,
    PrintFailed,
    PrintFailure,
)
from drivers.printers.models import MODELS, ModelName
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.typesetting import Typesetting
from tests.printers.desk import (
    ALL_WELL,
    COVER_OPEN,
    CUTTER_JAM,
    GENERIC,
    LOW,
    PAPER_OUT,
    UNKNOWN,
    WELL,
    Desk,
    at_a_desk,
    outcomes,
)

CUT = b"\x1dV\x42\x00"
"""What a receipt ends with on the usual printer."""


def test_a_printer_is_set_up_and_asked_how_it_is(desk: Desk) -> None:
    assert desk.paper.startswith(b"\x1b@\x1da\xff\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04")
    assert desk.events == [WELL]


def test_a_receipt_goes_out_in_bands_of_100_rows_and_is_printed_when_all_is_well_behind_it(desk: Desk) -> None:
    desk.paper = b""
    desk.prints("R1")
    assert outcomes(desk.run(5.0)) == [Printed("R1", verified=True)]
    heights = [int.from_bytes(size, "little") for size in re.findall(rb"\x1dv0\x00\x48\x00(..)", desk.paper, re.DOTALL)]
    assert len(heights) >= 4
    assert max(heights) == 100
    assert re.search(rb"\x1bd\x06\x1dV\x42\x00(\x10\x04[\x01-\x04])+\Z", desk.paper)


def test_printed_is_not_said_before_the_paper_can_be_out(desk: Desk) -> None:
    desk.prints("R1")
    assert outcomes(desk.run(0.3)) == []


def test_a_knife_that_jams_after_the_last_byte_was_heard_fails_the_receipt(desk: Desk) -> None:
    desk.prints("R1")
    while b"\x1dV\x42\x00" not in desk.paper:
        assert outcomes(desk.run(0.01)) == []
    assert outcomes(desk.run(0.9)) == [], "the paper is on its way to the knife still"
    desk.answers = dict(CUTTER_JAM)
    assert outcomes(desk.run(3.0)) == [PrintFailed("R1", PrintFailure.CUTTER)]


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
    assert desk.paper.count(b"\x10\x05\x02\x1b@") == 1, "the rest of the receipt is cleared before the next one"


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
    told = outcomes(desk.run(15.0))
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


@dataclass
class BehindByOne(Desk):
    """A printer in front of whose answers a stray one came: each answers the question before."""

    late: list[int] = field(default_factory=list)

    def answer(self, question: int, answers: dict[int, int]) -> None:
        self.late.append(answers[question])
        self.hears(bytes([self.late.pop(0)]))
        while question == 4 and self.late:
            self.hears(bytes([self.late.pop(0)]))


def test_a_stray_answer_cannot_hide_the_end_of_the_paper(typesetting: Typesetting) -> None:
    desk = BehindByOne(PrinterCore(PrinterSettings(typesetting)))
    desk.core.port_opened(0.0)
    desk.run(1.0)
    desk.prints("R1", b"\x1bd\x03")
    desk.core.tick(desk.now_s)
    desk.late, desk.answers = [0x12], {**ALL_WELL, 4: 0x72}
    assert outcomes(desk.run(5.0)) == [PrintFailed("R1", PrintFailure.PAPER_OUT)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (0x16, "recoverable error"),
        (0x32, "unrecoverable error: switch it off and on, else the technician"),
        (0x52, "error that ends by itself (a head that is too warm)"),
    ],
)
def test_each_kind_of_error_is_told_in_its_own_words(desk: Desk, answer: int, said: str) -> None:
    desk.answers = {1: 0x1A, 2: 0x52, 3: answer, 4: 0x12}
    told = desk.run(6.0)
    assert told[-1] == Faulted(FaultCode.DEVICE_ERROR, f"printer says {said}")
    status = told[-2]
    assert isinstance(status, PrinterStatus)
    assert status.error
    assert [status.recoverable, status.unrecoverable, status.recovers_by_itself].count(True) == 1


@pytest.mark.parametrize(
    ("question", "answer", "name"),
    [
        (1, 0x16, "drawer_pin_high"),
        (1, 0x1A, "offline"),
        (1, 0x32, "waits_for_recovery"),
        (1, 0x52, "feed_button"),
        (2, 0x16, "cover_open"),
        (2, 0x1A, "feed_button"),
        (2, 0x52, "error"),
        (3, 0x16, "recoverable"),
        (3, 0x1A, "cutter_error"),
        (3, 0x32, "unrecoverable"),
        (3, 0x52, "recovers_by_itself"),
    ],
)
def test_every_bit_of_the_answers_reaches_the_status(desk: Desk, question: int, answer: int, name: str) -> None:
    desk.answers = {**ALL_WELL, question: answer}
    (status,) = (event for event in desk.run(6.0) if isinstance(event, PrinterStatus))
    assert getattr(status, name) is True


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("14000000", "drawer_pin_high"),
        ("18000000", "offline"),
        ("30000000", "cover_open"),
        ("50000000", "feed_button"),
        ("10040000", "recoverable"),
        ("10080000", "cutter_error"),
        ("10200000", "unrecoverable"),
        ("10400000", "recovers_by_itself"),
    ],
)
def test_every_bit_of_an_automatic_status_reaches_the_status(desk: Desk, told: str, name: str) -> None:
    desk.hears(bytes.fromhex(told))
    status = next(event for event in desk.events[1:] if isinstance(event, PrinterStatus))
    assert getattr(status, name) is True


def test_paper_that_the_printer_stopped_for_is_out_whatever_the_sensor_says(desk: Desk) -> None:
    desk.answers = {**ALL_WELL, 2: 0x32}
    assert Faulted(FaultCode.PAPER_OUT, "printer says paper-out") in desk.run(6.0)


def babbles(desk: Desk) -> None:
    for _ in range(60):
        desk.hears(b"\x41\xe5\x00\x7f")
        desk.run(0.2)


def test_bytes_that_are_no_status_are_a_wrong_speed_or_another_device(typesetting: Typesetting) -> None:
    desk = at_a_desk(PrinterSettings(typesetting))
    desk.answers = None
    babbles(desk)
    (fault,) = (event for event in desk.events if isinstance(event, Faulted))
    assert fault.code is FaultCode.WRONG_DEVICE
    assert fault.detail == "bytes come, but no status byte: wrong baud rate or other device"
    desk.answers = dict(ALL_WELL)
    assert desk.run(8.0) == [WELL, Recovered("printer")]


def test_a_printer_that_was_heard_once_is_no_other_device_when_it_babbles(desk: Desk) -> None:
    desk.answers = None
    babbles(desk)
    (fault,) = (event for event in desk.events if isinstance(event, Faulted))
    assert fault.code is FaultCode.NO_ANSWER
    assert re.fullmatch(r"no answer to DLE EOT 1, and \d+ bytes without a meaning", fault.detail)


def test_noise_of_yesterday_is_not_told_today(desk: Desk) -> None:
    desk.hears(b"\x41" * 50)
    desk.run(20.0)
    desk.answers = None
    assert Faulted(FaultCode.NO_ANSWER, "no answer to DLE EOT 1") in desk.run(20.0)


def test_a_named_model_is_told_to_recover_after_paper_was_put_in(drawing: ReceiptDrawing) -> None:
    desk = at_a_desk(PrinterSettings(Typesetting(drawing, MODELS[ModelName.HS_K33])))
    closed = {**ALL_WELL, 2: 0x16}
    desk.answers = {**PAPER_OUT, 2: 0x36}
    desk.run(6.0)
    desk.paper = b""
    desk.answers = {**closed, 1: 0x1A}
    desk.run(6.0)
    assert b"\x10\x05\x02\x1b@\x1da\x0c" in desk.paper
    desk.answers = closed
    assert Recovered("printer") in desk.run(6.0)


def test_a_generic_printer_is_not_told_to_recover_when_it_lost_nothing(desk: Desk) -> None:
    desk.answers = dict(PAPER_OUT)
    desk.run(6.0)
    desk.answers = dict(ALL_WELL)
    assert Recovered("printer") in desk.run(6.0)
    assert b"\x10\x05\x02" not in desk.paper


def test_what_the_hs_k33_says_after_a_raster_answers_no_question(drawing: ReceiptDrawing) -> None:
    desk = at_a_desk(PrinterSettings(Typesetting(drawing, MODELS[ModelName.HS_K33])))
    desk.answers = {**ALL_WELL, 2: 0x16}
    desk.run(0.5)
    desk.prints("R1")
    desk.paper = b""
    desk.run(0.75)
    _, raster = desk.paper.split(b"\x1dv0\x00")
    assert len(raster) == 4 + 7200
    desk.hears(b"\x7e\x7e\x7e\x7e")
    desk.run(0.5)
    assert raster + b"\x10\x04\x01" in desk.paper
    assert outcomes(desk.run(20.0)) == [Printed("R1")]


def test_paper_that_ends_in_the_middle_fails_the_receipt_and_the_next_one_prints(desk: Desk) -> None:
    desk.jam_after_bytes = len(desk.paper) + 9000
    desk.prints("R1")
    desk.run(10.0)
    desk.answers = dict(ALL_WELL)
    desk.run(6.0)
    desk.prints("R2")
    desk.run(10.0)
    assert outcomes(desk.events) == [PrintFailed("R1", PrintFailure.PAPER_OUT), Printed("R2")]


def test_an_answer_that_is_lost_once_is_asked_for_again(desk: Desk) -> None:
    desk.answers = None
    desk.run(5.5)
    desk.answers = dict(ALL_WELL)
    assert desk.run(3.0) == []
    desk.prints("R1")
    assert outcomes(desk.run(5.0)) == [Printed("R1")]


def test_a_printer_that_was_away_in_a_job_may_have_lost_it(desk: Desk) -> None:
    """A power dip: real-time questions are answered as before, and of the receipt nothing more comes."""
    desk.prints("R1")
    desk.run(0.15)
    desk.answers = None
    desk.run(1.1)
    desk.answers, desk.paper = dict(ALL_WELL), b""
    assert outcomes(desk.run(30.0)) == [PrintFailed("R1", PrintFailure.NO_ANSWER)]
    assert b"\x10\x05\x02" in desk.paper, "what it still holds of it is cleared"
    desk.paper = b""
    desk.prints("R2")
    assert outcomes(desk.run(10.0)) == [Printed("R2")]
    assert 0 <= desk.paper.find(CUT) < desk.paper.find(b"\x1dv0"), (
        "what hangs out of it is no part of another's receipt"
    )
    desk.paper = b""
    desk.prints("R3")
    assert outcomes(desk.run(10.0)) == [Printed("R3")]
    assert desk.paper.find(CUT) > desk.paper.find(b"\x1dv0")


def test_a_new_roll_has_nothing_that_hangs_out_of_the_printer(desk: Desk) -> None:
    desk.jam, desk.jam_after_bytes = dict(PAPER_OUT), len(desk.paper) + 9000
    desk.prints("R1")
    desk.run(30.0)
    desk.answers, desk.paper = dict(ALL_WELL), b""
    desk.prints("R2")
    assert outcomes(desk.run(20.0)) == [Printed("R2")]
    assert desk.paper.find(CUT) > desk.paper.find(b"\x1dv0")


def test_paper_that_is_put_in_is_heard_of_by_an_automatic_status(desk: Desk) -> None:
    desk.answers = dict(PAPER_OUT)
    desk.run(6.0)
    desk.hears(bytes.fromhex("10000000"))
    assert desk.events[-2:] == [WELL, Recovered("printer")]

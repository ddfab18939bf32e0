"""A printer that stops the flow, is off line for a while, or cannot be heard: receipts wait, and end once."""

from __future__ import annotations

import pytest

from drivers.health import Recovered
from drivers.printers.core import Answering, PrinterSettings
from drivers.printers.events import (
    Printed,
    PrintFailed,
    PrintFailure,
)
from drivers.printers.receipt import Receipt, ReceiptLine
from drivers.printers.typesetting import Typesetting
from tests.printers.desk import (
    ALL_WELL,
    CUTTER_JAM,
    OFF_LINE,
    PAPER_OUT,
    UNKNOWN,
    Desk,
    at_a_desk,
    outcomes,
)


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


def test_a_printer_without_a_back_channel_is_unknown_and_its_receipts_unverified(typesetting: Typesetting) -> None:
    desk = at_a_desk(PrinterSettings(typesetting, answering=Answering.SILENT))
    assert desk.run(1.0) == []
    assert desk.events == [UNKNOWN]
    assert b"\x10\x04" not in desk.paper
    desk.prints("R1")
    desk.prints("R2")
    assert desk.run(10.0) == [Printed("R1", verified=False), Printed("R2", verified=False)]
    assert desk.paper.count(b"\x1dV\x42\x00") == 2


@pytest.mark.parametrize("answers", [ALL_WELL, PAPER_OUT, CUTTER_JAM, OFF_LINE, None])
def test_nothing_heaps_up_behind_an_xoff_of_hours(desk: Desk, answers: dict[int, int] | None) -> None:
    desk.prints("R1")
    desk.run(0.05)
    desk.answers = answers
    for _ in range(120):
        desk.hears(b"\x13")
        desk.run(31.0)
        desk.prints("another", b"\x1bd\x03" * 1000)
        desk.paper = b""
    desk.run(30.0)
    desk.paper, desk.answers = b"", None
    desk.hears(b"\x11")
    desk.run(60.0)
    assert len(desk.paper) < 65_536


def test_a_long_receipt_for_a_silent_printer_goes_out_piece_by_piece(typesetting: Typesetting) -> None:
    desk = at_a_desk(PrinterSettings(typesetting, answering=Answering.SILENT))
    desk.prints("R1", Receipt(tuple(ReceiptLine("百年孤独") for _ in range(400))))
    assert outcomes(desk.run(5.0)) == []
    assert 0 < len(desk.paper) < 80_000, "no faster than the line"
    assert outcomes(desk.run(200.0)) == [Printed("R1", verified=False)]
    assert desk.paper.endswith(b"\x1dV\x42\x00")
    assert len(desk.paper) > 1_000_000


def test_a_silent_printer_that_seems_to_say_xoff_prints_the_next_receipt(typesetting: Typesetting) -> None:
    desk = at_a_desk(PrinterSettings(typesetting, answering=Answering.SILENT))
    desk.hears(b"\x13")
    desk.prints("R1")
    assert outcomes(desk.run(25.0)) == [PrintFailed("R1", PrintFailure.NOT_TAKING)]
    desk.prints("R2")
    assert outcomes(desk.run(10.0)) == [Printed("R2", verified=False)]


def test_an_error_behind_an_xoff_is_helped_out_of_by_the_real_time_command_alone(desk: Desk) -> None:
    desk.hears(b"\x13")
    desk.answers = dict(CUTTER_JAM)
    desk.paper = b""
    desk.run(7.0)
    assert b"\x10\x05\x02" in desk.paper
    assert b"\x1b@" not in desk.paper


def test_xoff_at_rest_holds_the_next_receipt_back_for_a_poll(desk: Desk) -> None:
    desk.hears(b"\x13")
    desk.prints("R1")
    desk.paper = b""
    desk.run(4.0)
    assert b"\x1dv0" not in desk.paper


def test_a_receipt_is_not_printed_while_xoff_says_that_the_printer_is_busy(desk: Desk) -> None:
    desk.prints("R1", b"\x1bd\x03")
    desk.run(0.05)
    desk.hears(b"\x13")
    assert outcomes(desk.run(5.0)) == []
    desk.hears(b"\x11")
    assert outcomes(desk.run(2.0)) == [Printed("R1")]


def test_xoff_said_again_and_again_is_one_xoff(desk: Desk) -> None:
    desk.prints("R1")
    desk.run(0.05)
    for _ in range(9):
        desk.hears(b"\x13")
        desk.run(2.5)
    assert outcomes(desk.events) == [PrintFailed("R1", PrintFailure.NOT_TAKING)]

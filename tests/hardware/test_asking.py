"""`kiosk doctor` asks simulated devices on real lines who they are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.described import Direction
from drivers.discovery.asking import Found, ask_serial, ask_tcp
from drivers.discovery.questions import QUESTIONS, Question
from drivers.ports.serial import LineSettings, Parity
from drivers.protocols import describer
from firmware_sim.devices.device import Device
from firmware_sim.devices.feig import PSST_S, FeigReader
from firmware_sim.devices.m3_210 import M3Reader
from firmware_sim.devices.printer import Printer
from firmware_sim.devices.rl866 import Rl866Reader
from firmware_sim.devices.scanner import Scanner
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.room.room import Room
from tests.hardware.lines import on_a_pty, on_a_socket


def a_feig_reader(byte_s: float = byte_time_s(38_400, Frame.EIGHT_EVEN_ONE)) -> FeigReader:
    return FeigReader(Room([], []), byte_s=byte_s, turnaround_s=PSST_S if byte_s else 0.0)


def test_a_feig_reader_on_a_serial_line_says_who_it_is(tmp_path: Path) -> None:
    with on_a_pty(a_feig_reader(), tmp_path / "port", 38_400, Frame.EIGHT_EVEN_ONE, threading.Lock()):
        heard = ask_serial(str(tmp_path / "port"))
    assert heard.found is Found.ANSWERED
    assert heard.question is not None
    assert heard.question.driver == "feig"
    assert heard.line == LineSettings(38_400, Parity.EVEN)
    assert "sw_type 80" in heard.model


@pytest.mark.parametrize(
    ("driver", "reader", "line", "frame"),
    [
        ("m3_210", M3Reader, LineSettings(19_200, Parity.NONE), Frame.EIGHT_NONE_ONE),
        ("rl866", Rl866Reader, LineSettings(38_400, Parity.EVEN), Frame.EIGHT_EVEN_ONE),
    ],
)
def test_other_makers_readers_say_who_they_are(
    driver: str, reader: Callable[..., Device], line: LineSettings, frame: Frame, tmp_path: Path
) -> None:
    device = reader(Room([], []), byte_s=byte_time_s(line.speed_baud, frame))
    with on_a_pty(device, tmp_path / "port", line.speed_baud, frame, threading.Lock()):
        heard = ask_serial(str(tmp_path / "port"))
    assert heard.question is not None, heard
    assert (heard.question.driver, heard.line) == (driver, line)


def test_a_feig_reader_on_a_socket_says_who_it_is(tmp_path: Path) -> None:
    with on_a_socket(a_feig_reader(0.0), tmp_path / "address", threading.Lock()) as line:
        host, _, port = line.address.removeprefix("tcp://").partition(":")
        heard = ask_tcp(host, int(port))
    assert heard.found is Found.ANSWERED
    assert heard.question is not None
    assert heard.question.driver == "feig"


def test_a_printer_says_that_it_is_one_and_prints_nothing(tmp_path: Path) -> None:
    printer = Printer(576, "ok")
    with on_a_pty(printer, tmp_path / "port", 38_400, Frame.EIGHT_NONE_ONE, threading.Lock()):
        heard = ask_serial(str(tmp_path / "port"))
    assert heard.found is Found.ANSWERED
    assert heard.question is not None
    assert (heard.question.kind, heard.line) == ("printer", LineSettings(38_400, Parity.NONE))
    assert printer.strips == []


def test_no_question_makes_a_printer_print(tmp_path: Path) -> None:
    """Each question alone and all of them together, at the printer's own speed: noise must not reach the paper."""
    printer = Printer(576, "ok")
    with on_a_pty(printer, tmp_path / "port", 38_400, Frame.EIGHT_NONE_ONE, threading.Lock()):
        for question in QUESTIONS:
            if question.driver != "escpos":
                ask_serial(str(tmp_path / "port"), [question])
    assert printer.strips == []


def test_a_scanner_is_silent(tmp_path: Path) -> None:
    silent: Device = Scanner()
    with on_a_pty(silent, tmp_path / "port", 9_600, Frame.EIGHT_NONE_ONE, threading.Lock()):
        heard = ask_serial(str(tmp_path / "port"), QUESTIONS[:2])
    assert heard.found is Found.SILENT


def test_noise_is_called_noise(tmp_path: Path) -> None:
    class Babbling(Scanner):
        def receive(self, data: bytes, now_s: float) -> None:
            self.fire_bytes(b"\x5a\xa5" * 4)

    with on_a_pty(Babbling(), tmp_path / "port", 38_400, Frame.EIGHT_NONE_ONE, threading.Lock()):
        heard = ask_serial(str(tmp_path / "port"), QUESTIONS[:1])
    assert heard.found is Found.NOT_UNDERSTOOD
    assert "wrong baud rate or other device" in heard.detail


def test_a_port_that_is_not_there_is_said(tmp_path: Path) -> None:
    heard = ask_serial(str(tmp_path / "nothing"))
    assert heard.found is Found.NOT_OPENED
    assert str(tmp_path / "nothing") in heard.detail


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.driver)
def test_every_question_is_a_whole_message_of_its_protocol(question: Question) -> None:
    for asks in filter(None, (question.asks, question.name)):
        protocol, _, _ = question.protocol.partition(":")
        assert [each.findings for each in describer(protocol)(asks, Direction.HOST_TO_DEVICE)] == [[]]

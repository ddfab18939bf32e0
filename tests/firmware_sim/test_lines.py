"""Real hosts on real lines: pyserial on a pseudo-terminal, a socket on loopback."""

from __future__ import annotations

import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from firmware_sim.devices.feig import PSST_S, FeigReader
from firmware_sim.devices.scanner import Scanner
from firmware_sim.lines.line import Line
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.lines.pseudo_terminal import PseudoTerminal
from firmware_sim.lines.tcp import TcpListener
from firmware_sim.lines.wire_log import Direction, WireLog
from firmware_sim.room.room import Room
from tests.firmware_sim.feig_host import a_book, a_tag, request
from tests.real_parts import PATIENCE_S, wait_until

WHO = request(0x65)
VERSION = bytes.fromhex("0D006500010700D05000185140")
READ_32_BLOCKS = request(0xB0, "2301e0040100123456780020")
READ_32_BYTES = 168
PAD_BYTE_S = byte_time_s(38_400, Frame.EIGHT_EVEN_ONE)


class Counted:
    """A device that says what happens to it."""

    def __init__(self) -> None:
        self.connections = 0
        self.heard = b""
        self.happened = threading.Condition()

    def receive(self, data: bytes, now_s: float) -> None:
        with self.happened:
            self.heard += data
            self.happened.notify_all()

    def tick(self, now_s: float) -> None:
        return

    def due_s(self) -> float | None:
        return None

    def take_outgoing(self) -> bytes:
        return b""

    def connected(self, now_s: float) -> None:
        with self.happened:
            self.connections += 1
            self.happened.notify_all()

    def wait_for(self, true: Callable[[], bool]) -> None:
        with self.happened:
            assert self.happened.wait_for(true, PATIENCE_S)


class Lines:
    """Starts lines and stops them at the end of a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = WireLog(time.monotonic)
        self.lock = threading.Lock()
        self._started: list[Line] = []

    def pad(self, *, tcp: bool = False) -> Line:
        room = Room([a_book("Le Zahir", a_tag(blocks=40))], [])
        room.put_on_pad(["Le Zahir"])
        if tcp:
            return self.tcp(FeigReader(room, byte_s=0, turnaround_s=0))
        return self.pty("pad", FeigReader(room, byte_s=PAD_BYTE_S, turnaround_s=PSST_S), PAD_BYTE_S)

    def pty(self, name: str, device: Counted | Scanner | FeigReader, byte_s: float, baud: int = 38_400) -> Line:
        end = PseudoTerminal(self.folder / name, baud)
        return self._begun(Line(name, device, self.lock, end, byte_s, self.log, time.monotonic))

    def tcp(self, device: Counted | FeigReader) -> Line:
        end = TcpListener(self.folder / "pad.address")
        return self._begun(Line("pad", device, self.lock, end, 0.0, self.log, time.monotonic))

    def _begun(self, line: Line) -> Line:
        line.start()
        self._started.append(line)
        return line

    def stop(self) -> None:
        for line in self._started:
            line.stop()


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Lines]:
    lines = Lines(tmp_path)
    yield lines
    lines.stop()


def opened(line: Line, baud: int = 38_400) -> serial.Serial:
    return serial.Serial(line.address, baud, timeout=PATIENCE_S)


def test_a_reader_on_a_pty_answers_pyserial(lines: Lines) -> None:
    with opened(lines.pad()) as port:
        port.write(WHO)
        assert port.read(len(VERSION)) == VERSION


def test_an_answer_is_as_slow_as_the_wire(lines: Lines) -> None:
    with opened(lines.pad()) as port:
        began_s = time.monotonic()
        port.write(READ_32_BLOCKS)
        answer = port.read(READ_32_BYTES)
        took_s = time.monotonic() - began_s
    assert len(answer) == READ_32_BYTES
    air_s = 0.046
    least_s = (len(READ_32_BLOCKS) + READ_32_BYTES) * PAD_BYTE_S + air_s
    assert took_s >= least_s - 0.003


def test_a_host_that_writes_faster_than_the_wire_has_to_wait(lines: Lines) -> None:
    device = Counted()
    line = lines.pty("printer", device, byte_time_s(115_200, Frame.EIGHT_NONE_ONE), 115_200)
    much = bytes(40_000)
    with serial.Serial(line.address, 115_200, write_timeout=0.5) as port, pytest.raises(serial.SerialTimeoutException):
        port.write(much)


def test_unplugged_under_a_host_and_plugged_in_again_behind_the_same_name(lines: Lines) -> None:
    line = lines.pad()
    with opened(line) as port:
        line.unplug()
        assert not os.path.lexists(line.address)
        with pytest.raises((serial.SerialException, OSError)):
            port.write(WHO)
    line.plug_in()
    with opened(line) as port:
        port.write(WHO)
        assert port.read(len(VERSION)) == VERSION


def test_at_the_wrong_speed_a_reader_is_not_understood_and_understands_nothing(lines: Lines) -> None:
    line = lines.pad()
    with serial.Serial(line.address, 9600, timeout=0.2) as port:
        for _ in range(3):
            port.write(WHO)
            assert port.read(len(VERSION)) == b""
    with opened(line) as port:
        port.write(WHO)
        assert port.read(len(VERSION)) == VERSION


def test_what_a_scanner_says_is_noise_at_another_speed_and_plain_to_a_tool_that_sets_none(lines: Lines) -> None:
    scanner = Scanner()
    line = lines.pty("scanner", scanner, 0.0, 9600)
    with opened(line, 19_200) as port:
        with lines.lock:
            scanner.fire("35555000012345")
        line.wake()
        assert port.read(15) != b"35555000012345\r"
    line.unplug()
    line.plug_in()
    descriptor = os.open(line.address, os.O_RDWR | os.O_NOCTTY)
    try:
        with lines.lock:
            scanner.fire("1")
        line.wake()
        assert os.read(descriptor, 2) == b"1\r"
    finally:
        os.close(descriptor)


def test_a_device_learns_that_a_host_has_opened_its_line_each_time(lines: Lines) -> None:
    device = Counted()
    line = lines.pty("pad", device, 0.0)
    for _ in range(3):
        with opened(line):
            wait_until(lambda: line.host_is_there)
        wait_until(lambda: not line.host_is_there)
    assert device.connections == 3


def test_a_pty_is_raw_before_any_host_has_set_it(lines: Lines) -> None:
    device = Counted()
    line = lines.pty("pad", device, 0.0)
    everything = bytes(range(256))
    descriptor = os.open(line.address, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(descriptor, everything)
        device.wait_for(lambda: len(device.heard) >= len(everything))
    finally:
        os.close(descriptor)
    assert device.heard == everything


def test_what_was_said_to_nobody_is_not_told_to_the_next_host(lines: Lines) -> None:
    scanner = Scanner()
    line = lines.pty("scanner", scanner, 0.0, 9600)
    with lines.lock:
        scanner.fire("FORGOTTEN")
    line.wake()
    line.unplug()
    line.plug_in()
    with opened(line, 9600) as port:
        with lines.lock:
            scanner.fire("HEARD")
        line.wake()
        assert port.read_until(b"\r") == b"HEARD\r"


def test_a_line_that_is_held_takes_nothing_until_it_is_released(lines: Lines) -> None:
    device = Counted()
    line = lines.pty("printer", device, 0.0)
    with serial.Serial(line.address, 38_400, write_timeout=0.3) as port:
        wait_until(lambda: line.host_is_there)
        line.hold()
        with pytest.raises(serial.SerialTimeoutException):
            port.write(bytes(40_000))
        assert device.heard == b""
        line.release()
        device.wait_for(lambda: len(device.heard) > 1000)


def address_of(line: Line) -> tuple[str, int]:
    host, port = line.address.removeprefix("tcp://").split(":")
    return host, int(port)


def test_a_reader_on_a_socket_answers_and_its_address_is_in_the_folder(lines: Lines) -> None:
    line = lines.pad(tcp=True)
    assert (lines.folder / "pad.address").read_text(encoding="ascii").strip() == line.address
    with socket.create_connection(address_of(line), PATIENCE_S) as host:
        for _ in range(3):
            host.sendall(WHO)
            assert host.recv(64) == VERSION


def test_a_second_host_is_turned_away_until_the_first_has_gone(lines: Lines) -> None:
    line = lines.pad(tcp=True)
    with socket.create_connection(address_of(line), PATIENCE_S) as first:
        first.sendall(WHO)
        assert first.recv(64) == VERSION
        with socket.create_connection(address_of(line), PATIENCE_S) as second:
            assert second.recv(64) == b""
        first.sendall(WHO)
        assert first.recv(64) == VERSION
    with socket.create_connection(address_of(line), PATIENCE_S) as third:
        third.sendall(WHO)
        assert third.recv(64) == VERSION


def test_an_unplugged_socket_refuses_and_comes_back_on_the_same_port(lines: Lines) -> None:
    line = lines.pad(tcp=True)
    place = address_of(line)
    with socket.create_connection(place, PATIENCE_S) as host:
        host.sendall(WHO)
        assert host.recv(64) == VERSION
        line.unplug()
        assert host.recv(64) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place, PATIENCE_S)
    line.plug_in()
    assert address_of(line) == place
    with socket.create_connection(place, PATIENCE_S) as host:
        host.sendall(WHO)
        assert host.recv(64) == VERSION


def test_the_wire_log_shows_both_directions_and_forgets_the_oldest(lines: Lines) -> None:
    with opened(lines.pad()) as port:
        port.write(WHO)
        assert port.read(len(VERSION)) == VERSION
    entries = lines.log.since(0)
    assert [(entry.number, entry.device, entry.direction, entry.data) for entry in entries] == [
        (1, "pad", Direction.FROM_HOST, WHO),
        (2, "pad", Direction.FROM_DEVICE, VERSION),
    ]
    assert lines.log.since(1) == entries[1:]
    for _ in range(3000):
        lines.log.add("pad", Direction.FROM_HOST, b"x")
    assert [entry.number for entry in lines.log.since(0)][:1] == [1003]


def test_idle_lines_use_no_processor_time_to_speak_of(lines: Lines) -> None:
    line = lines.pad()
    lines.pty("scanner", Scanner(), byte_time_s(9600, Frame.EIGHT_NONE_ONE))
    with opened(line):
        before = resource.getrusage(resource.RUSAGE_SELF)
        threading.Event().wait(1.0)
        after = resource.getrusage(resource.RUSAGE_SELF)
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used_s < 0.05

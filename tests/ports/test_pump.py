"""Bytes travel between a core and a real line; a line that goes is opened again."""

from __future__ import annotations

import os
import queue
import socket
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import BadSetting, PortGone
from drivers.ports.address import open_port
from drivers.ports.orders import CAPACITY
from drivers.ports.pump import Pump
from drivers.ports.serial import LineSettings, Parity, SerialPort
from drivers.ports.tcp import TcpPort

WAIT_S = 5.0


class Echo:
    """A core that says back what it heard, and sends what it is told to."""

    def __init__(self) -> None:
        self._outgoing = b""
        self._due_s: float | None = None

    def receive(self, data: bytes, now_s: float) -> list[str]:
        return [f"heard {data.decode()}"] if data else []

    def submit(self, command: str, now_s: float) -> None:
        if command == "in a moment":
            self._due_s = now_s + 0.01
        else:
            self._outgoing += command.encode()

    def tick(self, now_s: float) -> list[str]:
        self._due_s = None
        return ["the moment has come"]

    def due_s(self) -> float | None:
        return self._due_s

    def take_outgoing(self) -> bytes:
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def port_opened(self, now_s: float) -> list[str]:
        return ["opened"]

    def port_lost(self, reason: str, now_s: float) -> list[str]:
        return ["lost"]


class Line:
    """A pseudo-terminal behind a name that stays the same, which can be unplugged and plugged in again."""

    def __init__(self, name: Path) -> None:
        self.name = name
        self.plug_in()

    def plug_in(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.name.unlink(missing_ok=True)
        self.name.symlink_to(os.ttyname(slave))
        self._slave = slave

    def unplug(self) -> None:
        os.close(self._slave)
        os.close(self.master)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "pad")


@pytest.fixture
def said() -> queue.Queue[str]:
    return queue.Queue()


@pytest.fixture
def pump(line: Line, said: queue.Queue[str]) -> Iterator[Pump[str, str]]:
    pump = Pump(Echo(), SerialPort(str(line.name), LineSettings(38_400, Parity.EVEN)), said.put)
    pump.start()
    yield pump
    pump.stop()


def test_bytes_go_both_ways(pump: Pump[str, str], line: Line, said: queue.Queue[str]) -> None:
    assert said.get(timeout=WAIT_S) == "opened"
    pump.submit("hello")
    assert os.read(line.master, 100) == b"hello"
    os.write(line.master, b"reader")
    assert said.get(timeout=WAIT_S) == "heard reader"


def test_time_passes_for_the_core_without_any_byte(pump: Pump[str, str], said: queue.Queue[str]) -> None:
    assert said.get(timeout=WAIT_S) == "opened"
    pump.submit("in a moment")
    assert said.get(timeout=WAIT_S) == "the moment has come"


def test_an_unplugged_line_is_told_and_opened_again(pump: Pump[str, str], line: Line, said: queue.Queue[str]) -> None:
    assert said.get(timeout=WAIT_S) == "opened"
    line.unplug()
    assert said.get(timeout=WAIT_S) == "lost"
    line.plug_in()
    while said.get(timeout=WAIT_S) != "opened":
        pass
    pump.submit("again")
    assert os.read(line.master, 100) == b"again"


def test_a_tcp_device_is_spoken_to_alike(said: queue.Queue[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pump = Pump(Echo(), TcpPort("127.0.0.1", listener.getsockname()[1]), said.put)
        pump.start()
        device, _ = listener.accept()
        with device:
            assert said.get(timeout=WAIT_S) == "opened"
            pump.submit("hello")
            assert device.recv(100) == b"hello"
            device.sendall(b"reader")
            assert said.get(timeout=WAIT_S) == "heard reader"
        assert said.get(timeout=WAIT_S) == "lost"
        pump.stop()


def test_a_line_with_parity_is_opened_again_after_its_program_was_restarted(line: Line) -> None:
    for _ in range(3):
        port = SerialPort(str(line.name), LineSettings(38_400, Parity.EVEN))
        port.open()
        port.write(b"hello")
        assert os.read(line.master, 100) == b"hello"
        port.close()


def test_an_offered_command_is_taken_until_the_queue_is_full(line: Line) -> None:
    """Whoever must not wait for the pump is told that it does not get on."""
    stuck, go_on = threading.Event(), threading.Event()

    def deliver(_: str) -> None:
        stuck.set()
        assert go_on.wait(WAIT_S)

    pump = Pump(Echo(), SerialPort(str(line.name), LineSettings()), deliver)
    pump.start()
    assert stuck.wait(WAIT_S)
    taken = [pump.offer("x") for _ in range(CAPACITY + 1)]
    assert taken == [True] * CAPACITY + [False]
    go_on.set()
    sent = b""
    while len(sent) < CAPACITY:
        sent += os.read(line.master, 1000)
    pump.stop()


class GoesOnce:
    """A port that goes with the first byte it has; when it is opened again it is quiet."""

    def __init__(self) -> None:
        self._ends = os.pipe()
        self._opened = 0

    def open(self) -> None:
        self._opened += 1
        if self._opened == 1:
            os.write(self._ends[1], b"!")

    def fileno(self) -> int:
        return self._ends[0]

    def read(self) -> bytes:
        os.read(self._ends[0], 1)
        raise PortGone("it goes")

    def write(self, data: bytes) -> int:
        return len(data)

    def close(self) -> None:
        return


def test_an_order_that_comes_as_the_port_goes_is_not_left_lying(said: queue.Queue[str]) -> None:
    pump = Pump(Echo(), GoesOnce(), said.put)
    pump.submit("in a moment")
    pump.start()
    try:
        told = [said.get(timeout=WAIT_S) for _ in range(4)]
    finally:
        pump.stop()
    assert sorted(told) == ["lost", "opened", "opened", "the moment has come"]


def test_a_port_that_is_not_there_says_which(tmp_path: Path) -> None:
    with pytest.raises(PortGone, match="nothing-here"):
        SerialPort(str(tmp_path / "nothing-here"), LineSettings()).open()


@pytest.mark.parametrize(
    "address", ["", "ttyUSB0", "tcp://", "tcp://host", "tcp://host:notaport", "udp://host:1", "tcp://["]
)
def test_an_address_that_names_no_port_is_refused_with_what_to_give(address: str) -> None:
    with pytest.raises(BadSetting, match="tcp://host:port"):
        open_port(address, LineSettings())


def test_addresses_name_their_kind_of_port() -> None:
    assert isinstance(open_port("/dev/ttyUSB0", LineSettings()), SerialPort)
    assert isinstance(open_port("tcp://reader.example:10001", LineSettings()), TcpPort)

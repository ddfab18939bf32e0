"""The wedge's port on what a machine without a scanner has: a FIFO, a pseudo-terminal, paths that are not there."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import queue
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from drivers.errors import Misuse, PortGone
from drivers.health import FaultCode, Faulted, Recovered
from drivers.ports import evdev
from drivers.ports.evdev import EvdevPort
from drivers.ports.pump import Pump
from drivers.scanners.events import CodeScanned, ScannerCommand, ScannerEvent
from drivers.scanners.wedge import WedgeCore, WedgeSettings
from tests.scanners.keyboard import a_scan

WAIT_S = 10.0


class Station:
    """A wedge on a path, and what it told."""

    def __init__(self, path: Path) -> None:
        self._heard: queue.Queue[ScannerEvent] = queue.Queue()
        self.pump: Pump[ScannerEvent, ScannerCommand] = Pump(
            WedgeCore(WedgeSettings()), EvdevPort(str(path)), self._heard.put
        )
        self.pump.start()

    def next(self) -> ScannerEvent:
        return self._heard.get(timeout=WAIT_S)

    def next_but_gone(self) -> ScannerEvent:
        """The next event that is no further try to open the port."""
        while True:
            event = self.next()
            if not (isinstance(event, Faulted) and event.code is FaultCode.PORT_GONE):
                return event


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "event0"
    os.mkfifo(path)
    return path


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    master, slave = pty.openpty()
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


def test_codes_come_through_a_fifo_and_the_writer_may_go_and_come_back(fifo: Path) -> None:
    station = Station(fifo)
    with fifo.open("wb") as keyboard:
        keyboard.write(a_scan("p001"))
    assert station.next() == CodeScanned("p001", None)
    gone = station.next()
    assert isinstance(gone, Faulted)
    assert gone.code is FaultCode.PORT_GONE
    assert "went away" in gone.detail
    with fifo.open("wb") as keyboard:
        keyboard.write(a_scan("b002"))
        keyboard.flush()
        assert station.next_but_gone() == Recovered("scanner")
        assert station.next_but_gone() == CodeScanned("b002", None)
    station.pump.stop()


def test_a_device_that_is_not_there_is_a_fault_until_it_is_plugged_in(tmp_path: Path) -> None:
    path = tmp_path / "by-id"
    station = Station(path)
    missing = station.next()
    assert isinstance(missing, Faulted)
    assert missing.code is FaultCode.PORT_GONE
    assert "cannot be opened" in missing.detail
    os.mkfifo(path)
    with path.open("wb") as keyboard:
        keyboard.write(a_scan("p001"))
        keyboard.flush()
        assert station.next_but_gone() == Recovered("scanner")
        assert station.next_but_gone() == CodeScanned("p001", None)
    station.pump.stop()


def test_a_pseudo_terminal_hands_over_every_byte_and_says_nothing_back(terminal: tuple[int, str]) -> None:
    master, name = terminal
    port = EvdevPort(name)
    port.open()
    stream = bytes(range(24)) + b"\x04\x03\x11\x13\r\n" * 4
    os.write(master, stream)
    heard = b""
    while len(heard) < len(stream):
        heard += port.read()
    assert heard == stream
    os.set_blocking(master, False)
    with pytest.raises(BlockingIOError):
        os.read(master, 100)
    port.close()


def test_nothing_there_yet_is_no_end(fifo: Path) -> None:
    port = EvdevPort(str(fifo))
    port.open()
    writer = os.open(fifo, os.O_WRONLY)
    assert port.read() == b""
    os.close(writer)
    with pytest.raises(PortGone, match="end of the records"):
        port.read()
    port.close()
    port.close()
    with pytest.raises(PortGone, match="not open"):
        port.fileno()


def test_a_device_that_is_pulled_out_says_so() -> None:
    master, slave = pty.openpty()
    port = EvdevPort(os.ttyname(slave))
    port.open()
    os.close(master)
    os.close(slave)
    with pytest.raises(PortGone, match="went away"):
        port.read()
    port.close()


def test_an_input_device_is_only_read(fifo: Path) -> None:
    with pytest.raises(Misuse):
        EvdevPort(str(fifo)).write(b"x")


@pytest.mark.parametrize("refusal", [errno.ENOTTY, errno.EINVAL])
def test_where_nothing_can_be_grabbed_nothing_is(fifo: Path, monkeypatch: pytest.MonkeyPatch, refusal: int) -> None:
    asked = _kernel_answers(monkeypatch, refusal)
    port = EvdevPort(str(fifo))
    port.open()
    assert asked == [0x40044590]
    port.close()


@pytest.mark.parametrize(
    ("refusal", "says"), [(errno.EBUSY, "another program has grabbed it"), (errno.ENODEV, "cannot be opened")]
)
def test_a_device_that_is_another_programs_is_not_read_beside_it(
    fifo: Path, monkeypatch: pytest.MonkeyPatch, refusal: int, says: str
) -> None:
    _kernel_answers(monkeypatch, refusal)
    port = EvdevPort(str(fifo))
    with pytest.raises(PortGone, match=says):
        port.open()
    with pytest.raises(PortGone, match="not open"):
        port.read()


def test_the_order_to_grab_is_the_kernels() -> None:
    """`_IOW('E', 0x90, int)`: direction, size of an int, letter, number (Linux asm-generic/ioctl.h)."""
    assert 1 << 30 | 4 << 16 | ord("E") << 8 | 0x90 == evdev.EVIOCGRAB


def _kernel_answers(monkeypatch: pytest.MonkeyPatch, error: int) -> list[int]:
    """The kernel refuses to grab; returns the orders that it got."""
    asked: list[int] = []

    def refuse(_descriptor: int, request: int, _argument: int) -> NoReturn:
        asked.append(request)
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(fcntl, "ioctl", refuse)
    return asked


def test_a_terminal_that_is_read_is_left_raw(terminal: tuple[int, str]) -> None:
    _, name = terminal
    port = EvdevPort(name)
    port.open()
    local_modes = termios.tcgetattr(port.fileno())[3]
    assert not local_modes & (termios.ICANON | termios.ECHO | termios.ISIG)
    port.close()

"""A USB printer's device: nothing to read is no end, a printer that cannot be heard says nothing, gone is gone."""

from __future__ import annotations

import os
import pty
import select
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.errors import PortGone
from drivers.ports.address import open_port
from drivers.ports.serial import LineSettings
from drivers.ports.usb_printer import UsbPrinterPort

WRITE_ONLY = "/proc/self/clear_refs"
"""A read of it fails with EINVAL, as usblp's does for a printer without a way back."""


@dataclass
class Cable:
    """A character device that stands for the printer's, and the printer's end of it."""

    path: str
    printer: int

    def hears(self, size: int) -> bytes:
        heard = b""
        while len(heard) < size:
            ready, _, _ = select.select([self.printer], [], [], 5)
            assert ready, heard
            heard += os.read(self.printer, size)
        return heard

    def says(self, data: bytes, port: UsbPrinterPort) -> None:
        os.write(self.printer, data)
        assert select.select([port.fileno()], [], [], 5)[0]

    def is_unplugged(self) -> None:
        os.close(self.printer)
        self.printer = -1


@pytest.fixture
def cable() -> Iterator[Cable]:
    printer, device = pty.openpty()
    tty.setraw(device)
    cable = Cable(os.ttyname(device), printer)
    yield cable
    os.close(device)
    if cable.printer >= 0:
        os.close(cable.printer)


def test_bytes_go_both_ways(cable: Cable) -> None:
    port = UsbPrinterPort(cable.path)
    port.open()
    assert port.write(b"\x10\x04\x01") == 3
    assert cable.hears(3) == b"\x10\x04\x01"
    cable.says(b"\x12", port)
    assert port.read() == b"\x12"
    assert port.read() == b""
    port.close()


def test_an_unplugged_printer_is_gone(cable: Cable) -> None:
    port = UsbPrinterPort(cable.path)
    port.open()
    cable.is_unplugged()
    with pytest.raises(PortGone, match="went away: Input/output error"):
        port.write(b"\x1b@")
    port.close()


def test_a_printer_that_is_not_there_is_named(tmp_path: Path) -> None:
    port = UsbPrinterPort(str(tmp_path / "lp0"))
    with pytest.raises(PortGone, match="lp0 cannot be opened: No such file or directory"):
        port.open()
    with pytest.raises(PortGone, match="lp0 is not open"):
        port.fileno()
    port.close()


def test_a_device_that_reads_nothing_has_not_gone() -> None:
    port = UsbPrinterPort("/dev/null")
    port.open()
    assert port.read() == b""
    assert port.write(b"receipt") == 7
    port.close()
    port.close()


def test_a_device_that_can_only_be_written_says_nothing() -> None:
    port = UsbPrinterPort(WRITE_ONLY)
    if os.geteuid() != 0:  # only root opens this file for reading
        with pytest.raises(PortGone, match="Permission denied"):
            port.open()
        return
    port.open()
    assert port.read() == b""
    port.close()


def test_paths_of_usblp_and_udev_names_beside_them_are_usb_printers() -> None:
    assert isinstance(open_port("/dev/usb/lp0", LineSettings()), UsbPrinterPort)
    assert isinstance(open_port("/dev/usb/receipt-printer", LineSettings()), UsbPrinterPort)
    assert not isinstance(open_port("/dev/ttyUSB0", LineSettings()), UsbPrinterPort)

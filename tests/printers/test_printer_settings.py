"""From `[printer]` of `kiosk.toml` to a running printer, with a real line at the other end."""

from __future__ import annotations

import os
import pty
import queue
import select
import socket
import tomllib
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pytest
from PIL import Image

from drivers.errors import BadSetting
from drivers.ports.cups import CupsPrinter
from drivers.printers.events import Print, Printed, PrinterEvent, PrinterStatus
from drivers.printers.models import ModelName
from drivers.printers.receipt import Receipt, ReceiptLine
from drivers.printers.text import Lettering
from kiosk.hardware.printers import PrinterSettings, opened_printer
from kiosk.settings import SettingsRefused, convert
from tests.printers.conftest import FONT

WAIT_S = 10.0
IN_ALL = """
port = "/dev/usb/lp0"
model = "hs-k33"
width_dots = 384
back_channel = false
text = "gb2312"
code_system = 1
cover_bit_inverted = false
logo = "logo.png"
templates = "receipts"
"""


class Line:
    """The printer's end of a serial line."""

    def __init__(self) -> None:
        self.printer, self._device = pty.openpty()
        tty.setraw(self._device)
        self.path = os.ttyname(self._device)
        self.heard = b""

    def hears(self, expected: bytes) -> bytes:
        while expected not in self.heard:
            assert select.select([self.printer], [], [], WAIT_S)[0], self.heard
            self.heard += os.read(self.printer, 4096)
        return self.heard

    def close(self) -> None:
        os.close(self._device)
        os.close(self.printer)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


def settings_of(text: str, folder: Path = Path("/etc/kiosk")) -> PrinterSettings:
    return convert(PrinterSettings, tomllib.loads(text), file="kiosk.toml", folder=folder)


def test_every_key_is_read() -> None:
    assert settings_of(IN_ALL) == PrinterSettings(
        "/dev/usb/lp0",
        model=ModelName.HS_K33,
        width_dots=384,
        back_channel=False,
        text=Lettering.GB2312,
        code_system=1,
        cover_bit_inverted=False,
        logo=Path("/etc/kiosk/logo.png"),
        templates=Path("/etc/kiosk/receipts"),
    )
    assert set(tomllib.loads(IN_ALL)) | {"baud"} == set(get_type_hints(PrinterSettings))


@pytest.mark.parametrize(
    "port", ["/dev/ttyUSB0", "/dev/usb/lp0", "tcp://printer:9100", "cups://office", "cups://o.1_2"]
)
def test_a_printer_can_be_here(port: str) -> None:
    assert settings_of(f'port = "{port}"').port == port


@pytest.mark.parametrize("port", ["", "lp0", "cups://", "cups://-d", "cups://a b", "cups://a/b", "pcsc:ACR", "tcp://x"])
def test_a_printer_cannot_be_there(port: str) -> None:
    with pytest.raises(SettingsRefused, match="or cups://queue for an office printer"):
        settings_of(f'port = "{port}"')


def test_what_is_set_comes_on_the_wire(line: Line, tmp_path: Path) -> None:
    Image.new("1", (16, 8), 0).save(tmp_path / "logo.png")
    text = f'port = "{line.path}"\nmodel = "generic-58"\nbaud = 115200\ntext = "gbk"\nback_channel = false\n'
    told: queue.Queue[PrinterEvent] = queue.Queue()
    printer = opened_printer(settings_of(text + 'code_system = 2\nlogo = "logo.png"\n', tmp_path), FONT, told.put)
    printer.start()
    assert isinstance(told.get(timeout=WAIT_S), PrinterStatus)
    assert printer.offer(Print("R1", Receipt((ReceiptLine("图书馆"),))))
    heard = line.hears(b"\x1dV\x42\x00")
    printer.stop()
    logo = b"\x1dv0\x00\x30\x00\x08\x00"
    assert heard.index(logo) < heard.index(b"\x1b9\x02") < heard.index("图书馆".encode("gb18030"))


def serves(connection: socket.socket) -> bytes:
    """Answer each status question with "all well" until the paper is cut and asked after twice; what came."""
    heard = b""
    while heard.partition(b"\x1dV\x42\x00")[2].count(b"\x10\x04\x04") < 2:
        assert select.select([connection], [], [], WAIT_S)[0], heard[-40:]
        before = heard.count(b"\x10\x04")
        heard += connection.recv(65_536)
        connection.sendall(b"\x12" * (heard.count(b"\x10\x04") - before))
    return heard


def test_a_printer_in_the_network_prints_and_says_so() -> None:
    told: queue.Queue[PrinterEvent] = queue.Queue()
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = settings_of(f'port = "tcp://127.0.0.1:{server.getsockname()[1]}"\ntext = "gb18030"')
        printer = opened_printer(settings, FONT, told.put)
        printer.start()
        connection, _ = server.accept()
        with connection:
            printer.submit(Print("R1", Receipt((ReceiptLine("图书馆"),))))
            heard = serves(connection)
            status, printed = told.get(timeout=WAIT_S), told.get(timeout=WAIT_S)
            printer.stop()
    assert "图书馆".encode("gb18030") in heard
    assert isinstance(status, PrinterStatus)
    assert status.known
    assert printed == Printed("R1", verified=True)


def test_an_office_printer_is_one_of_cups(line: Line) -> None:
    printer = opened_printer(settings_of('port = "cups://office"'), FONT, lambda event: None)
    assert isinstance(printer, CupsPrinter)


@pytest.mark.parametrize("port", ["/dev/usb/lp0", "cups://office"])
def test_a_logo_or_font_that_cannot_be_used_is_refused_at_the_start(port: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"receipt logo .*nothing\.png"):
        opened_printer(settings_of(f'port = "{port}"\nlogo = "nothing.png"', tmp_path), FONT, lambda event: None)
    with pytest.raises(BadSetting, match="receipt font"):
        opened_printer(settings_of(f'port = "{port}"'), tmp_path / "nothing.ttf", lambda event: None)

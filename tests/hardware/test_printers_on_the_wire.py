"""Receipts on the simulated printer's paper, whichever way the words are sent, over a real line and a socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.printers.events import Paper, Print, Printed, PrinterEvent, PrinterStatus, PrintFailed, PrintFailure
from drivers.printers.receipt import Code128, QrCode, Receipt, ReceiptLine, Style
from drivers.printers.text import Lettering
from firmware_sim.devices.printer import Printer
from firmware_sim.lines.pace import Frame
from kiosk.hardware.printers import PrinterSettings, opened_printer
from kiosk.screens import fonts
from tests.hardware.lines import Heard, on_a_pty, on_a_socket

BAUD = 115_200
WORDS = ("城市图书馆", "深入理解计算机系统", "A mouse's life")
RECEIPT = Receipt(
    (
        ReceiptLine(WORDS[0], Style.TITLE),
        ReceiptLine(WORDS[1]),
        ReceiptLine(WORDS[2], Style.SMALL),
        QrCode("https://library.example/r/1"),
        Code128("35555000012346"),
    )
)


@contextmanager
def a_printer(folder: Path, words: Lettering, printer: Printer) -> Iterator[tuple[Heard[PrinterEvent], threading.Lock]]:
    lock = threading.Lock()
    with on_a_pty(printer, folder / "printer", BAUD, Frame.EIGHT_NONE_ONE, lock):
        heard: Heard[PrinterEvent] = Heard()
        settings = PrinterSettings(str(folder / "printer"), BAUD, text=words)
        driver = opened_printer(settings, fonts.folder() / fonts.REGULAR, heard.deliver)
        driver.start()
        try:
            driver.submit(Print("job", RECEIPT))
            yield heard, lock
        finally:
            driver.stop()


@pytest.mark.parametrize("words", list(Lettering))
def test_a_receipt_is_on_the_paper_as_it_was_composed(words: Lettering, tmp_path: Path) -> None:
    printer = Printer(576)
    with a_printer(tmp_path, words, printer) as (heard, _):
        heard.await_(lambda told: Printed("job") in told)
    (strip,) = printer.strips
    assert [line for line in strip.text if line in WORDS] == list(WORDS)


def test_a_printer_without_paper_says_so_and_prints_nothing(tmp_path: Path) -> None:
    printer = Printer(576, "out")
    with a_printer(tmp_path, Lettering.RASTER, printer) as (heard, _):
        heard.await_(lambda told: PrintFailed("job", PrintFailure.PAPER_OUT) in told)
        heard.await_(lambda told: any(isinstance(each, PrinterStatus) and each.paper is Paper.OUT for each in told))
    assert printer.strips == []


def test_a_printer_on_a_socket_prints_alike(tmp_path: Path) -> None:
    printer = Printer(576)
    with on_a_socket(printer, tmp_path / "printer.address", threading.Lock()) as line:
        heard: Heard[PrinterEvent] = Heard()
        driver = opened_printer(PrinterSettings(line.address), fonts.folder() / fonts.REGULAR, heard.deliver)
        driver.start()
        try:
            driver.submit(Print("job", RECEIPT))
            heard.await_(lambda told: Printed("job") in told)
        finally:
            driver.stop()
    assert len(printer.strips) == 1

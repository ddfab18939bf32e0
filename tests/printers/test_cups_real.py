"""An office printer behind Debian's own cupsd: receipts come out, and what goes wrong is told and taken back."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from drivers.health import FaultCode, Faulted, Recovered
from drivers.ports.cups import CupsPrinter, run
from drivers.printers.cups import Call, CupsCore, CupsSettings, NoEnd, Program
from drivers.printers.events import Paper, Print, Printed, PrinterEvent, PrinterStatus, PrintFailed, PrintFailure
from drivers.printers.office_page import COLUMN_DOTS, OfficePages
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.receipt import Receipt, ReceiptLine
from tests.printers.cups_server import QUEUE, CupsServer

WAIT_S = 30.0
RECEIPT = Receipt((ReceiptLine("百年孤独"),))
QUICK = CupsSettings(QUEUE, poll_s=0.2, watch_s=0.1, trouble_s=0.3, trouble_kept_s=1.0)


@dataclass
class Office:
    """A printer of the kiosk, and what it told."""

    printer: CupsPrinter
    told: queue.Queue[PrinterEvent] = field(default_factory=queue.Queue)

    def prints(self, job_id: str) -> None:
        assert self.printer.offer(Print(job_id, RECEIPT))

    def waits_for(self, kind: type[PrinterEvent]) -> PrinterEvent:
        while not isinstance(event := self.told.get(timeout=WAIT_S), kind):
            pass
        return event


@pytest.fixture(scope="module")
def server() -> Iterator[CupsServer]:
    with CupsServer() as server:
        yield server


@pytest.fixture(scope="module")
def pages(drawing: ReceiptDrawing) -> OfficePages:
    return OfficePages(replace(drawing, width_dots=COLUMN_DOTS))


@pytest.fixture
def office(server: CupsServer, pages: OfficePages) -> Iterator[Office]:
    told: queue.Queue[PrinterEvent] = queue.Queue()
    printer = CupsPrinter(CupsCore(QUICK, pages), told.put, environment=server.environment)
    printer.start()
    yield Office(printer, told)
    printer.stop()


def test_a_receipt_comes_out_as_pdf_and_its_name_says_nothing(server: CupsServer, office: Office) -> None:
    office.prints("R1")
    assert office.waits_for(Printed) == Printed("R1", verified=False)
    assert server.paper.read_bytes().startswith(b"%PDF")
    log = (server.folder / "log" / "page_log").read_text() if (server.folder / "log" / "page_log").exists() else ""
    assert "百年孤独" not in log + server.does("lpstat", "-l", "-W", "completed", "-o", QUEUE)


def test_a_receipt_without_paper_is_taken_back_and_does_not_come_out_later(server: CupsServer, office: Office) -> None:
    server.paper.unlink(missing_ok=True)
    server.obeys("no-paper")
    office.prints("R1")
    status = office.waits_for(PrinterStatus)
    assert status == PrinterStatus(Paper.OK, cover_open=False, cutter_error=False, offline=False, known=True)
    assert office.waits_for(PrintFailed) == PrintFailed("R1", PrintFailure.PAPER_OUT)
    server.is_well_again("no-paper")
    assert office.waits_for(Recovered) == Recovered("CUPS queue office")
    assert not server.paper.exists()
    office.prints("R2")
    assert office.waits_for(Printed) == Printed("R2", verified=False)
    assert server.paper.read_bytes().startswith(b"%PDF")


def test_a_stopped_queue_is_told_with_its_reason(server: CupsServer, office: Office) -> None:
    server.does("cupsdisable", "-r", "Toner is empty", QUEUE)
    assert office.waits_for(Faulted) == Faulted(FaultCode.DEVICE_ERROR, "the queue office is stopped: Toner is empty")
    office.prints("R1")
    assert office.waits_for(PrintFailed) == PrintFailed("R1", PrintFailure.OFFLINE)
    server.does("cupsenable", QUEUE)
    assert office.waits_for(Recovered) == Recovered("CUPS queue office")


def test_a_server_that_goes_is_told_and_comes_back(server: CupsServer, office: Office) -> None:
    office.waits_for(PrinterStatus)
    server.stop()
    fault = office.waits_for(Faulted)
    assert fault == Faulted(FaultCode.SERVICE_GONE, "the scheduler of CUPS does not run: start cups.service")
    office.prints("R1")
    assert office.waits_for(PrintFailed) in (
        PrintFailed("R1", PrintFailure.OFFLINE),
        PrintFailed("R1", PrintFailure.PORT_GONE),
    )
    server.start()
    assert office.waits_for(Recovered) == Recovered("CUPS queue office")


def test_a_queue_that_is_not_there_is_named(server: CupsServer, pages: OfficePages) -> None:
    told: queue.Queue[PrinterEvent] = queue.Queue()
    core = CupsCore(replace(QUICK, queue="nowhere"), pages)
    printer = CupsPrinter(core, told.put, environment=server.environment)
    printer.start()
    assert told.get(timeout=WAIT_S) == Faulted(
        FaultCode.SERVICE_GONE, "CUPS has no queue nowhere: `lpstat -e` lists those that it has"
    )
    printer.stop()


def test_a_machine_without_cups_is_told_so(pages: OfficePages) -> None:
    told: queue.Queue[PrinterEvent] = queue.Queue()
    printer = CupsPrinter(CupsCore(QUICK, pages), told.put, environment={"PATH": "/nonexistent"})
    printer.start()
    fault = told.get(timeout=WAIT_S)
    assert isinstance(fault, Faulted)
    assert fault.detail.startswith("CUPS is not installed on this machine")
    printer.stop()


def test_a_program_that_hangs_is_not_waited_for_without_end(tmp_path: Path) -> None:
    program = tmp_path / "lpstat"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert run(Call(Program.LOOK, ("-r",)), environment, longest_s=0.2) == NoEnd()


def test_a_printer_that_is_not_served_takes_sixteen_receipts_and_no_more(pages: OfficePages) -> None:
    printer = CupsPrinter(CupsCore(QUICK, pages), lambda event: None)
    taken = [printer.offer(Print(f"R{number}", RECEIPT)) for number in range(17)]
    assert taken == [True] * 16 + [False]
    printer.stop()

"""The conversation with CUPS, without CUPS: what is run next, and what is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.health import FaultCode, Faulted, Recovered
from drivers.printers.cups import Call, CupsCore, CupsSettings, NoEnd, NotInstalled, Outcome, Program, Ran
from drivers.printers.events import Paper, Print, Printed, PrinterEvent, PrinterStatus, PrintFailed, PrintFailure
from drivers.printers.office_page import COLUMN_DOTS, OfficePages
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.receipt import Receipt, ReceiptLine

RECEIPT = Receipt((ReceiptLine("百年孤独"),))
WELL = PrinterStatus(Paper.OK, cover_open=False, cutter_error=False, offline=False, known=True)
UNKNOWN = replace(WELL, known=False)
OUT = replace(WELL, paper=Paper.OUT)
IDLE = "scheduler is running\nprinter office is idle.  enabled since now\n\tAlerts: none\n"
NO_PAPER = (
    "scheduler is running\nprinter office now printing office-1.  enabled since now\n\tAlerts: media-empty-error\n"
    "office-1  kiosk  1024  now\n\tAlerts: job-printing\n"
)
STILL_PRINTING = NO_PAPER.replace("media-empty-error", "none")
STOPPED = "scheduler is running\nprinter office disabled since now -\n\tToner is empty\n\tAlerts: paused\n"
NOT_RUNNING = "scheduler is not running\n"
TAKEN = Ran(0, "request id is office-1 (0 file(s))\n", "")
ENDED = Ran(0, "scheduler is running\noffice-1  kiosk  1024  now\n\tAlerts: processing-to-stop-point\n", "")
ABORTED = Ran(0, "scheduler is running\noffice-1  kiosk  1024  now\n\tAlerts: aborted-by-system\n", "")


@dataclass
class Office:
    """The core, a CUPS that says what the test says, and a clock."""

    core: CupsCore
    says: dict[Program, Outcome] = field(
        default_factory=lambda: {
            Program.PRINT: TAKEN,
            Program.LOOK: Ran(0, IDLE, ""),
            Program.LOOK_BACK: ENDED,
            Program.CANCEL: Ran(0, "", ""),
        }
    )
    now_s: float = 0.0
    ran: list[Call] = field(default_factory=list)
    events: list[PrinterEvent] = field(default_factory=list)

    def run(self, for_s: float) -> list[PrinterEvent]:
        before, until_s = len(self.events), self.now_s + for_s
        while True:
            self.events += self.core.take_events()
            due_s = max(self.core.due_s(), self.now_s)
            if due_s > until_s:
                break
            self.now_s = due_s
            call = self.core.next_call(self.now_s)
            if call is not None:
                self.ran.append(call)
                self.events += self.core.returned(call, self.says[call.program], self.now_s)
        self.now_s = until_s
        return self.events[before:]

    def looks_like(self, out: str) -> None:
        self.says[Program.LOOK] = Ran(0, out, "")

    def prints(self, job_id: str) -> None:
        self.core.submit(Print(job_id, RECEIPT), self.now_s)

    def programs(self) -> list[Program]:
        return [call.program for call in self.ran]


@pytest.fixture(scope="session")
def pages(drawing: ReceiptDrawing) -> OfficePages:
    return OfficePages(replace(drawing, width_dots=COLUMN_DOTS))


@pytest.fixture
def office(pages: OfficePages) -> Office:
    office = Office(CupsCore(CupsSettings("office"), pages))
    assert office.run(1.0) == [WELL]
    office.ran.clear()
    return office


def outcomes(events: list[PrinterEvent]) -> list[PrinterEvent]:
    return [event for event in events if isinstance(event, Printed | PrintFailed)]


def test_a_receipt_is_handed_in_watched_and_told_as_taken_but_not_as_seen(office: Office) -> None:
    office.prints("R1")
    assert office.run(5.0) == [Printed("R1", verified=False)]
    assert office.programs()[:3] == [Program.PRINT, Program.LOOK, Program.LOOK_BACK]
    handed_in = office.ran[0]
    assert handed_in.arguments == ("-d", "office", "-t", "receipt", "-o", "document-format=application/pdf")
    assert handed_in.content.startswith(b"%PDF")


def test_a_job_that_still_waits_is_looked_at_every_second(office: Office) -> None:
    office.looks_like(STILL_PRINTING)
    office.prints("R1")
    assert outcomes(office.run(10.0)) == []
    assert office.programs().count(Program.LOOK) == 10
    office.looks_like(IDLE)
    assert outcomes(office.run(5.0)) == [Printed("R1", verified=False)]


def test_a_job_that_cups_gave_up_has_failed(office: Office) -> None:
    office.says[Program.LOOK_BACK] = ABORTED
    office.prints("R1")
    assert outcomes(office.run(5.0)) == [PrintFailed("R1", PrintFailure.ERROR)]


def test_paper_that_ends_in_the_middle_takes_the_job_back_before_it_is_told(office: Office) -> None:
    office.looks_like(NO_PAPER)
    office.prints("R1")
    office.prints("R2")
    assert office.run(20.0) == [
        OUT,
        Faulted(FaultCode.PAPER_OUT, "CUPS says media-empty-error: paper-out"),
        PrintFailed("R1", PrintFailure.PAPER_OUT),
        PrintFailed("R2", PrintFailure.PAPER_OUT),
    ]
    assert [call.arguments for call in office.ran if call.program is Program.CANCEL] == [("office-1",)]
    office.looks_like(IDLE)
    assert office.run(200.0) == [WELL, Recovered("CUPS queue office")], "the next patron may try again"


def test_a_trouble_of_a_moment_is_none(office: Office) -> None:
    office.looks_like(NO_PAPER)
    office.prints("R1")
    office.run(5.0)
    office.looks_like(STILL_PRINTING)
    office.run(20.0)
    office.looks_like(IDLE)
    assert outcomes(office.run(5.0)) == [Printed("R1", verified=False)]
    assert office.events == [WELL, Printed("R1", verified=False)]


def test_two_troubles_of_a_moment_are_not_one_of_long(office: Office) -> None:
    office.prints("R1")
    for _ in range(3):
        office.looks_like(NO_PAPER)
        office.run(6.0)
        office.looks_like(STILL_PRINTING)
        office.run(6.0)
    assert outcomes(office.events) == []


def test_a_receipt_that_failed_when_cups_went_is_cancelled_when_cups_is_back(office: Office) -> None:
    office.looks_like(STILL_PRINTING)
    office.prints("R1")
    office.run(2.0)
    office.looks_like(NOT_RUNNING)
    office.run(40.0)
    office.ran.clear()
    office.looks_like(STILL_PRINTING)
    office.run(40.0)
    assert Call(Program.CANCEL, ("office-1",)) in office.ran
    office.looks_like(IDLE)
    office.run(40.0)
    office.ran.clear()
    office.run(100.0)
    assert Program.CANCEL not in office.programs()


def test_a_job_that_never_ends_is_taken_back(office: Office) -> None:
    office.looks_like(STILL_PRINTING)
    office.prints("R1")
    assert outcomes(office.run(121.0)) == [PrintFailed("R1", PrintFailure.NOT_TAKING)]
    assert office.programs().count(Program.CANCEL) == 1


def test_a_queue_that_somebody_stopped_is_told_in_his_words(office: Office) -> None:
    office.looks_like(STOPPED)
    assert office.run(40.0) == [
        replace(WELL, offline=True),
        Faulted(FaultCode.DEVICE_ERROR, "the queue office is stopped: Toner is empty"),
    ]
    office.looks_like(IDLE)
    assert office.run(40.0) == [WELL, Recovered("CUPS queue office")]


def test_a_receipt_that_cups_does_not_take_fails_and_the_reason_is_looked_for(office: Office) -> None:
    office.says[Program.PRINT] = Ran(1, "", 'lp: Destination "office" is not accepting jobs.\n')
    office.looks_like(STOPPED)
    office.prints("R1")
    told = office.run(1.0)
    assert told[0] == PrintFailed("R1", PrintFailure.OFFLINE)
    assert Faulted(FaultCode.DEVICE_ERROR, "the queue office is stopped: Toner is empty") in told


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (
            NotInstalled(),
            "CUPS is not installed on this machine (no lpstat): install the packages cups and cups-client",
        ),
        (NoEnd(), "CUPS does not answer: lpstat did not end in its time"),
        (Ran(0, NOT_RUNNING, ""), "the scheduler of CUPS does not run: start cups.service"),
        (Ran(1, "scheduler is running\n", ""), "CUPS has no queue office: `lpstat -e` lists those that it has"),
    ],
)
def test_without_cups_the_fault_says_what_to_do(office: Office, outcome: Outcome, said: str) -> None:
    office.says[Program.LOOK] = outcome
    (fault, status) = office.run(40.0)
    assert isinstance(fault, Faulted)
    assert fault.code is FaultCode.SERVICE_GONE
    assert fault.detail.startswith(said)
    assert status == UNKNOWN
    office.looks_like(IDLE)
    assert office.run(40.0) == [WELL, Recovered("CUPS queue office")]


def test_a_job_under_way_fails_when_cups_goes(office: Office) -> None:
    office.looks_like(STILL_PRINTING)
    office.prints("R1")
    office.run(2.0)
    office.says[Program.LOOK] = NoEnd()
    assert PrintFailed("R1", PrintFailure.PORT_GONE) in office.run(5.0)


def test_escpos_bytes_and_a_ninth_receipt_are_refused(office: Office) -> None:
    office.core.submit(Print("bytes", b"\x1b@"), office.now_s)
    for number in range(9):
        office.prints(f"R{number}")
    told = outcomes(office.run(60.0))
    assert told[:2] == [PrintFailed("bytes", PrintFailure.ERROR), PrintFailed("R8", PrintFailure.QUEUE_FULL)]
    assert told[2:] == [Printed(f"R{number}", verified=False) for number in range(8)]


outcomes_of_any_kind = st.one_of(
    st.sampled_from([NotInstalled(), NoEnd(), TAKEN, ENDED, ABORTED]),
    st.builds(
        Ran,
        st.integers(0, 1),
        st.one_of(st.text(max_size=40), st.sampled_from([IDLE, NO_PAPER, STILL_PRINTING, STOPPED, NOT_RUNNING])),
        st.just(""),
    ),
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(Program), outcomes_of_any_kind, st.floats(0, 50), st.booleans()), max_size=12)
)
def test_whatever_cups_says_each_job_ends_once(
    pages: OfficePages, story: list[tuple[Program, Outcome, float, bool]]
) -> None:
    office = Office(CupsCore(CupsSettings("office"), pages))
    submitted = 0
    for program, outcome, for_s, prints in story:
        office.says[program] = outcome
        if prints:
            office.prints(f"R{submitted}")
            submitted += 1
        office.run(for_s)
    office.run(150.0)
    ended = [event.job_id for event in office.events if isinstance(event, Printed | PrintFailed)]
    assert sorted(ended) == sorted(f"R{number}" for number in range(submitted))

"""An office printer behind CUPS as a conversation: which program of CUPS to run next, and what its output means.

The port (`drivers.ports.cups`) runs the programs. A job that CUPS cannot bring to paper is cancelled before it is told
as failed, so that it does not come out beside somebody else's feet later. CUPS says that the printer took all of a job,
not that it lies in the tray: `Printed` is unverified. It hears of paper and cover only while a job is under way, so a
trouble is forgotten after a while and the next patron tries. Times in seconds of any monotonic clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from drivers.health import FaultCode, Faulted, Recovered
from drivers.printers.condition import FAULTS
from drivers.printers.cups_words import (
    JOB_ENDED_WELL,
    QueueReport,
    QueueState,
    is_paper_low,
    read_report,
    read_request,
    trouble_of,
)
from drivers.printers.events import (
    Paper,
    Printed,
    PrinterCommand,
    PrinterEvent,
    PrinterStatus,
    PrintFailed,
    PrintFailure,
)
from drivers.printers.office_page import OfficePages
from drivers.printers.receipt import Receipt

_QUEUE_LIMIT = 8
_TITLE = "receipt"
"""Name of the job in CUPS: everybody in the office can read it."""
_UNKNOWN_END = ("unknown",)
"""A job that CUPS remembers no more (`PreserveJobHistory No`): nobody can say whether it was printed."""


class Program(StrEnum):
    """What a call is for."""

    PRINT = "lp"
    LOOK = "lpstat"
    LOOK_BACK = "lpstat -W completed"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Call:
    """A program to run."""

    program: Program
    arguments: tuple[str, ...]
    content: bytes = b""
    """Its standard input."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A program ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class NotInstalled:
    """There is no such program on this machine."""


@dataclass(frozen=True, slots=True)
class NoEnd:
    """A program did not end in its time."""


Outcome = Ran | NotInstalled | NoEnd


@dataclass(frozen=True, slots=True)
class CupsSettings:
    """One queue of CUPS."""

    queue: str
    poll_s: float = 30.0
    watch_s: float = 1.0
    """Between two looks at a job under way."""
    trouble_s: float = 10.0
    """A printer that says for this long that it cannot print has a trouble; shorter ones pass."""
    job_s: float = 120.0
    """A job that is not printed by then is cancelled."""
    trouble_kept_s: float = 120.0


@dataclass(slots=True)
class _Job:
    job_id: str
    content: bytes
    request: str | None = None
    deadline_s: float = 0.0
    troubled_since_s: float | None = None
    gone: bool = False
    """No more among the jobs that wait: it has come to an end."""


class CupsCore:
    """One office printer."""

    def __init__(self, settings: CupsSettings, pages: OfficePages) -> None:
        self._settings = settings
        self._pages = pages
        self._queue: deque[_Job] = deque()
        self._job: _Job | None = None
        self._pending: list[PrinterEvent] = []
        self._to_cancel: deque[str] = deque()
        self._abandoned: set[str] = set()
        """Requests that must not come out: cancelled until CUPS has them no more, after a time without it as well."""
        self._look_s = 0.0
        self._now_s = 0.0
        self._fault: tuple[FaultCode, str] | None = None
        self._trouble: PrintFailure | None = None
        self._trouble_until_s = 0.0
        self._told: PrinterStatus | None = None

    def submit(self, command: PrinterCommand, now_s: float) -> None:
        """Queue a receipt, at most eight. ESC/POS bytes are for receipt printers: here they fail."""
        self._now_s = now_s
        if not isinstance(command.document, Receipt):
            self._pending.append(PrintFailed(command.job_id, PrintFailure.ERROR))
        elif len(self._queue) >= _QUEUE_LIMIT:
            self._pending.append(PrintFailed(command.job_id, PrintFailure.QUEUE_FULL))
        else:
            self._queue.append(_Job(command.job_id, self._pages.document(command.document)))

    def take_events(self) -> list[PrinterEvent]:
        """What is to be told without a call."""
        pending, self._pending = self._pending, []
        return pending

    def due_s(self) -> float:
        """When `next_call` has something to do."""
        begins = self._job is None and bool(self._queue)
        return self._now_s if self._pending or self._to_cancel or begins else self._look_s

    def next_call(self, now_s: float) -> Call | None:
        """What to run now, one program at a time; None until `due_s`."""
        self._now_s = now_s
        queue = self._settings.queue
        if self._to_cancel:
            return Call(Program.CANCEL, (self._to_cancel.popleft(),))
        if self._job is None and self._queue:
            self._job = self._queue.popleft()
            self._job.deadline_s = now_s + self._settings.job_s
            arguments = ("-d", queue, "-t", _TITLE, "-o", "document-format=application/pdf")
            return Call(Program.PRINT, arguments, self._job.content)
        if now_s < self._look_s:
            return None
        if self._job is not None and self._job.gone:
            return Call(Program.LOOK_BACK, ("-l", "-r", "-W", "completed", "-o", queue))
        return Call(Program.LOOK, ("-l", "-r", "-p", queue, "-o", queue))

    def returned(self, call: Call, outcome: Outcome, now_s: float) -> list[PrinterEvent]:
        """What the outcome of a call means."""
        self._now_s = now_s
        self._look_s = now_s + (self._settings.poll_s if self._job is None else self._settings.watch_s)
        match outcome:
            case NotInstalled():
                return self._cups_is_away(
                    f"CUPS is not installed on this machine (no {call.program}): install the packages cups and "
                    "cups-client, or give [printer] port a receipt printer"
                )
            case NoEnd():
                return self._cups_is_away(f"CUPS does not answer: {call.program} did not end in its time")
            case Ran():
                return self._understood(call, outcome, now_s)

    def _understood(self, call: Call, ran: Ran, now_s: float) -> list[PrinterEvent]:
        match call.program:
            case Program.PRINT:
                return self._handed_in(ran, now_s)
            case Program.LOOK:
                return self._looked(read_report(ran.out), now_s)
            case Program.LOOK_BACK:
                return self._looked_back(read_report(ran.out))
            case Program.CANCEL:
                return []

    def _handed_in(self, ran: Ran, now_s: float) -> list[PrinterEvent]:
        request = read_request(ran.out) if ran.code == 0 else None
        self._look_s = now_s if request is None else now_s + self._settings.watch_s
        if self._job is not None:
            self._job.request = request
        return self._fail_jobs(PrintFailure.OFFLINE) if request is None else []

    def _looked(self, report: QueueReport, now_s: float) -> list[PrinterEvent]:
        queue = self._settings.queue
        if not report.scheduler_runs:
            return self._cups_is_away("the scheduler of CUPS does not run: start cups.service")
        self._abandoned &= report.jobs.keys()
        self._to_cancel.extend(self._abandoned)
        match report.state:
            case QueueState.ABSENT:
                return self._cups_is_away(f"CUPS has no queue {queue}: `lpstat -e` lists those that it has")
            case QueueState.DISABLED:
                self._trouble, self._trouble_until_s = PrintFailure.OFFLINE, now_s
                stopped = f"the queue {queue} is stopped: {report.message or 'no reason given'}"
                return [*self._tell(report), *self._fault_is((FaultCode.DEVICE_ERROR, stopped)), *self._given_up()]
            case QueueState.IDLE | QueueState.PRINTING:
                return self._watched(report, now_s)

    def _watched(self, report: QueueReport, now_s: float) -> list[PrinterEvent]:
        """The queue is well; is the job under way?"""
        job = self._job
        if job is None or job.request is None:
            if self._trouble is not None and now_s >= self._trouble_until_s:
                self._trouble = None
            well = [] if self._trouble is not None else self._fault_is(None)
            return self._tell(report) + well
        if job.request not in report.jobs:
            job.gone = True
            self._look_s = now_s
            return []
        trouble = trouble_of(report.alerts)
        if trouble is None:
            job.troubled_since_s = None
        elif job.troubled_since_s is None:
            job.troubled_since_s = now_s
        elif now_s - job.troubled_since_s >= self._settings.trouble_s:
            return self._troubled(trouble, report, now_s)
        if now_s >= job.deadline_s:
            return self._troubled(trouble or PrintFailure.NOT_TAKING, report, now_s)
        return self._tell(report)

    def _troubled(self, trouble: PrintFailure, report: QueueReport, now_s: float) -> list[PrinterEvent]:
        self._trouble, self._trouble_until_s = trouble, now_s + self._settings.trouble_kept_s
        said = f"CUPS says {' '.join(report.alerts) or 'nothing'}: {trouble.value}"
        fault = (FAULTS.get(trouble, FaultCode.DEVICE_ERROR), said)
        return [*self._tell(report), *self._fault_is(fault), *self._given_up(trouble)]

    def _looked_back(self, report: QueueReport) -> list[PrinterEvent]:
        job, self._job = self._job, None
        if job is None or job.request is None:
            return []
        if not JOB_ENDED_WELL.issuperset(report.jobs.get(job.request, _UNKNOWN_END)):
            return [PrintFailed(job.job_id, PrintFailure.ERROR)]
        self._trouble = None
        return [Printed(job.job_id, verified=False), *self._fault_is(None)]

    def _given_up(self, why: PrintFailure = PrintFailure.OFFLINE) -> list[PrinterEvent]:
        if self._job is not None and self._job.request is not None:
            self._abandoned.add(self._job.request)
            self._to_cancel.append(self._job.request)
        return self._fail_jobs(why)

    def _cups_is_away(self, why: str) -> list[PrinterEvent]:
        events = self._given_up(PrintFailure.PORT_GONE) + self._fault_is((FaultCode.SERVICE_GONE, why))
        self._to_cancel.clear()
        self._look_s = self._now_s + self._settings.poll_s
        return events + self._tell(None)

    def _fail_jobs(self, why: PrintFailure) -> list[PrinterEvent]:
        under_way = [self._job] if self._job is not None else []
        failed: list[PrinterEvent] = [PrintFailed(job.job_id, why) for job in (*under_way, *self._queue)]
        self._job = None
        self._queue.clear()
        return failed

    def _fault_is(self, fault: tuple[FaultCode, str] | None) -> list[PrinterEvent]:
        if fault == self._fault:
            return []
        self._fault = fault
        return [Recovered(f"CUPS queue {self._settings.queue}")] if fault is None else [Faulted(*fault)]

    def _tell(self, report: QueueReport | None) -> list[PrinterEvent]:
        """The printer's status by the report and the last trouble; unknown without a report."""
        trouble = self._trouble
        low = report is not None and is_paper_low(report.alerts)
        status = PrinterStatus(
            paper=Paper.OUT if trouble is PrintFailure.PAPER_OUT else Paper.LOW if low else Paper.OK,
            cover_open=trouble is PrintFailure.COVER_OPEN,
            cutter_error=False,
            offline=trouble in (PrintFailure.OFFLINE, PrintFailure.NOT_TAKING),
            known=report is not None,
            error=trouble is PrintFailure.ERROR,
        )
        if status == self._told:
            return []
        self._told = status
        return [status]

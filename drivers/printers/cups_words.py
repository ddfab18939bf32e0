"""What CUPS says through `lpstat` and `lp` in the C locale, read into values.

Sources: what CUPS 2.4.2 of Debian 12 prints, tried; the words behind `Alerts:` are keywords of RFC 8011, 5.3.8 for a
job and 5.4.12 for a printer, with a suffix for how bad it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from drivers.printers.events import PrintFailure

_SCHEDULER = re.compile(r"scheduler is (not )?running")
_PRINTER = re.compile(r"printer (\S+) (?:(is idle)|(now printing) (\S+)\.|(disabled) since)")
_JOB = re.compile(r"(\S+-\d+)\s")
_ALERTS = re.compile(r"\tAlerts: (.*)")
_REQUEST = re.compile(r"request id is (\S+-\d+) ")
_SUFFIX = re.compile(r"-(?:report|warning|error)$")
_LONGEST_MESSAGE = 200

JOB_ENDED_WELL = frozenset({"none", "job-completed-successfully", "job-completed-with-warnings", "job-printing"}) | {
    "processing-to-stop-point"  # what CUPS 2.4.2 leaves standing on a job that came to its end
}
PAPER_LOW = "media-low"
_TROUBLES = {
    "media-empty": PrintFailure.PAPER_OUT,
    "media-needed": PrintFailure.PAPER_OUT,
    "cover-open": PrintFailure.COVER_OPEN,
    "door-open": PrintFailure.COVER_OPEN,
    "interlock-open": PrintFailure.COVER_OPEN,
    "media-jam": PrintFailure.ERROR,
    "toner-empty": PrintFailure.ERROR,
    "marker-supply-empty": PrintFailure.ERROR,
    "offline": PrintFailure.OFFLINE,
    "connecting-to-device": PrintFailure.OFFLINE,
    "timed-out": PrintFailure.OFFLINE,
    "paused": PrintFailure.OFFLINE,
    "stopped-partly": PrintFailure.OFFLINE,
    "shutdown": PrintFailure.OFFLINE,
}


class QueueState(StrEnum):
    """What a queue does."""

    ABSENT = "absent"
    """CUPS does not know it."""
    IDLE = "idle"
    PRINTING = "printing"
    DISABLED = "disabled"


@dataclass(slots=True)
class QueueReport:
    """One output of `lpstat -l -r -p QUEUE -o QUEUE`."""

    scheduler_runs: bool = False
    state: QueueState = QueueState.ABSENT
    message: str = ""
    """Why it is disabled, in the words of CUPS or of whoever did it."""
    alerts: tuple[str, ...] = ()
    jobs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Alerts of each job by its request id."""


def read_report(out: str) -> QueueReport:
    """What an output of `lpstat` says; lines that say nothing to us are passed over."""
    report = QueueReport()
    job: str | None = None
    for line in out.splitlines():
        if (scheduler := _SCHEDULER.match(line)) is not None:
            report.scheduler_runs = scheduler[1] is None
        elif (printer := _PRINTER.match(line)) is not None:
            report.state = _state(printer)
        elif (found := _JOB.match(line)) is not None:
            job = found[1]
            report.jobs[job] = ()
        elif (alerts := _ALERTS.match(line)) is not None:
            words = tuple(alerts[1].replace(",", " ").split())
            if job is None:
                report.alerts = words
            else:
                report.jobs[job] = words
        elif job is None and report.state is QueueState.DISABLED and not report.message:
            report.message = line.strip()[:_LONGEST_MESSAGE]
    return report


def read_request(out: str) -> str | None:
    """The id that `lp` gave a job."""
    found = _REQUEST.search(out)
    return None if found is None else found[1]


def trouble_of(alerts: tuple[str, ...]) -> PrintFailure | None:
    """The worst of a printer's alerts: paper and cover first, as a person can help there. None where it can print."""
    found = {_TROUBLES.get(_SUFFIX.sub("", alert), _unknown(alert)) for alert in alerts}
    order = (PrintFailure.COVER_OPEN, PrintFailure.PAPER_OUT, PrintFailure.ERROR, PrintFailure.OFFLINE)
    return next((each for each in order if each in found), None)


def is_paper_low(alerts: tuple[str, ...]) -> bool:
    """Whether the paper is near its end."""
    return any(_SUFFIX.sub("", alert) == PAPER_LOW for alert in alerts)


def _unknown(alert: str) -> PrintFailure | None:
    """A keyword of a maker's own is a trouble where it says that it is an error."""
    known_and_harmless = _SUFFIX.sub("", alert) == PAPER_LOW
    return PrintFailure.ERROR if alert.endswith("-error") and not known_and_harmless else None


def _state(printer: re.Match[str]) -> QueueState:
    if printer[2]:
        return QueueState.IDLE
    return QueueState.PRINTING if printer[3] else QueueState.DISABLED

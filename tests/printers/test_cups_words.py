"""What `lpstat` of CUPS 2.4.2 (Debian 12) printed, word for word, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printers.cups_words import QueueState, is_paper_low, read_report, read_request, trouble_of
from drivers.printers.events import PrintFailure

PRINTING = """scheduler is running
printer office now printing office-2.  enabled since Thu Nov 26 07:14:29 2026
\tForm mounted:
\tContent types: any
\tPrinter types: unknown
\tDescription: office
\tAlerts: media-empty-error
\tLocation:
\tConnection: direct
office-1                root              1024   Thu Nov 26 07:14:28 2026
\tStatus:
\tAlerts: processing-to-stop-point
\tqueued for office
office-2                root              1024   Thu Nov 26 07:14:29 2026
\tStatus:
\tAlerts: job-printing
\tqueued for office
"""
DISABLED = """scheduler is running
printer office disabled since Thu Nov 26 07:14:33 2026 -
\tToner is empty
\tForm mounted:
\tAlerts: paused
"""


def test_a_queue_at_work_with_its_jobs() -> None:
    report = read_report(PRINTING)
    assert report.scheduler_runs
    assert report.state is QueueState.PRINTING
    assert report.alerts == ("media-empty-error",)
    assert report.jobs == {"office-1": ("processing-to-stop-point",), "office-2": ("job-printing",)}


def test_a_queue_that_was_stopped_with_the_reason() -> None:
    report = read_report(DISABLED)
    assert (report.state, report.message, report.alerts) == (QueueState.DISABLED, "Toner is empty", ("paused",))


@pytest.mark.parametrize(
    ("out", "runs", "state"),
    [
        ("scheduler is not running\n", False, QueueState.ABSENT),
        ("scheduler is running\n", True, QueueState.ABSENT),
        (
            "scheduler is running\nprinter office is idle.  enabled since Thu Nov 26 07:14:28 2026\n",
            True,
            QueueState.IDLE,
        ),
        ("", False, QueueState.ABSENT),
    ],
)
def test_whether_there_is_a_server_and_a_queue(out: str, runs: bool, state: QueueState) -> None:
    report = read_report(out)
    assert (report.scheduler_runs, report.state) == (runs, state)


def test_the_id_of_a_job() -> None:
    assert read_request("request id is office-12 (0 file(s))\n") == "office-12"
    assert read_request("request id is my-own-queue-3 (1 file(s))\n") == "my-own-queue-3"
    assert read_request("lp: Error - The printer or class does not exist.\n") is None


@pytest.mark.parametrize(
    ("alerts", "trouble"),
    [
        (("none",), None),
        ((), None),
        (("media-low-warning",), None),
        (("media-low-error",), None),
        (("media-empty-error",), PrintFailure.PAPER_OUT),
        (("media-needed",), PrintFailure.PAPER_OUT),
        (("media-empty-error", "cover-open"), PrintFailure.COVER_OPEN),
        (("door-open-report",), PrintFailure.COVER_OPEN),
        (("media-jam-error",), PrintFailure.ERROR),
        (("toner-low-warning",), None),
        (("offline-report",), PrintFailure.OFFLINE),
        (("com.maker.fuser-hot-error",), PrintFailure.ERROR),
        (("com.maker.fuser-hot-report",), None),
    ],
)
def test_what_keeps_a_printer_from_printing(alerts: tuple[str, ...], trouble: PrintFailure | None) -> None:
    assert trouble_of(alerts) is trouble


def test_paper_near_its_end() -> None:
    assert is_paper_low(("media-low-report",))
    assert not is_paper_low(("media-empty",))


@given(st.text(max_size=300))
def test_any_words_are_read_without_an_exception(out: str) -> None:
    report = read_report(out)
    assert trouble_of(report.alerts) is None or report.alerts

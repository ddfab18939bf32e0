"""A process whose wall clock is set while it runs: whoever asks for the date is told another, and no wait changes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.demo.children import NotReady
from kiosk.demo.wall_clock import WallClock
from tests.real_parts import PATIENCE_S

THREE_YEARS_S = 1_096 * 86_400
ASKED = """
import datetime, queue, select, sqlite3, sys, threading, time
held = threading.Lock()
held.acquire()
database = sqlite3.connect(":memory:")
last = time.monotonic()
for line in sys.stdin:
    threading.Event().wait(0.01)
    time.sleep(0.01)
    select.select([], [], [], 0.01)
    held.acquire(timeout=0.01)
    try:
        queue.Queue().get(timeout=0.01)
    except queue.Empty:
        pass
    now, last = last, time.monotonic()
    assert now < last < now + 100
    told = datetime.datetime.now(datetime.UTC), datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
    by_sqlite = database.execute("select strftime('%Y', 'now')").fetchone()[0]
    print(*(one.year for one in told), by_sqlite, time.strftime("%Y"), flush=True)
"""
"""Waits in every way that the kiosk does, then says the year in every way. A wait by the wall clock would hang."""


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    clock = WallClock(tmp_path)
    clock.build()
    return clock


@pytest.fixture
def asked(clock: WallClock) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", ASKED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | clock.environment() | {"TZ": "UTC"},
    )
    yield process
    process.kill()
    process.communicate(timeout=PATIENCE_S)


def years(process: subprocess.Popen[str]) -> set[int]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("?\n")
    process.stdin.flush()
    return {int(year) for year in process.stdout.readline().split()}


def shifted(seconds: float) -> set[int]:
    return {datetime.fromtimestamp(datetime.now(UTC).timestamp() + seconds, UTC).year}


def test_the_date_jumps_both_ways_and_waits_stay_as_long_as_they_are(
    clock: WallClock, asked: subprocess.Popen[str]
) -> None:
    assert years(asked) == shifted(0)
    clock.jump(-THREE_YEARS_S)
    assert years(asked) == shifted(-THREE_YEARS_S)
    clock.jump(3 * THREE_YEARS_S)
    assert years(asked) == shifted(2 * THREE_YEARS_S)
    assert clock.off_s == 2 * THREE_YEARS_S


def test_a_clock_keeps_its_time_while_nothing_runs(clock: WallClock) -> None:
    clock.jump(THREE_YEARS_S)
    said = subprocess.run(
        [sys.executable, "-c", "import time; print(time.gmtime().tm_year)"],
        capture_output=True,
        text=True,
        env=os.environ | clock.environment(),
        check=True,
    )
    assert {int(said.stdout)} == shifted(THREE_YEARS_S)


def test_without_a_compiler_the_jump_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    clock = WallClock(tmp_path)
    clock.build()
    assert clock.environment() == {}
    with pytest.raises(NotReady, match="apt-get install gcc"):
        clock.jump(1.0)

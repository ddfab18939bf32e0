"""Runs the release in force, and watches one that is on trial: it is kept when it came up and stayed up, else the one
before is put in force again. Small on purpose: it is the part that no update replaces.
"""

from __future__ import annotations

import ctypes
import json
import logging
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from kiosk.station.crash import EXIT_FAILED
from kiosk.station.releases.folder import Releases

AGAIN = 75
"""The code with which a program asks to be started anew (`kiosk.station.process.EXIT_CODES`)."""
ORDERLY = (0, AGAIN, 76)
"""Codes that say nothing bad of a release."""
PATIENCE_S = 15.0
"""After SIGTERM; then SIGKILL."""

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that a process gets when its parent ends."""
_libc = ctypes.CDLL(None)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """When a release on trial is well."""

    within_s: float = 120.0
    """So soon it must have said that it is ready (a line of JSON with `ready` on standard output)."""
    steady_s: float = 30.0
    """And so long it must have run after that."""


@dataclass(frozen=True, slots=True)
class _Ready:
    child: int
    """Its process id: news of an earlier one means nothing any more."""


@dataclass(frozen=True, slots=True)
class _Ended:
    child: int
    code: int


@dataclass(frozen=True, slots=True)
class _Stop:
    number: int


def supervise(releases: Releases, words: Sequence[str], watch: Watch) -> int:
    """Until the program ends in order, SIGTERM comes, or it fails outside a trial; its exit code."""
    news: queue.Queue[_Ready | _Ended | _Stop] = queue.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda found, _frame: news.put(_Stop(found)))
    while True:
        releases.starting()
        if releases.current() is None:
            log.error("%s has no release in force; install one: kiosk bundle install", releases.folder)
            return EXIT_FAILED
        code = _run(releases, words, watch, news)
        if code is not None and code != AGAIN:
            return code


def _run(
    releases: Releases, words: Sequence[str], watch: Watch, news: queue.Queue[_Ready | _Ended | _Stop]
) -> int | None:
    """One life of the program: its exit code, or None where another release is in force now."""
    trial = releases.trial()
    log.info("starts %s%s", releases.current(), "" if trial is None else ", on trial")
    try:
        child = subprocess.Popen([str(releases.program()), *words], stdout=subprocess.PIPE, preexec_fn=_end_with_us)
    except OSError as trouble:
        if trial is None:
            log.error("%s cannot be run: %s", releases.program(), trouble)
            return EXIT_FAILED
        _taken_back(releases, f"it cannot be run: {trouble.strerror}")
        return None
    assert child.stdout is not None
    threading.Thread(target=_listen, args=(child, child.stdout, news), daemon=True).start()
    deadline_s = time.monotonic() + watch.within_s
    ready = False
    while True:
        try:
            wait_s = None if trial is None else max(0.0, deadline_s - time.monotonic())
            told = news.get(timeout=wait_s)
        except queue.Empty:
            if ready:
                log.info("%s is well", releases.current())
                releases.keep()
                trial = None
                continue
            _end(child)
            _taken_back(releases, f"it was not ready within {watch.within_s:.0f} s")
            return None
        match told:
            case _Stop():
                _end(child)
                return child.returncode
            case _Ready(number) if number == child.pid:
                ready, deadline_s = True, time.monotonic() + watch.steady_s
            case _Ended(number, code) if number == child.pid:
                if trial is None or code in ORDERLY:
                    return code
                _taken_back(releases, f"it ended with code {code}")
                return None
            case _:
                pass


def _taken_back(releases: Releases, why: str) -> None:
    log.error("%s is taken back: %s", releases.current(), why)
    releases.take_back(why)


def _end_with_us() -> None:
    """A supervisor that is killed leaves no program behind which holds the devices."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _listen(child: subprocess.Popen[bytes], lines: IO[bytes], news: queue.Queue[_Ready | _Ended | _Stop]) -> None:
    """Pass on what it prints, and tell when it is ready and when it ends."""
    for line in lines:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and "ready" in told:
            news.put(_Ready(child.pid))
    news.put(_Ended(child.pid, child.wait()))

"""Who is there: a reader that tells its version, or an 810 that must be woken by its probe first."""

from __future__ import annotations

from drivers.pads.m3_210 import requests
from drivers.pads.m3_210.answers import read_version
from drivers.pads.m3_210.codes import Error
from drivers.pads.m3_210.frames import PROBE_START, Answer
from drivers.pads.m3_210.learned import Learned, Way
from drivers.pads.m3_210.requests import Request


class Greeting:
    """Asks for the version and, where nobody answers, sends the 810's probe: in turn until one is answered.

    The 810 sleeps until it is probed (github dpavlin/koha-rfid-3m810-js README). Its own software sends the start-up
    behind the probe (3M810.pm); the same reader was captured at work without it, so its answer is not insisted on.
    """

    holds = True

    def __init__(self, learned: Learned) -> None:
        self._learned = learned
        self._name: str | None = None
        """Of an 810: now it starts up."""

    def request(self) -> Request:
        """Who is there; behind the probe the start-up."""
        return who_is_there(self._learned) if self._name is None else requests.start_up()

    def heard(self, answer: Answer) -> str | None:
        """The reader's name."""
        if self._name is not None:
            return self._name
        if answer.start == PROBE_START:
            self._name = f"3M 810, version {read_version(answer.data[1:]) or 'unknown'}"
            return None
        version = read_version(answer.data) if answer.error == Error.NONE else None
        return f"3M reader, version {version or 'unknown'}"

    def unheard(self) -> str | None:
        """Ask the other way, unless it is known."""
        if self._name is None:
            self._learned.way = self._learned.way.other
        return self._name


def who_is_there(learned: Learned) -> Request:
    """A question that needs no tag, the way that is most likely answered."""
    return requests.probe() if learned.way is Way.PROBE else requests.version()

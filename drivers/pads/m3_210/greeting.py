"""Who is there: a reader that tells its version, or an 810 that must be woken by its probe first."""

from __future__ import annotations

from enum import Enum, auto

from drivers.pads.m3_210 import requests
from drivers.pads.m3_210.answers import read_version
from drivers.pads.m3_210.codes import Error
from drivers.pads.m3_210.frames import Answer
from drivers.pads.m3_210.learned import Learned
from drivers.pads.m3_210.requests import Request


class _Step(Enum):
    VERSION = auto()
    PROBE = auto()
    START_UP = auto()


class Greeting:
    """Asks for the version; where nobody answers, sends the 810's probe and its start-up, in turn until one answers.

    The 810 sleeps until it is probed (github dpavlin/koha-rfid-3m810-js README). Its own software sends the start-up
    behind the probe (3M810.pm); the same reader was captured at work without it, so its answer is not insisted on.
    """

    holds = True

    def __init__(self, learned: Learned) -> None:
        self._learned = learned
        self._step = _Step.VERSION
        self._name = ""

    def request(self) -> Request:
        """The version or the probe, whichever was not asked last; behind the probe the start-up."""
        match self._step:
            case _Step.VERSION:
                return requests.version()
            case _Step.PROBE:
                return requests.probe()
            case _Step.START_UP:
                return requests.start_up()

    def heard(self, answer: Answer) -> str | None:
        """The reader's name."""
        match self._step:
            case _Step.VERSION:
                version = read_version(answer.data) if answer.error == Error.NONE else None
                return f"3M reader, version {version or 'unknown'}"
            case _Step.PROBE:
                self._learned.woken = True
                self._name = f"3M 810, version {read_version(answer.data[1:]) or 'unknown'}"
                self._step = _Step.START_UP
                return None
            case _Step.START_UP:
                return self._name

    def unheard(self) -> str | None:
        """Ask the other way."""
        match self._step:
            case _Step.VERSION:
                self._step = _Step.PROBE
            case _Step.PROBE:
                self._step = _Step.VERSION
            case _Step.START_UP:
                return self._name
        return None

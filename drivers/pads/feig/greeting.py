"""Who is there, and what kind of frames it knows."""

from __future__ import annotations

from drivers.pads.feig import requests
from drivers.pads.feig.answers import ReaderIdentity, read_identity, read_longest_answer
from drivers.pads.feig.codes import Status
from drivers.pads.feig.frames import LONGEST_STANDARD, Answer
from drivers.pads.feig.learned import Learned
from drivers.pads.feig.requests import Request

_NAMELESS = ReaderIdentity("reader", "unknown")


class Greeting:
    """Asks the reader for its name and for the longest frame it gives.

    A reader that does not know the short form of a request is asked again in the advanced form, and then always
    (FEIG ISC.SDK.Linux 4.06.10, FEDM_ISCReader.cpp, case 0x65).
    """

    holds = True

    def __init__(self, learned: Learned) -> None:
        self._learned = learned
        self._identity: ReaderIdentity | None = None

    def request(self) -> Request:
        """Its name, then its frames."""
        return requests.software_version() if self._identity is None else requests.reader_info()

    def heard(self, answer: Answer) -> str | None:
        """The name when both are known."""
        if self._identity is not None:
            self._learned.longest_answer = read_longest_answer(answer.data) or LONGEST_STANDARD
            return str(self._identity)
        if answer.status == Status.UNKNOWN_COMMAND and not self._learned.advanced:
            self._learned.advanced = True
        else:
            self._identity = read_identity(answer.data) or _NAMELESS
        return None

    def unheard(self) -> str | None:
        """Without its name nothing is known; without the longest frame the least is taken."""
        return None if self._identity is None else str(self._identity)

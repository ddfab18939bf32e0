"""Who is there, and whether an answer still belongs to an earlier request."""

from __future__ import annotations

from drivers.pads.feig import requests
from drivers.pads.feig.answers import ReaderIdentity, read_identity, read_longest_answer
from drivers.pads.feig.codes import Status
from drivers.pads.feig.frames import LONGEST_STANDARD, Answer
from drivers.pads.feig.requests import Request

_NAMELESS = ReaderIdentity("reader", "unknown")


class Greeting:
    """Asks the reader for its name and for the longest frame it gives.

    A reader that does not know the short form of a request is asked again in the advanced form, and then always
    (FEIG ISC.SDK.Linux 4.06.10, FEDM_ISCReader.cpp, case 0x65).
    """

    def __init__(self, ready_s: float) -> None:
        self.ready_s = ready_s
        self.advanced = False
        self.identity: ReaderIdentity | None = None
        self.longest_answer = LONGEST_STANDARD
        """Bytes."""
        self.ended = False

    def request(self, now_s: float) -> Request:
        return requests.software_version() if self.identity is None else requests.reader_info()

    def heard(self, answer: Answer, now_s: float) -> None:
        if self.identity is not None:
            self.longest_answer = read_longest_answer(answer.data) or LONGEST_STANDARD
            self.ended = True
        elif answer.status == Status.UNKNOWN_COMMAND and not self.advanced:
            self.advanced = True
        else:
            self.identity = read_identity(answer.data) or _NAMELESS

    def unheard(self, now_s: float) -> None:
        """Without its name nothing is known; without the longest frame the least is taken."""
        self.ended = self.identity is not None


class Knock:
    """After a time-out: a question whose answer cannot be mistaken, so that a late one is behind us when it comes."""

    def __init__(self, ready_s: float) -> None:
        self.ready_s = ready_s
        self.ended = False

    def request(self, now_s: float) -> Request:
        return requests.knock()

    def heard(self, answer: Answer, now_s: float) -> None:
        self.ended = True

    def unheard(self, now_s: float) -> None:
        """Knock again."""

"""Who is there, and whether an answer still belongs to an earlier request."""

from __future__ import annotations

from typing import Generic

from drivers.pads.polling import dialect
from drivers.pads.polling.dialect import Dialect, Knocked
from drivers.pads.polling.errand import Answer, Errand, Request


class Greeting(Generic[Request, Answer]):
    """Ends with `name`."""

    holds = True

    def __init__(self, greeting: dialect.Greeting[Request, Answer], ready_s: float) -> None:
        self.ready_s = ready_s
        self.name: str | None = None
        self._greeting = greeting

    def request(self, now_s: float) -> Request:
        return self._greeting.request()

    def heard(self, answer: Answer, now_s: float) -> None:
        self.name = self._greeting.heard(answer)

    def unheard(self, now_s: float) -> None:
        """Asked again, unless enough is known."""
        self.name = self._greeting.unheard()


class Knock(Generic[Request, Answer]):
    """After a time-out: a question whose answer cannot be mistaken, so that a late one is behind us when it comes."""

    holds = True

    def __init__(self, speaks: Dialect[Request, Answer], ready_s: float) -> None:
        self.ready_s = ready_s
        self.ended = False
        self._dialect = speaks
        self._errand: Errand[Request, Answer, Knocked] = speaks.knock()

    def request(self, now_s: float) -> Request:
        return self._errand.request()

    def heard(self, answer: Answer, now_s: float) -> None:
        self.ended = self._errand.heard(answer) is not None

    def unheard(self, now_s: float) -> None:
        """Knock again, from the beginning."""
        self._errand = self._dialect.knock()

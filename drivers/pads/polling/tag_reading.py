"""A reading of one tag that is tried a number of times."""

from __future__ import annotations

from typing import Generic

from drivers.pads.polling.dialect import NotYet, Reading, ReadingGoesOn
from drivers.pads.polling.errand import Answer, Request
from drivers.pads.protocol import TagRead, TagUnreadable

_TRIES = 5
"""Failures in a row, of one tag."""
AGAIN_AFTER_S = 0.05


class TagReading(Generic[Request, Answer]):
    """Ends with `result`; `asked` when somebody waits for it besides the pad itself."""

    def __init__(self, uid: str, reading: Reading[Request, Answer], ready_s: float) -> None:
        self.uid = uid
        self.ready_s = ready_s
        self.asked = False
        self.result: TagRead | TagUnreadable | None = None
        self._reading = reading
        self._failures = 0

    @property
    def holds(self) -> bool:
        return self._reading.holds

    def request(self, now_s: float) -> Request:
        return self._reading.request()

    def heard(self, answer: Answer, now_s: float) -> None:
        match self._reading.heard(answer):
            case TagRead() as read:
                self.result = read
            case NotYet() as failed:
                self._failed(failed.detail, now_s)
            case ReadingGoesOn.ON:
                self._failures = 0
            case None:
                pass

    def unheard(self, now_s: float) -> None:
        """Ask again, a number of times."""
        self._reading.unheard()
        self._failed("no good answer from the reader", now_s)

    def _failed(self, detail: str, now_s: float) -> None:
        self._failures += 1
        self.ready_s = now_s + AGAIN_AFTER_S
        if self._failures >= _TRIES:
            self.result = TagUnreadable(self.uid, detail)

"""Writes something to a tag and reads it back; what was not read back as written is not done.

A refusal and silence after a write both mean "perhaps written", so every write is followed by a look at the tag, and
only a look that shows another value allows the next write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, assert_never

from drivers.pads.polling.dialect import Change, Held, NotSeen, Value, WriteReply
from drivers.pads.polling.errand import Answer, Errand, Request
from drivers.pads.polling.settings import PollingSettings
from drivers.pads.protocol import WriteFailure

_AGAIN_AFTER_S = 0.05


@dataclass(frozen=True, slots=True)
class WriteEnd(Generic[Value]):
    """How a write ended."""

    why: WriteFailure | None
    """None when the value was read back as written."""
    held: Value | None
    """What the tag holds, by the last look; None when nobody knows."""


class WriteAndLook(Generic[Request, Answer, Value]):
    """One change of one tag. Ends with `end`."""

    def __init__(self, change: Change[Request, Answer, Value], settings: PollingSettings, ready_s: float) -> None:
        self.ready_s = ready_s
        self.end: WriteEnd[Value] | None = None
        self._change = change
        self._settings = settings
        self._write: Errand[Request, Answer, WriteReply] | None = change.write()
        """None while the tag is looked at."""
        self._look = change.look()
        self._refused_for_good = False
        self._begun_s: float | None = None
        self._answered_s = ready_s

    @property
    def holds(self) -> bool:
        return self._look.holds if self._write is None else self._write.holds

    def request(self, now_s: float) -> Request:
        if self._begun_s is None:
            self._begun_s = self._answered_s = now_s
        return self._look.request() if self._write is None else self._write.request()

    def heard(self, answer: Answer, now_s: float) -> None:
        if self._write is not None:
            reply = self._write.heard(answer)
            if reply is not None:
                self._refused_for_good = reply is WriteReply.NEVER
                self._look_next()
            return
        match self._look.heard(answer):
            case Held(value):
                self._seen(value, now_s)
            case NotSeen.TAG_SILENT:
                self._not_seen(WriteFailure.TAG_AWAY, now_s)
            case NotSeen.NO_SENSE:
                self._not_seen(WriteFailure.READER, now_s)
            case NotSeen.NEVER:
                self.end = WriteEnd(WriteFailure.LOCKED, None)
            case None:
                pass
            case other:
                assert_never(other)

    def unheard(self, now_s: float) -> None:
        """Written or not, the next thing to do is to look."""
        if self._write is None:
            self._not_seen(WriteFailure.READER, now_s)
        else:
            self._look_next()

    def give_up(self) -> None:
        """The reader went away."""
        if self.end is None:
            self.end = WriteEnd(WriteFailure.READER, None)

    def _look_next(self) -> None:
        self._write = None
        self._look = self._change.look()

    def _seen(self, held: Value, now_s: float) -> None:
        self._answered_s = now_s
        if held == self._change.wanted:
            self.end = WriteEnd(None, held)
        elif self._refused_for_good:
            self.end = WriteEnd(WriteFailure.LOCKED, held)
        elif self._is_older_than(self._settings.write_s, now_s):
            self.end = WriteEnd(WriteFailure.NOT_TAKEN, held)
        else:
            self._write = self._change.write()
            self.ready_s = now_s + _AGAIN_AFTER_S

    def _not_seen(self, why: WriteFailure, now_s: float) -> None:
        self._look_next()
        self.ready_s = now_s + _AGAIN_AFTER_S
        away = why is WriteFailure.TAG_AWAY and now_s - self._answered_s >= self._settings.away_s
        if away or self._is_older_than(self._settings.write_s, now_s):
            self.end = WriteEnd(why, None)

    def _is_older_than(self, limit_s: float, now_s: float) -> bool:
        return self._begun_s is not None and now_s - self._begun_s >= limit_s

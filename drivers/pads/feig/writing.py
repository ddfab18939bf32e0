"""Writes something to a tag and reads it back; what was not read back as written is not done.

Status 03, 01 and silence after a write all mean "perhaps written" (FEIG H20800-16e-ID-B, annex C), so every write is
followed by a look at the tag, and only a look that shows another value allows the next write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

from drivers.pads.feig.codes import IsoError, Status
from drivers.pads.feig.frames import Answer
from drivers.pads.feig.requests import Request
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.protocol import WriteFailure

Value = TypeVar("Value")

_AGAIN_AFTER_S = 0.05
_TAG_SILENT = frozenset(
    {
        Status.NO_TRANSPONDER,
        Status.DATA_FALSE,
        Status.WRITE_ERROR,
        Status.RF_COMMUNICATION,
    }
)
"""Answers to a look that mean that the tag does not answer, or not well."""
_LOCKED_FOR_GOOD = frozenset({IsoError.LOCKED_ALREADY, IsoError.LOCKED})


class _Step(Enum):
    WRITE = auto()
    LOOK = auto()


@dataclass(frozen=True, slots=True)
class WriteEnd(Generic[Value]):
    """How a write ended."""

    why: WriteFailure | None
    """None when the value was read back as written."""
    held: Value | None
    """What the tag holds, by the last look; None when nobody knows."""


class WriteAndLook(Generic[Value]):
    """One value on one tag. Ends with `end`."""

    def __init__(
        self,
        wanted: Value,
        write: Request,
        look: Request,
        held: Callable[[Answer], Value | None],
        settings: FeigSettings,
        ready_s: float,
    ) -> None:
        """`held` reads the value from the answer to `look`, None where that holds none."""
        self.ready_s = ready_s
        self.end: WriteEnd[Value] | None = None
        self._wanted = wanted
        self._write = write
        self._look = look
        self._held = held
        self._settings = settings
        self._step = _Step.WRITE
        self._locked = False
        self._begun_s: float | None = None
        self._answered_s = ready_s

    def request(self, now_s: float) -> Request:
        if self._begun_s is None:
            self._begun_s = self._answered_s = now_s
        return self._write if self._step is _Step.WRITE else self._look

    def heard(self, answer: Answer, now_s: float) -> None:
        if self._step is _Step.WRITE:
            self._locked = answer.status == Status.ISO_15693_ERROR and answer.data[:1] in map(_byte, _LOCKED_FOR_GOOD)
            self._step = _Step.LOOK
            return
        held = self._held(answer) if answer.status == Status.OK else None
        if held is None:
            silent = answer.status in _TAG_SILENT
            self._not_seen(WriteFailure.TAG_AWAY if silent else WriteFailure.READER, now_s)
            return
        self._answered_s = now_s
        if held == self._wanted:
            self.end = WriteEnd(None, held)
        elif self._locked:
            self.end = WriteEnd(WriteFailure.LOCKED, held)
        elif self._is_older_than(self._settings.write_s, now_s):
            self.end = WriteEnd(WriteFailure.NOT_TAKEN, held)
        else:
            self._step = _Step.WRITE
            self.ready_s = now_s + _AGAIN_AFTER_S

    def unheard(self, now_s: float) -> None:
        """Written or not, the next thing to do is to look."""
        if self._step is _Step.LOOK:
            self._not_seen(WriteFailure.READER, now_s)
        self._step = _Step.LOOK

    def give_up(self) -> None:
        """The reader went away."""
        if self.end is None:
            self.end = WriteEnd(WriteFailure.READER, None)

    def _not_seen(self, why: WriteFailure, now_s: float) -> None:
        self.ready_s = now_s + _AGAIN_AFTER_S
        away = why is WriteFailure.TAG_AWAY and now_s - self._answered_s >= self._settings.away_s
        if away or self._is_older_than(self._settings.write_s, now_s):
            self.end = WriteEnd(why, None)

    def _is_older_than(self, limit_s: float, now_s: float) -> bool:
        return self._begun_s is not None and now_s - self._begun_s >= limit_s


def _byte(code: IsoError) -> bytes:
    return bytes((code,))

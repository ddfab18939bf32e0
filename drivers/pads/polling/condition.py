"""How well the reader is: a fault is told once, until it changes or ends."""

from __future__ import annotations

from collections import deque

from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.polling.dialect import Line

_WINDOW = 20
"""Exchanges that the share of noise is taken from."""
_NOISY_SHARE = 0.3
_QUIET_SHARE = 0.1


class Condition:
    """Faults of one reader. `NO_ANSWER` and `WRONG_DEVICE` mean that it does none of its work."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.fault: FaultCode | None = None
        self.ever_heard = False
        """A good frame came since the port was opened."""
        self._told_as = ""
        self._unheard_in_row = 0
        self._garbled_in_row = 0
        self._noisy: deque[bool] = deque(maxlen=_WINDOW)

    def port_opened(self) -> None:
        """Whoever is there now has not been heard yet."""
        self.ever_heard = False
        self._unheard_in_row = self._garbled_in_row = 0
        self._noisy.clear()

    def is_(self, code: FaultCode, detail: str) -> list[Faulted]:
        """The reader has this fault."""
        if self.fault is code:
            return []
        self.fault = code
        return [Faulted(code, detail)]

    def well(self, name: str) -> list[Recovered]:
        """The reader works; `name` says which it is."""
        if self.fault is None and self._told_as == name:
            return []
        self.fault, self._told_as = None, name
        return [Recovered(name)]

    def forget_name(self) -> None:
        """Tell the next `well` in any case."""
        self._told_as = ""

    def heard(self, *, noisy: bool) -> None:
        """An exchange succeeded."""
        self.ever_heard = True
        self._unheard_in_row = self._garbled_in_row = 0
        self._noisy.append(noisy)

    def unheard(self, *, noisy: bool) -> None:
        """An exchange failed."""
        self._unheard_in_row += 1
        self._garbled_in_row += noisy
        self._noisy.append(noisy)

    def is_given_up(self, silent_tries: int) -> bool:
        """Whether so many exchanges failed in a row that the reader counts as gone.

        A reader that was heard before and whose answers come damaged is there: it is tried twice as often.
        """
        doubtful = (self._garbled_in_row + 1) // 2 if self.ever_heard else 0
        return self._unheard_in_row - doubtful >= silent_tries

    def away(self) -> list[Faulted]:
        """Nobody answers: not there, or somebody else."""
        if self.fault is FaultCode.WRONG_DEVICE:
            return []
        if self._garbled_in_row and not self.ever_heard:
            return self.is_(
                FaultCode.WRONG_DEVICE,
                f"bytes come, but no {self._line.frame} at {self._line.words}: wrong baud rate or other device",
            )
        what = "whole answer" if self._garbled_in_row else "answer"
        return self.is_(FaultCode.NO_ANSWER, f"no {what} in {self._unheard_in_row} tries at {self._line.words}")

    def judge_noise(self, name: str) -> list[Faulted | Recovered]:
        """Degraded while much of what comes is damaged; a worse fault is left alone."""
        share = sum(self._noisy) / _WINDOW
        if self.fault is None and self._told_as and share >= _NOISY_SHARE:
            detail = f"{share:.0%} of the answers are damaged: check the cable, its plug and what lies beside it"
            return [*self.is_(FaultCode.NOISE, detail)]
        if self.fault is FaultCode.NOISE and share <= _QUIET_SHARE:
            return [*self.well(name)]
        return []

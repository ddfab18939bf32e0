"""A command that a reader works on, step by step, each at the end of its time."""

from __future__ import annotations

from collections.abc import Generator
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Work(Generic[Result]):
    """At most one command under way: a generator that yields the seconds before its next step, and returns a result."""

    def __init__(self) -> None:
        self._steps: Generator[float, None, Result] | None = None
        self.step_s = float("-inf")
        """When the next step is due, or the last one was."""

    @property
    def busy(self) -> bool:
        """A command is under way."""
        return self._steps is not None

    def begin(self, steps: Generator[float, None, Result], now_s: float) -> None:
        """Start on a command, now."""
        self._steps = steps
        self.step_s = now_s

    def advance(self, now_s: float) -> Result | None:
        """Do the steps whose time has come; the result if that was the last of them."""
        while self._steps is not None and self.step_s <= now_s:
            try:
                self.step_s += next(self._steps)
            except StopIteration as done:
                self._steps = None
                result: Result = done.value
                return result
        return None

    def due_s(self) -> float | None:
        """When the next step is due; None if nothing is under way."""
        return self.step_s if self._steps is not None else None

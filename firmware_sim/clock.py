"""The bench's clock, by which its devices live: as fast as the world's, faster, slower, or standing still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

SLOWEST, FASTEST = 0.01, 100.0
LONGEST_STEP_S = 3_600.0


class Clock(Protocol):
    """Any clock that devices can live by. Wall clocks are without a time zone, as devices keep them."""

    def now_s(self) -> float:
        """Seconds, never less than before."""
        ...

    def utc(self) -> datetime:
        """What a device shows that the world's time was given."""
        ...

    def local(self) -> datetime:
        """What a device shows that somebody set by a watch."""
        ...


@dataclass(frozen=True, slots=True)
class ClockView:
    """How the clock runs: `speed` 1 is the world's."""

    speed: float
    paused: bool
    now_s: float


class BenchClock:
    """Every method may be called from any thread. It begins at the machine's own monotonic seconds.

    A step lets it run for so many of its own seconds, and stand again: devices talk in it as at any other time.
    """

    def __init__(self, real: Callable[[], float] = time.monotonic) -> None:
        self._real = real
        self._lock = threading.Lock()
        self._speed = 1.0
        self._since_real_s = self._since_s = self._began_s = real()
        """It showed `_since_s` when the machine showed `_since_real_s`, and has run at one speed ever since."""
        self._until_s = float("inf")
        """Where it stands still."""
        self._began_utc, self._began_local = datetime.now(UTC).replace(tzinfo=None), datetime.now()
        self._listeners: list[Callable[[], None]] = []

    def now_s(self) -> float:
        with self._lock:
            return self._now_s()

    def utc(self) -> datetime:
        return self._began_utc + timedelta(seconds=self.now_s() - self._began_s)

    def local(self) -> datetime:
        return self._began_local + timedelta(seconds=self.now_s() - self._began_s)

    def view(self) -> ClockView:
        """How it runs now."""
        with self._lock:
            now_s = self._now_s()
            return ClockView(self._speed, now_s >= self._until_s, now_s)

    def real_wait_s(self, until_s: float) -> float | None:
        """How many real seconds it takes to show `until_s`; None where it stands still before that."""
        with self._lock:
            if until_s > self._until_s:
                return None
            return max(0.0, until_s - self._now_s()) / self._speed

    def on_change(self, tell: Callable[[], None]) -> None:
        """Have this called whenever waits that were reckoned before are wrong."""
        self._listeners.append(tell)

    def set_speed(self, speed: float) -> None:
        """Run so many times as fast as the world; raises ValueError."""
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"speed: expected {SLOWEST:g} to {FASTEST:g} times the world's, found {speed:g}")
        self._change(speed=speed)

    def pause(self) -> None:
        """Stand still: devices do nothing, and hear nothing before it goes on."""
        self._change(run_s=0.0)

    def go_on(self) -> None:
        """Run on from where it stands."""
        self._change(run_s=float("inf"))

    def step(self, step_s: float) -> None:
        """Run for `step_s` of its seconds from now, then stand still; raises ValueError."""
        if not 0 < step_s <= LONGEST_STEP_S:
            raise ValueError(f"step_s: expected more than 0, and {LONGEST_STEP_S:g} at most, found {step_s:g}")
        self._change(run_s=step_s)

    def _change(self, speed: float | None = None, run_s: float | None = None) -> None:
        with self._lock:
            self._since_s, self._since_real_s = self._now_s(), self._real()
            if speed is not None:
                self._speed = speed
            if run_s is not None:
                self._until_s = self._since_s + run_s
        for tell in self._listeners:
            tell()

    def _now_s(self) -> float:
        return min(self._until_s, self._since_s + (self._real() - self._since_real_s) * self._speed)

"""Who runs a line: a thread that sleeps until bytes come or something is due. In virtual time it is `virtual.py`."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from typing import Protocol

from firmware_sim.clock import BenchClock

OBEYED_S = 5.0


class Served(Protocol):
    """What a host runs: a line."""

    @property
    def name(self) -> str: ...

    def plug(self) -> None:
        """Be plugged in, or pulled out, as was ordered last."""
        ...

    def turn(self) -> float | None:
        """Do everything that is due now; returns by when, in seconds of the clock, there will be more."""
        ...

    def watched(self) -> list[int] | None:
        """Descriptors that become readable when the host says something; None where a turn is due at once."""
        ...


class Host(Protocol):
    """Gives a line its turns."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """No turn follows when this returns."""
        ...

    def wake(self) -> None:
        """A turn is due."""
        ...

    def obey(self) -> None:
        """Have it plugged as was ordered. Returns when it is."""
        ...


HostOf = Callable[[Served], Host]


class ThreadHost:
    """A thread of the line's own. Without `clock` the line lives by the machine's."""

    def __init__(self, line: Served, clock: BenchClock | None = None) -> None:
        self._line = line
        self._clock = clock
        self._wakeup = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._orders = threading.Lock()
        self._obeyed = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"line {line.name}", daemon=True)

    def start(self) -> None:
        if self._clock is not None:
            self._clock.on_change(self.wake)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        if self._thread.ident is not None:
            self.wake()
            self._thread.join()
        os.close(self._wakeup)

    def wake(self) -> None:
        os.eventfd_write(self._wakeup, 1)

    def obey(self) -> None:
        with self._orders:
            # In this order: whoever sets the event after it was cleared has seen the wish.
            self._obeyed.clear()
            self.wake()
            self._obeyed.wait(OBEYED_S)

    def _run(self) -> None:
        while not self._stopping:
            self._line.plug()
            self._obeyed.set()
            stands = self._clock is not None and self._clock.view().paused
            due_s = None if stands else self._line.turn()
            ends = [] if stands else self._line.watched()
            wait_s = 0.0 if ends is None else self._wait_s(due_s)
            readable, _, _ = select.select([self._wakeup, *(ends or [])], [], [], wait_s)
            if self._wakeup in readable:
                os.eventfd_read(self._wakeup)

    def _wait_s(self, due_s: float | None) -> float | None:
        if due_s is None:
            return None
        if self._clock is None:
            return max(0.0, due_s - time.monotonic())
        return self._clock.real_wait_s(due_s)

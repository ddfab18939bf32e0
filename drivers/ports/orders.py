"""Orders on their way from other threads to the thread that drives a core, with a file descriptor to wait on."""

from __future__ import annotations

import contextlib
import os
import queue
import select
from typing import Generic, TypeVar

Command = TypeVar("Command")

CAPACITY = 256


class Orders(Generic[Command]):
    """`put`, `offer` and `wake` are for any thread; the rest is for the one that drives the core."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._queue: queue.Queue[Command] = queue.Queue(capacity)
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)

    def put(self, command: Command) -> None:
        """Queue an order; waits while `capacity` of them are queued."""
        self._queue.put(command)
        self.wake()

    def offer(self, command: Command) -> bool:
        """Queue an order without waiting; whether it was taken."""
        try:
            self._queue.put_nowait(command)
        except queue.Full:
            return False
        self.wake()
        return True

    def wake(self) -> None:
        """Let whoever waits on the descriptor go on."""
        with contextlib.suppress(BlockingIOError):  # a full pipe is full of wake-ups
            os.write(self._waker, b"!")

    def fileno(self) -> int:
        """Readable when there are orders, or after `wake`; until `take`."""
        return self._woken

    def wait(self, wait_s: float) -> bool:
        """Wait for orders, `wait_s` at most; whether there is something to look at."""
        return bool(select.select([self._woken], [], [], wait_s)[0])

    def take(self) -> list[Command]:
        """The orders that are there, in their order."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._woken, 4096):
                pass
        taken: list[Command] = []
        with contextlib.suppress(queue.Empty):
            while True:
                taken.append(self._queue.get_nowait())
        return taken

    def close(self) -> None:
        """Only when no thread uses it any more."""
        os.close(self._woken)
        os.close(self._waker)

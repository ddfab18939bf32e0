"""The one way into the loop: a bounded queue that every thread may put into and only the loop takes from."""

from __future__ import annotations

import queue
from typing import Generic, TypeVar

T = TypeVar("T")

CAPACITY = 1_000


class Inbox(Generic[T]):
    """Bounded; a full inbox makes the sender wait, for nothing that a device said may be lost."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._queue: queue.Queue[T] = queue.Queue(capacity)

    def put(self, message: T) -> None:
        """Hand over a message; waits while the inbox is full."""
        self._queue.put(message)

    def take(self, timeout_s: float) -> list[T]:
        """Everything that is there, waiting up to `timeout_s` for the first; empty when nothing came."""
        taken: list[T] = []
        try:
            taken.append(self._queue.get(timeout=timeout_s) if timeout_s > 0 else self._queue.get_nowait())
            while True:
                taken.append(self._queue.get_nowait())
        except queue.Empty:
            return taken

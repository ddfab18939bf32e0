"""The one way into the loop: a bounded queue that every thread may put into and only the loop takes from."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

CAPACITY = 1_000


class Inbox(Generic[T]):
    """Bounded; a full inbox makes the sender wait, for nothing that a device said may be lost.

    The loop itself never puts: it would wait for itself.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._messages: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, message: T) -> None:
        """Hand over a message; waits while the inbox is full. A closed inbox drops it."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._messages) < self._capacity)
            if not self._closed:
                self._messages.append(message)
                self._changed.notify_all()

    def take(self, timeout_s: float) -> list[T]:
        """Everything that is there, waiting up to `timeout_s` for the first; empty when nothing came."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages, timeout_s)
            taken = list(self._messages)
            self._messages.clear()
            self._changed.notify_all()
        return taken

    def close(self) -> None:
        """The loop has ended: nobody waits here any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

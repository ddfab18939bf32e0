"""Who wants to know that something on the bench has changed, and what."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum


class What(StrEnum):
    """Parts of the bench that a page shows."""

    ROOM = "room"
    PAPER = "paper"
    WIRE = "wire"
    POLLING = "polling"
    """Frames that repeat what was said before."""
    MESSAGES = "messages"
    JOURNAL = "journal"
    HEARD = "heard"
    WORLD = "world"
    RECORDING = "recording"


Listener = Callable[[What], None]


class Changes:
    """Every method may be called from any thread; a listener is called on the thread that tells, and must not wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()

    def tell(self, *what: What) -> None:
        """These have changed."""
        for listener in self._listeners:
            for one in what:
                listener(one)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call it from now on; returns what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def leave() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return leave

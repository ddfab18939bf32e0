"""What a server does beside its pages, in a thread of its own, from its start to its end."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod


class OwnThread(ABC):
    """`stop` says so by `_stopping`, and waits `stop_s` at the most for what is under way."""

    def __init__(self, name: str, stop_s: float) -> None:
        self._stop_s = stop_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(self._stop_s)

    @abstractmethod
    def _run(self) -> None:
        """The thread's work, until `_stopping` is set."""

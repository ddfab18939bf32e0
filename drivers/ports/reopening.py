"""How long to wait before a port that went is opened again."""

from __future__ import annotations

FIRST_RETRY_S = 0.2
LONGEST_RETRY_S = 5.0


class Reopening:
    """Pauses that grow while a port does not come back.

    A port that goes again sooner than it was waited for has not come back: a device that takes connections and drops
    them is asked less and less often.
    """

    def __init__(self) -> None:
        self._pause_s = FIRST_RETRY_S
        self._opened_s: float | None = None

    def opened(self, now_s: float) -> None:
        """The port is there."""
        self._opened_s = now_s

    def lost(self, now_s: float) -> float:
        """The port went, or could not be opened; returns how long to wait."""
        if self._opened_s is not None and now_s - self._opened_s > self._pause_s:
            self._pause_s = FIRST_RETRY_S
        self._opened_s = None
        pause_s, self._pause_s = self._pause_s, min(self._pause_s * 2, LONGEST_RETRY_S)
        return pause_s

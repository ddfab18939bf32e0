"""When a scan engine is told to read again.

Engines stop by themselves: after each code, and after a time that is a setting of theirs. As long as the kiosk waits
for a code, the trigger is therefore given again. Times in seconds of any monotonic clock.
"""

from __future__ import annotations

AGAIN_S = 5.0
PAUSE_S = 0.5
"""After a code. Shorter than the time in which the same code is one scan, so that a card held still is read once."""


class Rearming:
    """Whether reading is wanted, and when the trigger is due again."""

    def __init__(self, again_s: float) -> None:
        self._again_s = again_s
        self._wanted = False
        self.due_s: float | None = None
        """When the trigger is to be given again; None while no code is wanted."""

    @property
    def wanted(self) -> bool:
        """Whether the kiosk waits for a code."""
        return self._wanted

    def start(self, now_s: float) -> None:
        """The trigger is given now."""
        self._wanted = True
        self.due_s = now_s + self._again_s

    def stop(self) -> None:
        """No code is wanted any more."""
        self._wanted = False
        self.due_s = None

    def code_read(self, now_s: float) -> None:
        """The engine read a code and went to rest."""
        if self._wanted:
            self.due_s = now_s + PAUSE_S

    def is_due(self, now_s: float) -> bool:
        """Whether the trigger must be given now; call `start` when it is."""
        return self.due_s is not None and now_s >= self.due_s

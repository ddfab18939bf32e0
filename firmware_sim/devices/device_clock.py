"""A simulated device's own clock: set once, never right, and without a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """It showed `shown` at `at_s` of the host's monotonic clock, and gains `drift` seconds a second ever since."""

    shown: datetime
    at_s: float
    drift: float = 0.0

    def shows(self, now_s: float) -> datetime:
        """What it shows now."""
        return self.shown + timedelta(seconds=(now_s - self.at_s) * (1 + self.drift))

"""What an engine sees: its light is on for a while, and a code is held before it or not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from firmware_sim.devices.scan_engine_symbology import Symbology

READ_S = 0.05
"""From light and code together to the code read: engines take some tens of milliseconds."""
AIM_S = 5.0
"""How long an engine looks for a code. Each engine has a setting for it; no page here gives its usual value."""
PATIENCE_S = 10.0
"""How long somebody holds out a code that is not read."""


class Holding(Enum):
    """How somebody holds a code before the engine."""

    UNTIL_READ = auto()
    """Takes it away at the beep, or when patience ends."""
    UNTIL_TAKEN = auto()
    """Leaves it there: a further trigger reads it again."""


@dataclass(frozen=True, slots=True)
class Held:
    """A code before the engine: its bytes as they are encoded in it, and its kind, if that is known."""

    code: bytes
    symbology: Symbology | None
    holding: Holding


class Aim:
    """Reads what is held before it, once per trigger. Times in seconds of any monotonic clock."""

    def __init__(self, aim_s: float) -> None:
        """`aim_s`: how long the light stays on without a code."""
        self._aim_s = aim_s
        self._on_s: float | None = None
        self._held: Held | None = None
        self._shown_s: float | None = None
        """When the code came; None while that was not noticed yet."""

    @property
    def light(self) -> bool:
        """It looks for a code."""
        return self._on_s is not None

    def switch_on(self, now_s: float) -> None:
        """The trigger: look for a code from now on, also if it was looking already."""
        self._on_s = now_s

    def switch_off(self) -> None:
        """Look no more."""
        self._on_s = None

    def show(self, held: Held) -> None:
        """Hold a code before it, in place of any other. `advance` must follow soon: it is what notes the time."""
        self._held = held
        self._shown_s = None

    def take_away(self) -> None:
        """Hold nothing before it."""
        self._held = None

    def advance(self, now_s: float) -> Held | None:
        """Let time pass; the code that has been read by it, once."""
        if self._held is not None and self._shown_s is None:
            self._shown_s = now_s
        read_s, end_s = self._read_s(), self._end_s()
        if self._held is not None and read_s is not None and read_s <= now_s and (end_s is None or read_s <= end_s):
            read = self._held
            self._on_s = None
            if read.holding is Holding.UNTIL_READ:
                self.take_away()
            return read
        if end_s is not None and end_s <= now_s:
            self._on_s = None
        leave_s = self._leave_s()
        if leave_s is not None and leave_s <= now_s:
            self.take_away()
        return None

    def due_s(self) -> float | None:
        """When `advance` would change something; None if nothing will by itself."""
        if self._held is not None and self._shown_s is None:
            return float("-inf")
        times = [time_s for time_s in (self._read_s(), self._end_s(), self._leave_s()) if time_s is not None]
        return min(times, default=None)

    def _read_s(self) -> float | None:
        if self._held is None or self._shown_s is None or self._on_s is None:
            return None
        return max(self._shown_s, self._on_s) + READ_S

    def _end_s(self) -> float | None:
        return self._on_s + self._aim_s if self._on_s is not None else None

    def _leave_s(self) -> float | None:
        if self._held is None or self._shown_s is None or self._held.holding is Holding.UNTIL_TAKEN:
            return None
        return self._shown_s + PATIENCE_S

"""Virtual time: what happens next, one thing after the other, without waiting."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.session.events import Moment


@dataclass(slots=True)
class Entry:
    """One thing to be done."""

    time_s: float
    do: Callable[[], None] | None
    """None when it was struck off."""

    def strike_off(self) -> None:
        """It will not be done."""
        self.do = None


class Agenda:
    """The one clock of a world. `begins` (aware) is the wall clock at second 0 of its monotonic clock."""

    def __init__(self, begins: datetime) -> None:
        self.now_s = 0.0
        self._begins = begins
        self._entries: list[tuple[float, int, Entry]] = []
        """A heap by time, then by number: what is due at the same instant is done in the order of its entering."""
        self._number = 0
        self._moment = Moment(0.0, begins)

    @property
    def utc(self) -> datetime:
        return self.moment.utc

    @property
    def moment(self) -> Moment:
        """Now; the same object until the clock moves on, as it is asked for many times at one instant."""
        if self._moment.mono_s != self.now_s:
            self._moment = Moment(self.now_s, self._begins + timedelta(seconds=self.now_s))
        return self._moment

    def at(self, time_s: float, do: Callable[[], None]) -> Entry:
        """Do it at this second; what is past is done next."""
        self._number += 1
        entry = Entry(max(time_s, self.now_s), do)
        heapq.heappush(self._entries, (entry.time_s, self._number, entry))
        return entry

    def after(self, wait_s: float, do: Callable[[], None]) -> Entry:
        """Do it so many seconds from now."""
        return self.at(self.now_s + wait_s, do)

    def due_s(self) -> float | None:
        """When the next thing is to be done; None where nothing is."""
        while self._entries and self._entries[0][2].do is None:
            heapq.heappop(self._entries)
        return self._entries[0][0] if self._entries else None

    def run_next(self, until_s: float) -> bool:
        """Do the next thing that is due by `until_s`; False, with the clock there, where nothing is."""
        due_s = self.due_s()
        if due_s is None or due_s > until_s:
            self.now_s = max(self.now_s, until_s)
            return False
        _, _, entry = heapq.heappop(self._entries)
        self.now_s = entry.time_s
        assert entry.do is not None, "due_s leaves none that was struck off in front"
        entry.do()
        return True

    def run_until(self, until_s: float) -> None:
        """Do everything that is due by `until_s`."""
        while self.run_next(until_s):
            pass

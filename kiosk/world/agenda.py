"""Virtual time: what happens next, one thing after the other, without waiting."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiosk.session.events import Moment


@dataclass(order=True, slots=True)
class Entry:
    """One thing to be done. What is due at the same instant is done in the order in which it was entered."""

    time_s: float
    number: int
    do: Callable[[], None] | None = field(compare=False)
    """None when it was struck off."""

    def strike_off(self) -> None:
        """It will not be done."""
        self.do = None


class Agenda:
    """The one clock of a world. `begins` (aware) is the wall clock at second 0 of its monotonic clock."""

    def __init__(self, begins: datetime) -> None:
        self.now_s = 0.0
        self._begins = begins
        self._entries: list[Entry] = []
        self._number = 0

    @property
    def utc(self) -> datetime:
        return self._begins + timedelta(seconds=self.now_s)

    @property
    def moment(self) -> Moment:
        return Moment(self.now_s, self.utc)

    def at(self, time_s: float, do: Callable[[], None]) -> Entry:
        """Do it at this second; what is past is done next."""
        self._number += 1
        entry = Entry(max(time_s, self.now_s), self._number, do)
        heapq.heappush(self._entries, entry)
        return entry

    def after(self, wait_s: float, do: Callable[[], None]) -> Entry:
        """Do it so many seconds from now."""
        return self.at(self.now_s + wait_s, do)

    def due_s(self) -> float | None:
        """When the next thing is to be done; None where nothing is."""
        while self._entries and self._entries[0].do is None:
            heapq.heappop(self._entries)
        return self._entries[0].time_s if self._entries else None

    def run_next(self, until_s: float) -> bool:
        """Do the next thing that is due by `until_s`; False, with the clock there, where nothing is."""
        due_s = self.due_s()
        if due_s is None or due_s > until_s:
            self.now_s = max(self.now_s, until_s)
            return False
        entry = heapq.heappop(self._entries)
        self.now_s = entry.time_s
        assert entry.do is not None, "due_s leaves none that was struck off in front"
        entry.do()
        return True

    def run_until(self, until_s: float) -> None:
        """Do everything that is due by `until_s`."""
        while self.run_next(until_s):
            pass

"""The last bytes on all wires, for the technician."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from firmware_sim.changes import Changes, What

KEPT = 2000
REMEMBERED = 4
"""Kinds of frames, for each device and direction, that count as said before: a host that polls asks two or three."""


class Direction(StrEnum):
    """Which way bytes went, in the words of the test vectors."""

    FROM_HOST = "host-to-device"
    FROM_DEVICE = "device-to-host"


@dataclass(frozen=True, slots=True)
class WireEntry:
    """Bytes that were read or sent at once. `number` counts from 1; `time_s` since the log was begun."""

    number: int
    time_s: float
    device: str
    direction: Direction
    data: bytes
    repeats: bool = False
    """The same bytes went the same way a moment ago: polling, and its answer as long as nothing changes."""


class WireLog:
    """A bounded ring, filled by the lines' threads and read by the bench. What happens is told to `changes`."""

    def __init__(self, clock: Callable[[], float], changes: Changes | None = None) -> None:
        """`clock` gives seconds of a monotonic clock."""
        self._clock = clock
        self.changes = Changes() if changes is None else changes
        self._began_s = clock()
        self._entries: deque[WireEntry] = deque(maxlen=KEPT)
        self._count = 0
        self._lock = threading.Lock()
        self._said: dict[tuple[str, Direction], deque[bytes]] = {}

    def add(self, device: str, direction: Direction, data: bytes) -> bool:
        """Note bytes as they appear; whether they are news, and not what was said a moment ago."""
        with self._lock:
            self._count += 1
            time_s = self._clock() - self._began_s
            said = self._said.setdefault((device, direction), deque(maxlen=REMEMBERED))
            repeats = data in said
            if not repeats:
                said.append(data)
            self._entries.append(WireEntry(self._count, time_s, device, direction, data, repeats))
        self.changes.tell(What.POLLING if repeats else What.WIRE)
        return not repeats

    def since(self, number: int) -> list[WireEntry]:
        """Entries above this number that are still kept."""
        with self._lock:
            new = min(max(0, self._count - number), len(self._entries))
            found = list(islice(reversed(self._entries), new))
        found.reverse()
        return found

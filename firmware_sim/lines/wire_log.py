"""The last bytes on all wires, for the technician."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

KEPT = 2000


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


class WireLog:
    """A bounded ring, filled by the lines' threads and read by the bench."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds of a monotonic clock."""
        self._clock = clock
        self._began_s = clock()
        self._entries: deque[WireEntry] = deque(maxlen=KEPT)
        self._count = 0
        self._lock = threading.Lock()

    def add(self, device: str, direction: Direction, data: bytes) -> None:
        """Note bytes as they appear."""
        with self._lock:
            self._count += 1
            time_s = self._clock() - self._began_s
            self._entries.append(WireEntry(self._count, time_s, device, direction, data))

    def since(self, number: int) -> list[WireEntry]:
        """Entries above this number that are still kept."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > number]

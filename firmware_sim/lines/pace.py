"""When bytes have passed a serial wire. Pure: times are seconds of any monotonic clock."""

from __future__ import annotations

from enum import Enum

START_BITS = 1
DATA_BITS = 8
GROUP_S = 0.004
"""Bytes are handed over in groups of about this long: as often as a host can tell, and no oftener."""
ROUNDING = 1e-6
"""Part of a byte that floating-point times may be off."""


class Frame(Enum):
    """How a byte is framed on the wire, by the bits after its data: parity and stop."""

    EIGHT_NONE_ONE = 1
    EIGHT_EVEN_ONE = 2


def byte_time_s(baud: int, frame: Frame) -> float:
    """Seconds of one byte: start bit, 8 data bits, parity if any, stop bit. 286 µs at 38,400 8E1."""
    return (START_BITS + DATA_BITS + frame.value) / baud


class WirePace:
    """One direction of a wire: bytes go in as they come, and come out when their last bit has passed."""

    def __init__(self, byte_s: float) -> None:
        """`byte_s` 0 means a line that takes no time."""
        self._byte_s = byte_s
        self._waiting = bytearray()
        self._first_end_s = float("-inf")
        """When the first waiting byte will have passed; with none waiting, when the last one did."""

    @property
    def waiting(self) -> int:
        """How many bytes have not passed yet."""
        return len(self._waiting)

    def push(self, data: bytes, now_s: float) -> None:
        """Send bytes behind those that are under way."""
        if data and not self._waiting:
            self._first_end_s = max(now_s, self._first_end_s) + self._byte_s
        self._waiting += data

    def take(self, now_s: float) -> tuple[bytes, float]:
        """The bytes that have passed by now, and when the last of them had."""
        if self._waiting and self._byte_s == 0:
            count = len(self._waiting) if self._first_end_s <= now_s else 0
        elif self._waiting:
            count = int((now_s - self._first_end_s) / self._byte_s + 1 + ROUNDING)
        else:
            count = 0
        count = max(0, min(count, len(self._waiting)))
        passed = bytes(self._waiting[:count])
        del self._waiting[:count]
        last_end_s = self._first_end_s + (count - 1) * self._byte_s
        if count:
            self._first_end_s = last_end_s + (self._byte_s if self._waiting else 0)
        return passed, last_end_s

    def due_s(self) -> float | None:
        """When the next group of bytes will have passed; None if none is under way."""
        if not self._waiting:
            return None
        group = max(1, int(GROUP_S / self._byte_s)) if self._byte_s else 1
        return self._first_end_s + (min(group, len(self._waiting)) - 1) * self._byte_s

    def clear(self) -> None:
        """The wire was cut: what was under way is lost."""
        self._waiting.clear()

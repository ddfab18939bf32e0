"""Bytes on their way to a printer: no faster than its line takes them, so that XOFF is heard in time."""

from __future__ import annotations

_CHUNK_BYTES = 512
_BITS_A_BYTE = 10


class Outgoing:
    """The way to one printer. Times in seconds of the core's clock."""

    def __init__(self, speed_baud: int, now_s: float) -> None:
        self._speed_baud = speed_baud
        self._first = bytearray()
        self._rest = bytearray()
        self._released = 0
        self._next_chunk_s = now_s
        self.stopped_since_s: float | None = None
        """When XOFF came; None while the printer takes bytes."""

    def put(self, data: bytes) -> None:
        """Behind all that is there."""
        self._rest += data

    def put_first(self, data: bytes) -> None:
        """A real-time command: before all else, and in spite of XOFF. A printer takes these with a full buffer too."""
        self._first += data

    def has_more(self) -> bool:
        """Whether something waits that XOFF holds up."""
        return bool(self._rest)

    def wire_s(self) -> float:
        """How long all that waits will take."""
        return self._seconds(len(self._first) + len(self._rest))

    def stop(self, now_s: float) -> None:
        """XOFF."""
        if self.stopped_since_s is None:
            self.stopped_since_s = now_s

    def go_on(self) -> None:
        """XON."""
        self.stopped_since_s = None

    def release(self, now_s: float) -> None:
        """Let the next chunk go when the line has taken the one before."""
        if not self._rest or now_s < self._next_chunk_s:
            return
        self._released = _CHUNK_BYTES
        chunk_s = self._seconds(min(_CHUNK_BYTES, len(self._rest)))
        self._next_chunk_s = max(self._next_chunk_s, now_s - chunk_s) + chunk_s

    def due_s(self) -> float | None:
        """When the next chunk may go; None where nothing may."""
        return self._next_chunk_s if self._rest and self.stopped_since_s is None else None

    def take(self) -> bytes:
        """What may go now."""
        first = bytes(self._first)
        self._first.clear()
        if self.stopped_since_s is not None:
            return first
        chunk = bytes(self._rest[: self._released])
        del self._rest[: self._released]
        self._released = 0
        return first + chunk

    def _seconds(self, size: int) -> float:
        return size * _BITS_A_BYTE / self._speed_baud

"""Cuts a captured piece of a wire into frames that begin with a start byte and tell their own length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

TRUNCATED, NOISE_SKIPPED, LENGTH_INVALID = "frame-truncated", "noise-skipped", "length-invalid"


@dataclass(frozen=True, slots=True)
class Piece:
    """One frame, or what is left where no whole frame follows."""

    frame: bytes
    findings: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Framing:
    """How frames of one protocol are found."""

    starts: Callable[[bytes], bool]
    """Whether a frame can begin where these bytes begin."""
    size: Callable[[bytes], int | None]
    """Bytes of the frame that begins here; None while the length is not there yet; 0 for a length that cannot be."""
    checked: Callable[[bytes], bool]
    """Whether a whole frame's check value is right; always true where the wire has none."""

    def cut(self, data: bytes) -> list[Piece]:
        """Frames in order. Bytes before a frame are noise; a frame with a wrong check value is kept as one."""
        pieces: list[Piece] = []
        at = 0
        while at < len(data):
            piece, at = self._next(data, at)
            pieces.append(piece)
        return pieces or [Piece(b"", (TRUNCATED,), whole=False)]

    def _next(self, data: bytes, at: int) -> tuple[Piece, int]:
        begins = [start for start in range(at, len(data)) if self.starts(data[start:])]
        if not begins:
            return Piece(b"", (NOISE_SKIPPED,), whole=False), len(data)
        first = begins[0]
        start = (
            first if self._fits(data, first) else next((each for each in begins if self._is_sound(data, each)), first)
        )
        noise = (NOISE_SKIPPED,) if start > at else ()
        size = self.size(data[start:])
        if size == 0:
            return Piece(b"", (*noise, LENGTH_INVALID), whole=False), len(data)
        if size is None or start + size > len(data):
            return Piece(b"", (*noise, TRUNCATED), whole=False), len(data)
        return Piece(data[start : start + size], noise, whole=True), start + size

    def _fits(self, data: bytes, start: int) -> bool:
        """A frame that is sound, or that at least ends where the piece ends or the next frame begins."""
        size = self.size(data[start:])
        if not size or start + size > len(data):
            return False
        end = start + size
        return self._is_sound(data, start) or end == len(data) or self.starts(data[end:])

    def _is_sound(self, data: bytes, start: int) -> bool:
        size = self.size(data[start:])
        return (
            bool(size) and size is not None and start + size <= len(data) and self.checked(data[start : start + size])
        )

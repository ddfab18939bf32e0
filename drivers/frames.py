"""Cuts a captured piece of a wire into frames that begin with a start byte and tell their own length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

HEAD_SEEN = 16
"""Bytes of a frame's beginning that tell where it starts and how long it is, with room to spare."""

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
        """Frames in order. Bytes around frames are noise; a frame with a wrong check value is kept as one."""
        capture = _Capture(self, data)
        pieces: list[Piece] = []
        at = 0
        while at < len(data):
            piece, at = capture.take(at)
            if pieces and piece.findings == (NOISE_SKIPPED,) and not piece.whole:
                pieces[-1] = _with_noise_behind(pieces[-1])
            else:
                pieces.append(piece)
        return pieces or [Piece(b"", (TRUNCATED,), whole=False)]


@dataclass(slots=True)
class _Capture:
    """Bytes of a wire, looked at from the front; each place is checked once for a sound frame that begins there."""

    framing: Framing
    data: bytes
    searched_to: int = 0
    """No sound frame begins before, but behind the place where the last search began."""

    def take(self, at: int) -> tuple[Piece, int]:
        """The next frame, or what is left where none follows, and the place behind it."""
        first = self._next_begin(at)
        if first is None:
            return Piece(b"", (NOISE_SKIPPED,), whole=False), len(self.data)
        start = first
        if not self._fits(first):
            sound = self._next_sound(first)
            start = first if sound is None else sound
        noise = (NOISE_SKIPPED,) if start > at else ()
        size = self._size_at(start)
        if size == 0:
            return Piece(b"", (*noise, LENGTH_INVALID), whole=False), len(self.data)
        if size is None or start + size > len(self.data):
            return Piece(b"", (*noise, TRUNCATED), whole=False), len(self.data)
        return Piece(self.data[start : start + size], noise, whole=True), start + size

    def _begins_at(self, place: int) -> bool:
        return self.framing.starts(self.data[place : place + HEAD_SEEN])

    def _next_begin(self, at: int) -> int | None:
        return next((place for place in range(at, len(self.data)) if self._begins_at(place)), None)

    def _next_sound(self, at: int) -> int | None:
        place = max(at, self.searched_to)
        while place < len(self.data) and not (self._begins_at(place) and self._is_sound(place)):
            place += 1
        self.searched_to = place
        return place if place < len(self.data) else None

    def _size_at(self, start: int) -> int | None:
        return self.framing.size(self.data[start : start + HEAD_SEEN])

    def _fits(self, start: int) -> bool:
        """A frame that is sound, or that at least ends where the piece ends or the next frame begins."""
        size = self._size_at(start)
        if not size or start + size > len(self.data):
            return False
        end = start + size
        return self._is_sound(start) or end == len(self.data) or self._begins_at(end)

    def _is_sound(self, start: int) -> bool:
        size = self._size_at(start)
        return (
            size is not None
            and size > 0
            and start + size <= len(self.data)
            and self.framing.checked(self.data[start : start + size])
        )


def _with_noise_behind(piece: Piece) -> Piece:
    return piece if NOISE_SKIPPED in piece.findings else replace(piece, findings=(*piece.findings, NOISE_SKIPPED))

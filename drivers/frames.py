"""Cuts a captured piece of a wire into frames that begin with a start byte and tell their own length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        pieces: list[Piece] = []
        at = 0
        while at < len(data):
            piece, at = self._next(data, at)
            if pieces and piece.findings == (NOISE_SKIPPED,) and not piece.whole:
                pieces[-1] = _with_noise_behind(pieces[-1])
            else:
                pieces.append(piece)
        return pieces or [Piece(b"", (TRUNCATED,), whole=False)]

    def _next(self, data: bytes, at: int) -> tuple[Piece, int]:
        first = next(self._begins(data, at), None)
        if first is None:
            return Piece(b"", (NOISE_SKIPPED,), whole=False), len(data)
        start = first
        if not self._fits(data, first):
            start = next((each for each in self._begins(data, first) if self._is_sound(data, each)), first)
        noise = (NOISE_SKIPPED,) if start > at else ()
        size = self._size_at(data, start)
        if size == 0:
            return Piece(b"", (*noise, LENGTH_INVALID), whole=False), len(data)
        if size is None or start + size > len(data):
            return Piece(b"", (*noise, TRUNCATED), whole=False), len(data)
        return Piece(data[start : start + size], noise, whole=True), start + size

    def _begins(self, data: bytes, at: int) -> Iterator[int]:
        """Places from `at` on where a frame can begin."""
        return (start for start in range(at, len(data)) if self.starts(data[start : start + HEAD_SEEN]))

    def _size_at(self, data: bytes, start: int) -> int | None:
        return self.size(data[start : start + HEAD_SEEN])

    def _fits(self, data: bytes, start: int) -> bool:
        """A frame that is sound, or that at least ends where the piece ends or the next frame begins."""
        size = self._size_at(data, start)
        if not size or start + size > len(data):
            return False
        end = start + size
        return self._is_sound(data, start) or end == len(data) or self.starts(data[end : end + HEAD_SEEN])

    def _is_sound(self, data: bytes, start: int) -> bool:
        size = self._size_at(data, start)
        return (
            bool(size) and size is not None and start + size <= len(data) and self.checked(data[start : start + size])
        )


def _with_noise_behind(piece: Piece) -> Piece:
    return piece if NOISE_SKIPPED in piece.findings else replace(piece, findings=(*piece.findings, NOISE_SKIPPED))

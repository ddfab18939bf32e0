"""Finds frames that tell their length at their head in a stream of bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
_SLICE_BYTES = 16_384
"""More than this at once is taken in pieces, so that what is kept stays small however much comes."""


class FrameStream(Generic[Answer]):
    """Holds at most one unfinished frame. Every byte is looked at as a frame's beginning at most once or twice."""

    def __init__(
        self, head_bytes: int, length: Callable[[bytes], int | None], parse: Callable[[bytes], Answer | None]
    ) -> None:
        """`length` of the frame that begins with these bytes, 1 to `head_bytes` of them: None when more are needed, 0
        when none begins there; it must be bounded. `parse` a whole frame, None where its check value is wrong."""
        self._head_bytes = head_bytes
        self._length = length
        self._parse = parse
        self._bytes = bytearray()
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._bytes)

    def feed(self, data: bytes) -> list[Answer]:
        """Answers that are complete with `data`."""
        found: list[Answer] = []
        for start in range(0, len(data), _SLICE_BYTES):
            self._bytes += data[start : start + _SLICE_BYTES]
            found += self._scan(silence=False)
        return found

    def silence(self) -> list[Answer]:
        """The line has been silent longer than within a frame: what is unfinished was noise, or hides a frame.

        A frame inside an unfinished one is not looked for before: the memory of a tag could hold such bytes.
        """
        return self._scan(silence=True)

    def take_dropped(self) -> int:
        """How many bytes were dropped as noise since the last call."""
        dropped, self._dropped = self._dropped, 0
        return dropped

    def clear(self) -> None:
        """Drop what is unfinished, as noise."""
        self._dropped += len(self._bytes)
        self._bytes.clear()

    def _scan(self, *, silence: bool) -> list[Answer]:
        found: list[Answer] = []
        start, end = 0, len(self._bytes)
        while start < end:
            length = self._length(bytes(self._bytes[start : start + self._head_bytes]))
            unfinished = length is None or start + length > end
            if unfinished and not silence:
                break
            answer = None
            if not unfinished and length:
                answer = self._parse(bytes(self._bytes[start : start + length]))
            if answer is not None and length:
                found.append(answer)
                start += length
            else:
                start += 1
                self._dropped += 1
        del self._bytes[:start]
        return found

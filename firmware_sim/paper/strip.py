"""A strip of paper, and the roll that it comes from."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from firmware_sim.paper.reading import LineOnPaper, read_lines

HEAD_TO_KNIFE = 180
"""Dots between the print head and the knife: six lines of 30.

Source: github Hypernova-Oy/lainuri, `hs_k33.py`: feed 6 to 7 lines before a cut, the knife sits above the head.
"""


def row_bytes(width_dots: int) -> int:
    """Bytes of one row of dots; the leftmost dot is bit 7 of the first."""
    return (width_dots + 7) // 8


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line printed by text commands: its words need no reading. `top` and `height` in dots."""

    top: int
    height: int
    text: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of paper. `rows` has a bit a dot, 1 for black, rows padded to whole bytes."""

    width: int
    rows: bytes
    typed: tuple[TypedLine, ...] = ()
    cut: bool = False

    @property
    def height(self) -> int:
        """Dots along the paper, 8 a millimetre."""
        return len(self.rows) // row_bytes(self.width)

    @property
    def ink(self) -> int:
        """Black dots."""
        return int.from_bytes(self.rows).bit_count()

    @property
    def text(self) -> tuple[str, ...]:
        """Its lines from top to bottom: those of text commands as they are, those of rasters read from the dots."""
        lines = [LineOnPaper(typed.top, typed.text) for typed in self.typed]
        lines += read_lines(self.width, self._without_typed())
        return tuple(line.text for line in sorted(lines, key=lambda line: line.top))

    def png(self) -> bytes:
        """A picture of it, black on white."""
        picture = Image.frombytes("1", (self.width, self.height), bytes(byte ^ 0xFF for byte in self.rows))
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()

    def _without_typed(self) -> bytes:
        rows = bytearray(self.rows)
        size = row_bytes(self.width)
        for typed in self.typed:
            rows[typed.top * size : (typed.top + typed.height) * size] = bytes(typed.height * size)
        return bytes(rows)


class Roll:
    """Paper in the printer: the strips that have left it, and the one that hangs on."""

    def __init__(self, width_dots: int) -> None:
        self._width = width_dots
        self._row_bytes = row_bytes(width_dots)
        self._left: list[Strip] = []
        self._rows = self._blank_start()
        self._typed: list[TypedLine] = []

    @property
    def strips(self) -> list[Strip]:
        """All strips, oldest first; the uncut one is the last, if there is a dot on it."""
        hanging = Strip(self._width, bytes(self._rows), tuple(self._typed))
        return [*self._left, *([hanging] if hanging.ink else [])]

    def print_row(self, row: bytes) -> None:
        """Print one row of `row_bytes` bytes."""
        self._rows += row

    def print_line(self, text: str, rows: bytes) -> None:
        """Print the rows of a line whose words are known."""
        top = len(self._rows) // self._row_bytes
        self._rows += rows
        self._typed.append(TypedLine(top, len(rows) // self._row_bytes, text))

    def feed(self, dots: int) -> None:
        """Move on without printing."""
        self._rows += bytes(dots * self._row_bytes)

    def cut(self) -> None:
        """Cut at the knife: the last `HEAD_TO_KNIFE` dots are not through yet and begin the next strip."""
        at = len(self._rows) // self._row_bytes - HEAD_TO_KNIFE
        whole = tuple(typed for typed in self._typed if typed.top + typed.height <= at)
        later = [TypedLine(typed.top - at, typed.height, typed.text) for typed in self._typed if typed.top >= at]
        self._left.append(Strip(self._width, bytes(self._rows[: at * self._row_bytes]), whole, cut=True))
        del self._rows[: at * self._row_bytes]
        self._typed = later

    def renew(self) -> None:
        """New paper: what hung on is torn off, and stays as an uncut strip if there is a dot on it."""
        self._left = self.strips
        self._rows = self._blank_start()
        self._typed = []

    def _blank_start(self) -> bytearray:
        return bytearray(HEAD_TO_KNIFE * self._row_bytes)

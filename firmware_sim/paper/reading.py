"""Reads the words of a raster back from its dots: a small optical reader for one known font.

Receipts are printed as pictures, because that is how Chinese comes out alike on every printer. What the paper says is
told from the dots alone, by whoever drew them, and by nothing that the kiosk tells beside them.
Decision record: docs/adr/0109-the-paper-is-read-from-its-dots.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from firmware_sim.paper.fonts import FontMissing
from firmware_sim.paper.guessing import guessed
from firmware_sim.paper.layout import Field, lines_of
from firmware_sim.paper.matching import UNREADABLE, Reading, read
from firmware_sim.paper.measuring import Print, prints_of

GOOD_ERRORS = 0.012
"""Errors a dot of ink with which the first guess of size and weight stands."""


@dataclass(frozen=True, slots=True)
class LineOnPaper:
    """A line of words; `top` in dots. What cannot be read is "\ufffd", a gap of any width one space."""

    top: int
    text: str


@lru_cache(maxsize=256)
def read_lines(width: int, rows: bytes) -> list[LineOnPaper]:
    """The lines of words of a raster, from top to bottom; pictures, barcodes and rules are left out.

    `rows` has a bit a dot, 1 for black, rows padded to whole bytes. Without the font every line is unreadable.
    """
    lines: list[LineOnPaper] = []
    for fields in lines_of(width, rows):
        if fields:
            lines.append(LineOnPaper(min(field.top for field in fields), " ".join(map(_text_of, fields))))
    return lines


def _text_of(field: Field) -> str:
    try:
        prints = prints_of(field)
        for how in prints[:1]:
            if (text := guessed(field, how)) is not None:
                return text
        reading = _best_reading(field, prints)
    except FontMissing:
        return UNREADABLE
    return reading.text if reading is not None else UNREADABLE


def _best_reading(field: Field, prints: list[Print]) -> Reading | None:
    ink = field.picture.histogram()[255]
    best: Reading | None = None
    for how in prints:
        reading = read(field, how)
        if best is None or reading.errors < best.errors:
            best = reading
        if best.errors <= GOOD_ERRORS * ink:
            break
    return best

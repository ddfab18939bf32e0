"""Reads the words of a raster back from its dots."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineOnPaper:
    """A line of words; `top` in dots."""

    top: int
    text: str


def read_lines(width: int, rows: bytes) -> list[LineOnPaper]:
    """The lines of words of a raster, from top to bottom; none yet: the reader follows."""
    return []

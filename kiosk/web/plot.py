"""Plots as SVG that needs no script: where each bar stands, in the units of the drawing. Templates draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDE, HIGH = 900, 260
LEFT, BOTTOM, TOP = 48, 24, 10
A_ROW, NAMES = 26, 190
MOST_ROWS = 30
"""More lines are told by the table alone."""
STEPS = (1, 2, 5)
FEWEST_TICKS = 3
LABELS = 8
LONGEST_NAME = 22


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure."""

    x: float
    y: float
    width: float
    height: float
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A text, and where it stands."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars upwards (a time), or along (names)."""

    width: int
    height: int
    upwards: bool
    bars: tuple[Bar, ...]
    ticks: tuple[Mark, ...]
    """Of the figures: a line is drawn through each."""
    names: tuple[Mark, ...]


def ticks(most: int) -> list[int]:
    """Round figures from 0 to the first that is not below `most`."""
    size = 1
    while True:
        for step in STEPS:
            every = step * size
            if most <= every * (FEWEST_TICKS + 1):
                last = max(1, -(-most // every))
                return [every * number for number in range(last + 1)]
        size *= 10


def columns(figures: Sequence[tuple[str, int]]) -> Plot:
    """Upwards, from left to right: days."""
    scale = ticks(max((value for _, value in figures), default=0))
    room, tall = WIDE - LEFT, HIGH - TOP - BOTTOM
    each = room / max(1, len(figures))
    bars = []
    for at, (name, value) in enumerate(figures):
        height = tall * value / scale[-1]
        bars.append(Bar(LEFT + each * at + each * 0.1, TOP + tall - height, each * 0.8, height, name, value))
    every = -(-len(figures) // LABELS) or 1
    names = [Mark(bar.x + bar.width / 2, HIGH - 6, bar.name[5:]) for bar in bars[::every]]
    lines = [Mark(LEFT, TOP + tall - tall * value / scale[-1], str(value)) for value in scale]
    return Plot(WIDE, HIGH, True, tuple(bars), tuple(lines), tuple(names))


def rows(figures: Sequence[tuple[str, int]]) -> Plot:
    """Along, from top to bottom: whatever has a name."""
    shown = figures[:MOST_ROWS]
    scale = ticks(max((value for _, value in shown), default=0))
    room = WIDE - NAMES - 60
    bars = [
        Bar(NAMES, TOP + A_ROW * at + 4, room * value / scale[-1], A_ROW - 8, name, value)
        for at, (name, value) in enumerate(shown)
    ]
    names = [Mark(NAMES - 8, bar.y + bar.height - 4, _short(bar.name)) for bar in bars]
    return Plot(WIDE, TOP + A_ROW * len(shown) + TOP, False, tuple(bars), (), tuple(names))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"

"""Plots as SVG that needs no script: where each bar stands, in the units of the drawing. Templates draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDE, HIGH = 900, 260
LEFT, BOTTOM, TOP = 48, 24, 10
A_ROW, NAMES, FIGURES = 26, 190, 60
MOST_ROWS = 30
"""More lines are told by the table alone."""
STEPS = (1, 2, 5)
FEWEST_TICKS = 3
LABELS = 12
LONGEST_NAME = 22
LABEL = 44
"""Width of a day's name."""

Named = Sequence[tuple[str, Sequence[int]]]
"""What is drawn: a name, and its parts, none below 0."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of what has a name."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A text, and where it stands."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What has a name: its figures, and a bar for each, one upon the other."""

    name: str
    values: tuple[int, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars upwards (a time), or along (names)."""

    width: int
    height: int
    upwards: bool
    entries: tuple[Entry, ...]
    ticks: tuple[Mark, ...]
    """Of the figures: a line is drawn through each."""
    names: tuple[Mark, ...]
    sums: tuple[Mark, ...]
    """Behind bars that lie along."""


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


def columns(named: Named) -> Plot:
    """Upwards, from left to right: days, hours. A name of which there is no room is left out."""
    scale = _scale(named)
    room, tall = WIDE - LEFT, HIGH - TOP - BOTTOM
    each = room / max(1, len(named))
    entries = []
    for at, (name, values) in enumerate(named):
        bars, under = [], 0
        for value in values:
            under += value
            y = TOP + tall - tall * under / scale[-1]
            bars.append(Bar(LEFT + each * (at + 0.1), y, each * 0.8, tall * value / scale[-1]))
        entries.append(Entry(name, tuple(values), tuple(bars)))
    every = -(-len(named) // LABELS) or 1
    names = [Mark(LEFT + each * (at + 0.5), HIGH - 6, named[at][0]) for at in range(0, len(named), every)]
    if names and names[-1].x > WIDE - LABEL / 2:  # half of it would be cut off
        names.pop()
    lines = [Mark(LEFT, TOP + tall - tall * value / scale[-1], str(value)) for value in scale]
    return Plot(WIDE, HIGH, True, tuple(entries), tuple(lines), tuple(names), ())


def rows(named: Named) -> Plot:
    """Along, from top to bottom: whatever has a name."""
    shown = named[:MOST_ROWS]
    scale = _scale(shown)
    room = WIDE - NAMES - FIGURES
    entries, names, sums = [], [], []
    for at, (name, values) in enumerate(shown):
        bars, x, y = [], float(NAMES), TOP + A_ROW * at
        for value in values:
            width = room * value / scale[-1]
            bars.append(Bar(x, y + 4, width, A_ROW - 8))
            x += width
        entries.append(Entry(name, tuple(values), tuple(bars)))
        names.append(Mark(NAMES - 8, y + A_ROW - 8, _short(name)))
        sums.append(Mark(x + 8, y + A_ROW - 8, str(sum(values))))
    return Plot(WIDE, TOP + A_ROW * len(shown) + TOP, False, tuple(entries), (), tuple(names), tuple(sums))


def _scale(named: Named) -> list[int]:
    return ticks(max((sum(values) for _, values in named), default=0))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"

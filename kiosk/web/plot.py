"""A plot of columns as geometry for an inline SVG: no script, no picture file, read aloud column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 760, 240
LEFT, BOTTOM, TOP = 56, 28, 10
MOST_NAMES = 12
"""Names under the columns; of more, every second, third… is left out."""
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its parts from the ground up, as (y, height), and where its name stands."""

    name: str
    values: tuple[int, ...]
    x: float
    width: float
    parts: tuple[tuple[float, float], ...]
    shown: bool
    """Whether its name has room."""

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Plot:
    """Columns, and the lines behind them as (y, value)."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[float, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    ground: int = HEIGHT - BOTTOM


def columns(named: Sequence[tuple[str, Sequence[int]]]) -> Plot:
    """Stacked columns of values that are not negative; the first value stands on the ground."""
    most = max((sum(values) for _, values in named), default=0)
    step = _step(most)
    top = max(step, -(-most // step) * step)
    ground, high = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    room = (WIDTH - LEFT) / max(1, len(named))
    every = -(-len(named) // MOST_NAMES)
    made = []
    for number, (name, values) in enumerate(named):
        parts, under = [], 0
        for value in values:
            height = high * value / top
            parts.append((round(ground - high * under / top - height, 2), round(height, 2)))
            under += value
        x = LEFT + room * (number + 0.12)
        made.append(Column(name, tuple(values), round(x, 2), round(room * 0.76, 2), tuple(parts), number % every == 0))
    lines = tuple((round(ground - high * value / top, 2), value) for value in range(0, top + 1, step))
    return Plot(tuple(made), lines)


def _step(most: int) -> int:
    """Of 1, 2, 5, 10, 20…, the smallest that makes at most five lines."""
    size = 1
    while True:
        for step in STEPS:
            if step * size * 5 >= most:
                return step * size
        size *= 10

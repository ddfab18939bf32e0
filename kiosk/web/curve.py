"""A curve over time as SVG that needs no script: mean, least and most of each hour, and the range it should keep."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDE, HIGH = 900, 220
LEFT, BOTTOM, TOP = 48, 24, 10
ROOM = 0.1
"""Of what is shown, left free above and below."""
LEAST_SPAN = 2.0
"""A curve that is nearly flat is not drawn as a storm."""
GRID = 4
GAP = timedelta(hours=2)
"""A line is broken where nothing came for so long."""

Point = tuple[datetime, float, float, float]
"""When; least, mean, most."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, and what stands beside it."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of SVG polylines, in the units of the drawing."""

    width: int
    height: int
    left: int
    lines: tuple[str, ...]
    spread: tuple[str, ...]
    """Closed shapes between least and most."""
    band: tuple[float, float] | None
    """Top and height of the range that it should keep."""
    ticks: tuple[Tick, ...]


def curve(points: Sequence[Point], begins: datetime, ends: datetime, band: tuple[float, float] | None) -> Curve:
    """`points`: in order, at least one. `begins` before `ends`."""
    least, most = min(point[1] for point in points), max(point[3] for point in points)
    if band is not None:
        least, most = min(least, band[0]), max(most, band[1])
    middle, span = (least + most) / 2, max(most - least, LEAST_SPAN) * (1 + 2 * ROOM)
    low, tall, whole = middle - span / 2, HIGH - TOP - BOTTOM, (ends - begins).total_seconds()

    def x(at: datetime) -> float:
        return LEFT + (WIDE - LEFT) * min(1.0, max(0.0, (at - begins).total_seconds() / whole))

    def y(value: float) -> float:
        return TOP + tall * (1 - (value - low) / span)

    pieces: list[list[Point]] = [[points[0]]]
    for before, point in itertools.pairwise(points):
        if point[0] - before[0] > GAP:
            pieces.append([])
        pieces[-1].append(point)
    lines = [" ".join(f"{x(at):.1f},{y(mean):.1f}" for at, _, mean, _ in piece) for piece in pieces]
    spread = [
        " ".join(
            [f"{x(at):.1f},{y(top):.1f}" for at, _, _, top in piece]
            + [f"{x(at):.1f},{y(bottom):.1f}" for at, bottom, _, _ in reversed(piece)]
        )
        for piece in pieces
    ]
    ticks = [Tick(y(low + span * part / GRID), f"{low + span * part / GRID:.1f}") for part in range(GRID + 1)]
    shown = None if band is None else (y(band[1]), y(band[0]) - y(band[1]))
    return Curve(WIDE, HIGH, LEFT, tuple(lines), tuple(spread), shown, tuple(ticks))

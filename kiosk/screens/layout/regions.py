"""Where the parts of every screen are: portrait with a bar at the bottom, landscape with a panel at the right."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screens.frame import Size
from kiosk.screens.ops import Box
from kiosk.screens.tokens import BAR_HEIGHT, GAP, MARGIN

BASE = 1080
LEAST_LONG = 1600
"""Units that the longer side has at least: a squarer screen gets smaller type instead of less room."""
HEADER_TOP = 44
HEADER_HEIGHT = 92
CONTENT_TOP = 176
SIDE_WIDTH = 632
SIDE_MARGIN = 48
MAIN_HEIGHT = 132
PLAIN_HEIGHT = 108
BAR_BUTTON_HEIGHT = 124


@dataclass(frozen=True, slots=True)
class Regions:
    """Boxes in units."""

    width: int
    height: int
    landscape: bool
    header: Box
    clock: Box
    content: Box
    ground: Box
    """What the bar (or the side panel) is painted on."""
    side: Box | None
    """Landscape: room for guidance above the actions."""
    bar: Box


def scale_of(size: Size) -> float:
    """Pixels a unit."""
    short, long = sorted((size.width, size.height))
    return min(short / BASE, long / LEAST_LONG)


def regions_of(size: Size) -> Regions:
    scale = scale_of(size)
    width, height = int(size.width / scale), int(size.height / scale)
    return _landscape(width, height) if size.width >= size.height else _portrait(width, height)


def _portrait(width: int, height: int) -> Regions:
    inner = width - 2 * MARGIN
    top_of_bar = height - BAR_HEIGHT
    return Regions(
        width=width,
        height=height,
        landscape=False,
        header=Box(MARGIN, HEADER_TOP, inner - 340, HEADER_HEIGHT),
        clock=Box(MARGIN + inner - 320, HEADER_TOP, 320, HEADER_HEIGHT),
        content=Box(MARGIN, CONTENT_TOP, inner, top_of_bar - CONTENT_TOP - 40),
        ground=Box(0, top_of_bar, width, BAR_HEIGHT),
        side=None,
        bar=Box(MARGIN, top_of_bar + (BAR_HEIGHT - BAR_BUTTON_HEIGHT) // 2, inner, BAR_BUTTON_HEIGHT),
    )


def _landscape(width: int, height: int) -> Regions:
    left = width - SIDE_WIDTH
    side_x, side_width = left + SIDE_MARGIN, SIDE_WIDTH - 2 * SIDE_MARGIN
    bar_height = MAIN_HEIGHT + GAP + PLAIN_HEIGHT
    bar = Box(side_x, height - SIDE_MARGIN - bar_height, side_width, bar_height)
    return Regions(
        width=width,
        height=height,
        landscape=True,
        header=Box(MARGIN, HEADER_TOP, left - 2 * MARGIN, HEADER_HEIGHT),
        clock=Box(side_x, HEADER_TOP, side_width, HEADER_HEIGHT),
        content=Box(MARGIN, CONTENT_TOP, left - 2 * MARGIN, height - CONTENT_TOP - SIDE_MARGIN),
        ground=Box(left, 0, SIDE_WIDTH, height),
        side=Box(side_x, CONTENT_TOP, side_width, bar.y - CONTENT_TOP - 2 * GAP),
        bar=bar,
    )

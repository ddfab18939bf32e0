"""Where the parts of every screen are: portrait with a bar at the bottom, landscape with a panel at the right."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
KEYS_WIDTH = 860
"""Of the panel where keys stand in it: ten a row are 13 mm each on a 15-inch screen."""
SIDE_MARGIN = 48
MAIN_HEIGHT = 132
PLAIN_HEIGHT = 108
BAR_AIR = 36
"""Above and below the buttons of the bar."""
ONE_ROW_WIDTH = 1_000
TWO_ROWS_HEIGHT = 324
THREE_ROWS_HEIGHT = 444
MOST_IN_A_ROW = 4
"""A narrower screen, or a bar of more, has its main action in a row of its own."""


SHEET = 40_000
"""Units that a screen is laid out on where it is folded into pages afterwards: longer than any list."""
LARGE_SIDE, LARGE_MARGIN, LARGE_TOP, LARGE_GAP = 520, 32, 24, 16
LARGE_BUTTON = 104
"""The panel of a broad screen with large text: two buttons a row, the main action below them."""
PAGER_LABEL, PAGER_HEIGHT = 56, 100
PAGER_BUTTON = 184


@dataclass(frozen=True, slots=True)
class Fold:
    """Where the pages of a folded screen are shown, in units."""

    page: Box
    """All of the room, for what fits on one page."""
    shared: Box
    """What is left of it beside the pager."""
    pager: Box
    wide: int
    """Of each button that turns pages."""
    label_above: bool


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
    low: bool = False
    """Everything that can be touched is in the lower half."""
    fold: Fold | None = None
    """`content` is a sheet without end; what is laid out on it is shown page by page."""


def scale_of(size: Size, zoom: float = 1.0) -> float:
    """Pixels a unit; `zoom` times as many where everything is to be larger."""
    short, long = sorted((size.width, size.height))
    return min(short / BASE, long / LEAST_LONG) * zoom


def regions_of(
    size: Size, zoom: float = 1.0, above: int | None = None, in_bar: int = 0, side: int = SIDE_WIDTH
) -> Regions:
    """`above`: how far over the middle a portrait screen begins where all controls are to be below it; `in_bar`: how
    many things the bar holds; `side`: how wide the panel of a broad screen is."""
    scale = scale_of(size, zoom)
    width, height = int(size.width / scale), int(size.height / scale)
    return _landscape(width, height, side) if size.width >= size.height else _portrait(width, height, above, in_bar)


def folded(size: Size, zoom: float, in_bar: int, above: int | None = None) -> Regions:
    """The regions of a screen that is shown page by page: one column, and on a broad one a panel for the bar."""
    plain = regions_of(size, zoom, above, in_bar)
    if not plain.landscape:
        page = plain.content
        pager = Box(page.x, page.bottom - PAGER_HEIGHT, page.w, PAGER_HEIGHT)
        fold = Fold(page, page.top_part(page.h - PAGER_HEIGHT - GAP), pager, PAGER_BUTTON, label_above=False)
    else:
        plain = _broad(plain.width, plain.height, in_bar)
        page, bar = plain.content, plain.bar
        high = PAGER_LABEL + PAGER_HEIGHT
        pager = Box(bar.x, bar.y - 2 * LARGE_GAP - high, bar.w, high)
        fold = Fold(page, page, pager, (bar.w - GAP) // 2, label_above=True)
    return replace(plain, content=Box(page.x, page.y, page.w, SHEET), fold=fold)


def _broad(width: int, height: int, in_bar: int) -> Regions:
    left = width - LARGE_SIDE
    side_x, side_width = left + LARGE_MARGIN, LARGE_SIDE - 2 * LARGE_MARGIN
    rows = 1 + in_bar // 2
    bar_height = rows * LARGE_BUTTON + (rows - 1) * LARGE_GAP
    top = LARGE_TOP + HEADER_HEIGHT + LARGE_GAP
    return Regions(
        width=width,
        height=height,
        landscape=True,
        header=Box(LARGE_MARGIN, LARGE_TOP, left - 2 * LARGE_MARGIN, HEADER_HEIGHT),
        clock=Box(side_x, LARGE_TOP, side_width, HEADER_HEIGHT),
        content=Box(LARGE_MARGIN, top, left - 2 * LARGE_MARGIN, height - top - LARGE_TOP),
        ground=Box(left, 0, LARGE_SIDE, height),
        side=None,
        bar=Box(side_x, height - LARGE_MARGIN - bar_height, side_width, bar_height),
    )


def _portrait(width: int, height: int, above: int | None, in_bar: int) -> Regions:
    inner = width - 2 * MARGIN
    bar_height = _bar_height(width, in_bar)
    top_of_bar = height - bar_height
    top = CONTENT_TOP if above is None else max(CONTENT_TOP, height // 2 - above)
    return Regions(
        width=width,
        height=height,
        landscape=False,
        header=Box(MARGIN, HEADER_TOP, inner - 340, HEADER_HEIGHT),
        clock=Box(MARGIN + inner - 320, HEADER_TOP, 320, HEADER_HEIGHT),
        content=Box(MARGIN, top, inner, top_of_bar - top - 40),
        ground=Box(0, top_of_bar, width, bar_height),
        side=None,
        bar=Box(MARGIN, top_of_bar + BAR_AIR, inner, bar_height - 2 * BAR_AIR),
        low=above is not None,
    )


def _bar_height(width: int, in_bar: int) -> int:
    if width >= ONE_ROW_WIDTH:
        return BAR_HEIGHT if in_bar <= MOST_IN_A_ROW else TWO_ROWS_HEIGHT
    return TWO_ROWS_HEIGHT if in_bar <= MOST_IN_A_ROW else THREE_ROWS_HEIGHT


def _landscape(width: int, height: int, side: int) -> Regions:
    """The bar is at the same place however wide the panel is."""
    left = width - side
    side_x, side_width = left + SIDE_MARGIN, side - 2 * SIDE_MARGIN
    bar_width = SIDE_WIDTH - 2 * SIDE_MARGIN
    bar_height = MAIN_HEIGHT + GAP + PLAIN_HEIGHT
    bar = Box(width - SIDE_MARGIN - bar_width, height - SIDE_MARGIN - bar_height, bar_width, bar_height)
    return Regions(
        width=width,
        height=height,
        landscape=True,
        header=Box(MARGIN, HEADER_TOP, left - 2 * MARGIN, HEADER_HEIGHT),
        clock=Box(side_x, HEADER_TOP, side_width, HEADER_HEIGHT),
        content=Box(MARGIN, CONTENT_TOP, left - 2 * MARGIN, height - CONTENT_TOP - SIDE_MARGIN),
        ground=Box(left, 0, side, height),
        side=Box(side_x, CONTENT_TOP, side_width, bar.y - CONTENT_TOP - 2 * GAP),
        bar=bar,
    )

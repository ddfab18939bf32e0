"""How large the rows of a list are, and which of them each page shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.widgets import (
    pill_width,
)
from kiosk.screens.ops import Box, Weight
from kiosk.screens.tokens import (
    BODY,
    GAP,
    SMALL,
    SMALLEST,
)
from kiosk.screens.view import RowButton, RowView

PAGER_HEIGHT = 96
REMOVE_SIDE = 72
REMOVE_ICON = 32
REMOVE_ROOM = REMOVE_ICON + 60
"""What a remove button with a word needs beside the word: the cross, and air around both."""
MOST_SPREAD = 36


@dataclass(frozen=True, slots=True)
class Density:
    """How large a row is."""

    least: int
    pad: int
    cover_w: int
    cover_h: int
    title: int
    title_lines: int
    detail: int
    pill: int
    gap: int
    remove_below: bool
    """The remove button stands under the pill; otherwise beside it."""

    stacked: bool = False
    """State and button stand under the words, which have the whole width then."""


ROOMY = Density(204, 24, 112, 156, BODY, 2, SMALL, 80, GAP, True)
SNUG = Density(164, 18, 92, 128, 34, 2, SMALL, 68, 18, True)
TIGHT = Density(116, 16, 60, 84, 32, 2, SMALLEST, 60, 12, False)
COMPACT = Density(112, 14, 60, 84, 32, 1, SMALLEST, 60, 12, False)
STACKED = Density(204, 24, 96, 132, BODY, 2, SMALL, 72, GAP, False, stacked=True)
"""For screens on pages: large text has few letters a line."""
STACKED_AIR = 14


@dataclass(frozen=True, slots=True)
class Measured:
    """A row with its lines broken and its height known."""

    number: int
    view: RowView
    title: list[str]
    detail: list[str]
    height: int


@dataclass(frozen=True, slots=True)
class Pages:
    """Rows in the density in which they fit, and which of them each page shows."""

    density: Density
    pill_width: int
    pages: tuple[tuple[Measured, ...], ...]


def paged(canvas: Canvas, area: Box, rows: tuple[RowView, ...]) -> Pages:
    """The largest rows that fit; on pages, the largest that need no more pages than the smallest would."""
    if canvas.page is not None:
        return _one_page(canvas, area.w, rows, STACKED)
    densities = [_one_page(canvas, area.w, rows, density) for density in (ROOMY, SNUG, TIGHT, COMPACT)]
    for fitting in densities:
        if _height(fitting.pages[0], fitting.density) <= area.h:
            return _spread(fitting, area.h)
    room = area.h - PAGER_HEIGHT - GAP
    paged = [_broken(one, room) for one in densities]
    fewest = len(paged[-1].pages)
    whole = (one for one in paged if all(_height(page, one.density) <= room for page in one.pages))
    return _spread(next((one for one in whole if len(one.pages) <= fewest), paged[-1]), room)


def _spread(pages: Pages, room: int) -> Pages:
    """Small rows take some of the room that is left."""
    if pages.density is ROOMY:
        return pages
    most = max(len(page) for page in pages.pages)
    spare = min((room - _height(page, pages.density)) // most for page in pages.pages)
    more = max(0, min(MOST_SPREAD, spare))
    grown = tuple(tuple(replace(row, height=row.height + more) for row in page) for page in pages.pages)
    return replace(pages, pages=grown)


def _one_page(canvas: Canvas, width: int, rows: tuple[RowView, ...], density: Density) -> Pages:
    wide = max(180, *(pill_width(canvas, row.pill, density.pill) for row in rows))
    if density.remove_below:
        wide = max(wide, *(_labelled(canvas, row.button) for row in rows if row.button), 0)
    page = tuple(_measured(canvas, width, number, row, density, wide) for number, row in enumerate(rows, 1))
    return Pages(density, wide, (page,))


def _broken(pages: Pages, room: int) -> Pages:
    """On as few pages as it takes, about as many rows on each."""
    rows, density = pages.pages[0], pages.density
    greedy: list[tuple[Measured, ...]] = []
    for row in rows:
        if greedy and _height((*greedy[-1], row), density) <= room:
            greedy[-1] = (*greedy[-1], row)
        else:
            greedy.append((row,))
    starts = [len(rows) * number // len(greedy) for number in range(len(greedy) + 1)]
    even = [rows[start:end] for start, end in pairwise(starts)]
    fits = all(_height(page, density) <= room for page in even)
    return Pages(density, pages.pill_width, tuple(even if fits else greedy))


def _height(rows: tuple[Measured, ...], density: Density) -> int:
    return sum(row.height for row in rows) + density.gap * (len(rows) - 1)


def _measured(canvas: Canvas, width: int, number: int, view: RowView, density: Density, pill: int) -> Measured:
    room = text_width(canvas, width, view, density, pill)
    title = canvas.lines(view.title, canvas.titled(density.title), Weight.BOLD, room, density.title_lines)
    detail = canvas.lines(view.detail, density.detail, Weight.BOLD if view.emphasis else Weight.REGULAR, room)
    text = paragraph_height(title, canvas.titled(density.title)) + 6 + paragraph_height(detail, density.detail)
    if density.stacked:
        text += STACKED_AIR + density.pill
    right = density.pill
    if view.button and density.remove_below:
        right += 12 + REMOVE_SIDE
    return Measured(number, view, title, detail, max(density.least, text + 2 * density.pad, right + 2 * density.pad))


def button_beside(canvas: Canvas, button: RowButton) -> int:
    """Units that the button takes where it stands beside the pill."""
    return REMOVE_SIDE if button.terse else _labelled(canvas, button)


def _labelled(canvas: Canvas, button: RowButton) -> int:
    return REMOVE_ROOM + canvas.ruler.width(button.label, SMALL, Weight.BOLD)


def text_width(canvas: Canvas, width: int, view: RowView, density: Density, pill: int) -> int:
    """Units that title and second line have."""
    if density.stacked:
        return width - 2 * density.pad - density.cover_w - 28
    beside = button_beside(canvas, view.button) + 16 if view.button and not density.remove_below else 0
    return width - 2 * density.pad - density.cover_w - 28 - 24 - pill - beside


def page_shown(pages: Pages, chosen: int | None) -> int:
    """The patron's page; else the first where something has to be put back, else the last."""
    last = len(pages.pages) - 1
    if chosen is not None:
        return max(0, min(chosen, last))
    urgent = (number for number, rows in enumerate(pages.pages) if any(row.view.state == "put-back" for row in rows))
    return next(urgent, last)

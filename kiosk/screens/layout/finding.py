"""Looking for a title: the box, what is found, the keys; and one title with its place."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.keyboard import keyboard, keyboard_height
from kiosk.screens.layout.lists import pager
from kiosk.screens.layout.nothing import nothing
from kiosk.screens.layout.paging import PAGER_HEIGHT
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import banners, cover, pill, pill_width
from kiosk.screens.ops import Box, Weight
from kiosk.screens.tokens import (
    CARD,
    GAP,
    HEADING,
    INK,
    LINE,
    MUTED,
    PRESSED_CARD,
    RADIUS,
    SMALL,
    SMALLEST,
    TEAL,
    TEAL_DARK,
    TITLE,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import FindBody, FoundRow
from kiosk.screens.whole_view import View

BOX_HEIGHT = 108
BESIDE, LEAST_BESIDE = 300, 900
"""Room for the heading left of the box, on a broad screen."""
ROW_HEIGHT, LEAST_ROW, ROW_GAP = 148, 126, 12
ROW_PILL = 60
SAID_HEIGHT = 48
LOW_BOX = 80
"""Where the screen is on pages."""
CURSOR = 4


def find(canvas: Canvas, regions: Regions, view: View, body: FindBody, page: int | None) -> tuple[Node, ...]:
    """The whole screen but header and bar."""
    area = regions.content
    if canvas.page is not None:
        return _on_pages(canvas, area, canvas.page, view, body)
    if regions.side:
        beside = area.w >= LEAST_BESIDE
        heading = Box(area.x, area.y, BESIDE, BOX_HEIGHT) if beside else area.top_part(round(HEADING * 1.3))
        canvas.line(heading, body.title, HEADING, INK, weight=Weight.BOLD)
        typed = Box(area.x + BESIDE, area.y, area.w - BESIDE, BOX_HEIGHT)
        if not beside:
            typed = Box(area.x, heading.bottom + 8, area.w, BOX_HEIGHT)
        with canvas.keeping_sides(regions.side):
            pressed = keyboard(canvas, regions.side, body.keys)
    else:
        heading = area.top_part(round(TITLE * 1.25))
        canvas.line(heading, body.title, TITLE, INK, weight=Weight.BOLD)
        typed = Box(area.x, heading.bottom + 16, area.w, BOX_HEIGHT)
        height = keyboard_height(area.h, len(body.keys))
        below = Box(area.x, area.bottom - height, area.w, height)
        with canvas.keeping_sides(below):
            pressed = keyboard(canvas, below, body.keys)
        area = area.top_part(area.h - height - GAP)
    nodes = [canvas.node("find.title", Role.HEADING, body.title, heading), _box(canvas, typed, view, body)]
    area = area.below(typed.bottom - area.y + GAP)
    notices, area = banners(canvas, area, view.banners)
    nodes += notices
    if body.said:
        said = area.top_part(SAID_HEIGHT)
        canvas.line(said, body.said, SMALL, MUTED, private=True)
        nodes.append(canvas.node("find.said", Role.STATUS, body.said, said, private=True))
        area = area.below(SAID_HEIGHT + 4)
    if body.nothing is not None:
        nodes += nothing(canvas, area, view, "find", body.nothing)
    else:
        nodes += _list(canvas, area, view, body, page or 0)
    return (*nodes, *pressed)


def _on_pages(canvas: Canvas, area: Box, page: Box, view: View, body: FindBody) -> tuple[Node, ...]:
    """Box, how much was found, and the keys on the first page; what was found on the ones after it."""
    first = area.top_part(page.h)
    canvas.together(first)
    heading = first.top_part(round(HEADING * 1.3))
    canvas.line(heading, body.title, HEADING, INK, weight=Weight.BOLD)
    typed = Box(first.x, heading.bottom + 8, first.w, LOW_BOX)
    nodes = [canvas.node("find.title", Role.HEADING, body.title, heading), _box(canvas, typed, view, body)]
    top = typed.bottom
    if body.said:
        said = Box(first.x, top + 8, first.w, SAID_HEIGHT)
        canvas.line(said, body.said, SMALL, MUTED, private=True)
        nodes.append(canvas.node("find.said", Role.STATUS, body.said, said, private=True))
        top = said.bottom
    below = Box(first.x, top + ROW_GAP, first.w, first.bottom - top - ROW_GAP)
    with canvas.keeping_sides(below):
        pressed = keyboard(canvas, below, body.keys)
    rest = area.below(page.h + GAP)
    notices, rest = banners(canvas, rest, view.banners)
    if body.nothing is not None:
        listed = nothing(canvas, rest, view, "find", body.nothing)
    else:
        listed = _all_rows(canvas, rest, view, body)
    return (*nodes, *pressed, *notices, *listed)


def _all_rows(canvas: Canvas, area: Box, view: View, body: FindBody) -> list[Node]:
    step = ROW_HEIGHT + ROW_GAP
    rows = tuple(
        found_row(canvas, Box(area.x, area.y + at * step, area.w, ROW_HEIGHT), view, row)
        for at, row in enumerate(body.rows)
    )
    return [canvas.node("find.list", Role.LIST, body.title, area, children=rows)]


def _box(canvas: Canvas, box: Box, view: View, body: FindBody) -> Node:
    """What was typed, its end always in sight."""
    canvas.rect(box, CARD, RADIUS, TEAL, 4)
    icon = Box(box.x + 28, box.y + (box.h - 52) // 2, 52, 52)
    canvas.icon(icon, "loader" if body.busy else "search", TEAL, view.turn if body.busy else 0)
    words = Box(icon.right + 20, box.y, box.right - 28 - icon.right - 20, box.h)
    if not body.typed:
        canvas.line(words, body.hint, SMALL + 2, MUTED)
        return canvas.node("find.box", Role.STATUS, body.hint, box)
    text = canvas.ruler.drawable(body.typed)
    while canvas.ruler.width(text, HEADING - 4, Weight.BOLD) > words.w - 2 * CURSOR:
        text = text[1:]
    canvas.line(words, text, HEADING - 4, INK, weight=Weight.BOLD, private=True)
    wide = canvas.ruler.width(text, HEADING - 4, Weight.BOLD)
    canvas.rect(Box(words.x + wide + 4, box.y + 24, CURSOR, box.h - 48), TEAL)
    return canvas.node("find.box", Role.STATUS, body.hint, box, value=body.typed, private=True)


def _list(canvas: Canvas, area: Box, view: View, body: FindBody, page: int) -> list[Node]:
    room, least = area.h, LEAST_ROW + ROW_GAP
    if len(body.rows) * least - ROW_GAP > room:
        room -= PAGER_HEIGHT + ROW_GAP
    fits = max(1, (room + ROW_GAP) // least)
    height = min(ROW_HEIGHT, (room + ROW_GAP) // min(fits, len(body.rows)) - ROW_GAP)
    step = height + ROW_GAP
    pages = [body.rows[at : at + fits] for at in range(0, len(body.rows), fits)]
    shown = max(0, min(page, len(pages) - 1))
    nodes: list[Node] = []
    for at, row in enumerate(pages[shown]):
        nodes.append(found_row(canvas, Box(area.x, area.y + at * step, area.w, height), view, row))
    found = [canvas.node("find.list", Role.LIST, body.title, area, children=tuple(nodes))]
    if len(pages) == 1:
        return found
    bottom = Box(area.x, area.bottom - PAGER_HEIGHT, area.w, PAGER_HEIGHT)
    return [*found, *pager(canvas, bottom, body.paging, shown, len(pages))]


def found_row(canvas: Canvas, box: Box, view: View, row: FoundRow) -> Node:
    """Cover, title, number and author, and where it is; all of it is one target."""
    pressed = canvas.pressed == row.id
    canvas.rect(box, PRESSED_CARD if pressed else CARD, RADIUS, LINE)
    tall = box.h - 32
    front = Box(box.x + 20, box.y + 16, tall * 5 // 7, tall)
    cover(canvas, front, row.cover)
    wide = pill_width(canvas, row.pill, ROW_PILL)
    state = Box(box.right - 20 - wide, box.y + (box.h - ROW_PILL) // 2, wide, ROW_PILL)
    pill(canvas, state, row.pill, view.turn)
    left = front.right + 24
    room = state.x - 20 - left
    size = canvas.titled(32)
    title = canvas.lines(row.title, size, Weight.BOLD, room, 2)
    number = canvas.lines(_second(row), SMALLEST, Weight.REGULAR, room, 1)
    title_height, number_height = paragraph_height(title, size), paragraph_height(number, SMALLEST)
    top = box.y + (box.h - title_height - number_height - 4) // 2
    canvas.paragraph(Box(left, top, room, title_height), title, size, INK, weight=Weight.BOLD, private=True)
    below = Box(left, top + title_height + 4, room, number_height)
    canvas.paragraph(below, number, SMALLEST, TEAL_DARK, private=True)
    children = (
        canvas.node(f"{row.id}.state", Role.STATUS, row.pill.text, state),
        canvas.node(f"{row.id}.detail", Role.TEXT, _second(row), below, private=True),
    )
    return canvas.node(
        row.id, Role.BUTTON, row.title, box, state="enabled", action=row.action, private=True, children=children
    )


def _second(row: FoundRow) -> str:
    return "  ·  ".join(filter(None, (row.call_number, row.author)))

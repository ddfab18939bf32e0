"""New books on the first screen: a row of covers, each of which opens its title."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.widgets import cover
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import CARD, GAP, HEADING, INK, PRESSED_CARD, RADIUS, SMALLEST
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import FoundRow

LABEL_HEIGHT = 64
LEAST_HEIGHT = 300
MOST_HEIGHT = 400
LEAST_WIDTH = 190
TITLE_LINES = 2
TITLE_HEIGHT = 76
AIR = 18


def new_books(canvas: Canvas, area: Box, label: str, books: tuple[FoundRow, ...]) -> list[Node]:
    """As many as stand side by side, the newest first; `area` has the height that they take."""
    heading = area.top_part(LABEL_HEIGHT - 12)
    canvas.line(heading, label, HEADING - 8, INK, weight=Weight.BOLD)
    nodes = [canvas.node("attract.new-books", Role.TEXT, label, heading)]
    row = area.below(LABEL_HEIGHT)
    many = (row.w + GAP) // (LEAST_WIDTH + GAP)
    width = (row.w - GAP * (many - 1)) // many
    for number, book in enumerate(books[:many]):
        nodes.append(_book(canvas, Box(row.x + number * (width + GAP), row.y, width, row.h), book))
    return nodes


def _book(canvas: Canvas, box: Box, book: FoundRow) -> Node:
    canvas.card(box, RADIUS, PRESSED_CARD if canvas.pressed == book.id else CARD)
    inner = box.inset(AIR, AIR)
    high = inner.h - TITLE_HEIGHT - 10
    wide = min(inner.w, high * 8 // 11)
    cover(canvas, Box(inner.x + (inner.w - wide) // 2, inner.y, wide, high), book.cover)
    lines = canvas.lines(book.title, SMALLEST, Weight.BOLD, inner.w, TITLE_LINES)
    text = Box(inner.x, inner.y + high + 10, inner.w, paragraph_height(lines, SMALLEST))
    canvas.paragraph(text, lines, SMALLEST, INK, weight=Weight.BOLD, align=Align.CENTRE, private=True)
    return canvas.node(book.id, Role.BUTTON, book.title, box, value=book.author, state="enabled", action=book.action)

"""The keys on the screen."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import BAR, CARD, INK, LINE, PRESSED_CARD, SMALLEST, TARGET, TEAL
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import Key

GAP = 12
"""As close as two targets may be, and a little more: pixels are rounded."""
TALLEST = 104
LETTERS = 10
"""Keys of the longest row."""
CHANGES_FROM = 2
"""Keys as wide as this change something; narrower ones are signs, and words."""
CORNER = 14
LETTER_SIZE = 40
ICON = 44


def keyboard(canvas: Canvas, box: Box, rows: tuple[tuple[Key, ...], ...]) -> list[Node]:
    """The rows, as tall as there is room, at the bottom of `box`."""
    unit = (box.w - GAP * (LETTERS - 1)) // LETTERS
    height = min(keyboard_height(box.h, len(rows)), 2 * unit * len(rows) + GAP * (len(rows) - 1))
    tall = (height - GAP * (len(rows) - 1)) // len(rows)
    canvas.whole = canvas.whole and tall >= TARGET
    nodes = []
    top = box.bottom - height
    for row in rows:
        wide = [round(key.wide * unit + (key.wide - 1) * GAP) for key in row]
        left = box.x + (box.w - sum(wide) - GAP * (len(row) - 1)) // 2
        for key, width in zip(row, wide, strict=True):
            nodes.append(_key(canvas, Box(left, top, width, tall), key))
            left += width + GAP
        top += tall + GAP
    return nodes


def keyboard_height(room: int, rows: int) -> int:
    return min(room, TALLEST * rows + GAP * (rows - 1))


def _key(canvas: Canvas, box: Box, key: Key) -> Node:
    pressed = canvas.pressed == key.id
    plain = key.wide < CHANGES_FROM
    canvas.rect(box, PRESSED_CARD if pressed else CARD if plain else BAR, CORNER, TEAL if pressed else LINE)
    if key.icon:
        canvas.icon(box.centred(ICON, ICON), key.icon, INK)
    else:
        size = LETTER_SIZE if plain else SMALLEST + 2
        inside = box if key.wide == 1 else box.inset(8, 0)
        canvas.line(inside, key.label, size, INK, weight=Weight.BOLD, align=Align.CENTRE)
    return canvas.node(key.id, Role.BUTTON, key.label, box, state="enabled", action=key.action)

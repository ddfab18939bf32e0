"""The question for a PIN: dots for what was entered, and a pad of large keys."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import banners, button, title_block
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import BAR, CARD, GAP, INK, LINE, MUTED, PRESSED_CARD, RADIUS, TEAL
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import PinBody, PinKey

COLUMNS = 3
ROWS = 4
FIELD_HEIGHT = 104
DOT = 28
SHOWN = 56
"""Size of digits that are no secret."""
KEY_WIDTH = 260
KEY_HEIGHT = 150
PLACES = 12
"""Dots that stand side by side at most: as many as a PIN has digits."""


def pin(canvas: Canvas, regions: Regions, body: PinBody) -> tuple[Node, ...]:
    """The whole screen but header and bar."""
    nodes, area = title_block(canvas, regions.content, body.id, (body.title, body.sentence))
    area = area.below(32)
    notices, area = banners(canvas, area, body.notices)
    nodes += notices
    wide = min(area.w, COLUMNS * KEY_WIDTH + (COLUMNS - 1) * GAP)
    high = min(KEY_HEIGHT, (area.h - FIELD_HEIGHT - 40 - (ROWS - 1) * GAP) // ROWS)
    block = FIELD_HEIGHT + 40 + ROWS * high + (ROWS - 1) * GAP
    left, top = area.x + (area.w - wide) // 2, area.y + (area.h - block) // 2
    field = Box(left, top, wide, FIELD_HEIGHT)
    nodes.append(_field(canvas, field, body))
    for number, key in enumerate(body.keys):
        nodes.append(_key(canvas, _place(canvas, field, number, high), key))
    nodes.append(button(canvas, _place(canvas, field, COLUMNS * ROWS - 1, high), body.enter))
    return tuple(nodes)


def _place(canvas: Canvas, field: Box, number: int, high: int) -> Box:
    """Digits go from left to right in every script: where the layout is mirrored, they are turned back."""
    across, down = number % COLUMNS, number // COLUMNS
    if canvas.mirrored:
        across = COLUMNS - 1 - across
    wide = (field.w - (COLUMNS - 1) * GAP) // COLUMNS
    return Box(field.x + across * (wide + GAP), field.bottom + 40 + down * (high + GAP), wide, high)


def _field(canvas: Canvas, box: Box, body: PinBody) -> Node:
    """A dot a digit; how many there are is all that is told."""
    canvas.rect(box, CARD, RADIUS, TEAL if body.count else LINE, 4 if body.count else 2)
    if body.text:
        canvas.line(box.inset(24, 0), body.text, SHOWN, INK, weight=Weight.BOLD, align=Align.CENTRE, private=True)
        return canvas.node("pin.entered", Role.STATUS, body.text, box, private=True)
    step = min(2 * DOT, (box.w - 2 * DOT) // PLACES)
    left = box.x + (box.w - step * (body.count - 1) - DOT) // 2
    for number in range(body.count):
        canvas.circle(Box(left + number * step, box.y + (box.h - DOT) // 2, DOT, DOT), INK)
    return canvas.node("pin.entered", Role.STATUS, body.entered, box, private=True)


def _key(canvas: Canvas, box: Box, view: PinKey) -> Node:
    pressed = canvas.pressed == view.id
    dead = view.action is None
    canvas.rect(box, BAR if dead else PRESSED_CARD if pressed else CARD, RADIUS, LINE)
    colour = MUTED if dead else INK
    if view.icon:
        canvas.icon(box.centred(64, 64), view.icon, colour)
    else:
        canvas.line(box, view.label, 60, colour, weight=Weight.BOLD, align=Align.CENTRE)
    return canvas.node(
        view.id, Role.BUTTON, view.label, box, state="disabled" if dead else "enabled", action=view.action
    )

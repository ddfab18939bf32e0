"""The question for a PIN: dots for what was entered, and a pad of large keys."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import banners, button, needs_stack, title_block
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import (
    BAR,
    BODY,
    CARD,
    GAP,
    HEADING,
    INK,
    LINE,
    MUTED,
    PRESSED_CARD,
    RADIUS,
    SMALL,
    TARGET_MAIN,
    TEAL,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import PinBody, PinKey

COLUMNS = 3
ROWS = 4
FIELD_HEIGHT, LOW_FIELD = 104, 72
APART = 40
"""Between the field and the keys."""
LOW_GAP = 12
"""Between keys where the screen is on pages."""
LEAST_PAD = 72 + 4 * (64 + LOW_GAP)
DOT = 28
SHOWN = 56
"""Size of digits that are no secret."""
KEY_WIDTH = 260
KEY_HEIGHT = 150
PLACES = 12
"""Dots that stand side by side at most: as many as a PIN has digits."""


def pin(canvas: Canvas, regions: Regions, body: PinBody) -> tuple[Node, ...]:
    """The whole screen but header and bar."""
    if canvas.page is not None and regions.landscape and body.notices:
        nodes, area = _words_above(canvas, regions.content, canvas.page, body)
    elif canvas.page is not None and regions.landscape:
        nodes, area = _words_beside(canvas, regions.content, canvas.page, body)
    else:
        nodes, area = title_block(canvas, regions.content, body.id, (body.title, body.sentence))
        area = area.below(32)
        notices, area = banners(canvas, area, body.notices)
        nodes += notices
        area = canvas.ground_of(area)
    canvas.together(area)
    wide = min(area.w, COLUMNS * KEY_WIDTH + (COLUMNS - 1) * GAP)
    gap = GAP if canvas.page is None else LOW_GAP
    field_height, apart = (FIELD_HEIGHT, APART) if canvas.page is None else (LOW_FIELD, LOW_GAP)
    high = min(KEY_HEIGHT, (area.h - field_height - apart - (ROWS - 1) * gap) // ROWS)
    canvas.whole = canvas.whole and high >= TARGET_MAIN
    block = field_height + apart + ROWS * high + (ROWS - 1) * gap
    left, top = area.x + (area.w - wide) // 2, area.y + (area.h - block) // 2
    field = Box(left, top, wide, field_height)
    nodes.append(_field(canvas, field, body))
    for number, key in enumerate(body.keys):
        nodes.append(_key(canvas, _place(canvas, field, number, high, (apart, gap)), key))
    enter = _place(canvas, field, COLUMNS * ROWS - 1, high, (apart, gap))
    nodes.append(button(canvas, enter, body.enter, stacked=needs_stack(canvas, enter, body.enter)))
    return tuple(nodes)


def _words_above(canvas: Canvas, area: Box, page: Box, body: PinBody) -> tuple[list[Node], Box]:
    """With something to notice, the pad stands below the words; where it would be too low, on the page after them."""
    title = area.top_part(round(HEADING * 1.3))
    canvas.line(title, body.title, HEADING, INK, weight=Weight.BOLD)
    lines = canvas.lines(body.sentence, SMALL, Weight.REGULAR, area.w)
    below = Box(area.x, title.bottom + 4, area.w, paragraph_height(lines, SMALL))
    canvas.paragraph(below, lines, SMALL, MUTED)
    notices, rest = banners(canvas, area.below(below.bottom - area.y + 16), body.notices)
    nodes = [
        canvas.node(f"{body.id}.title", Role.HEADING, body.title, title),
        canvas.node(f"{body.id}.sentence", Role.TEXT, body.sentence, below),
        *notices,
    ]
    left = page.h - (rest.y - area.y)
    if left < LEAST_PAD:
        return nodes, rest.top_part(page.h)
    canvas.together(area.top_part(page.h))
    return nodes, rest.top_part(left)


def _words_beside(canvas: Canvas, area: Box, page: Box, body: PinBody) -> tuple[list[Node], Box]:
    """Large text on a broad screen: the words left, and room for the pad right of them, a page high."""
    words = area.left_part(area.w * 2 // 5 - GAP)
    title = canvas.lines(body.title, HEADING, Weight.BOLD, words.w)
    sentence = canvas.lines(body.sentence, BODY, Weight.REGULAR, words.w)
    above = Box(words.x, words.y, words.w, paragraph_height(title, HEADING))
    below = Box(words.x, above.bottom + 12, words.w, paragraph_height(sentence, BODY))
    canvas.paragraph(above, title, HEADING, INK, weight=Weight.BOLD)
    canvas.paragraph(below, sentence, BODY, MUTED)
    nodes = [
        canvas.node(f"{body.id}.title", Role.HEADING, body.title, above),
        canvas.node(f"{body.id}.sentence", Role.TEXT, body.sentence, below),
    ]
    return nodes, area.right_part(area.w * 3 // 5).top_part(page.h)


def _place(canvas: Canvas, field: Box, number: int, high: int, air: tuple[int, int]) -> Box:
    """Digits go from left to right in every script: where the layout is mirrored, they are turned back.

    `air`: under the field, and between keys.
    """
    across, down = number % COLUMNS, number // COLUMNS
    if canvas.mirrored:
        across = COLUMNS - 1 - across
    wide = (field.w - (COLUMNS - 1) * GAP) // COLUMNS
    return Box(field.x + across * (wide + GAP), field.bottom + air[0] + down * (high + air[1]), wide, high)


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

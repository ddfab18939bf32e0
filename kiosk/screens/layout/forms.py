"""Forms: a question with the keyboard, and a step with something to read or to show."""

from __future__ import annotations

from kiosk.screens import qr
from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.keyboard import keyboard, keyboard_height
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.welcome import reader_shown
from kiosk.screens.layout.widgets import banners, button, needs_stack, title_block
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import (
    BODY,
    CARD,
    DISPLAY,
    GAP,
    HEADING,
    INK,
    LINE,
    MUTED,
    PRESSED_CARD,
    RADIUS,
    RADIUS_BIG,
    SMALL,
    TEAL,
    TEAL_DARK,
    TINT,
    WHITE,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import FormBody, Key, StepBody
from kiosk.screens.whole_view import View

BOX_HEIGHT = 112
OFFERED_HEIGHT = 104
OFFERED_GAP = 12
MORE_WIDTH = 120
IN_A_ROW = 5
ENTER_HEIGHT = 120
ENTER_WIDTH = 520
CURSOR = 4
LOW_BOX, LOW_ENTER, LEAST_KEY = 92, 292, 52
"""Where the screen is on pages."""
BADGE = 148
LEAST_BADGE = 84
CODE_SIDE = 240
POINT_GAP = 20
DOT = 14
INDENT = 44


def form(canvas: Canvas, regions: Regions, body: FormBody) -> tuple[Node, ...]:
    """The whole screen but header and bar: the question, the box, what is offered, the keys."""
    if canvas.page is not None:
        return _on_pages(canvas, regions.content, canvas.page, body)
    nodes, area = title_block(canvas, regions.content, "form", (body.title, body.sentence))
    area = area.below(24)
    notices, area = banners(canvas, area, body.notices)
    nodes += notices
    height = keyboard_height(area.h, len(body.keys))
    enter_below = 0 if regions.side else ENTER_HEIGHT + GAP
    fixed = BOX_HEIGHT + OFFERED_GAP + OFFERED_HEIGHT + GAP
    height = min(height, area.h - fixed - enter_below)
    below = Box(area.x, area.bottom - enter_below - height, area.w, height)
    typed = area.top_part(BOX_HEIGHT)
    nodes.append(_box(canvas, typed, body))
    nodes += _offered(canvas, Box(area.x, typed.bottom + OFFERED_GAP, area.w, OFFERED_HEIGHT), body)
    with canvas.keeping_sides(below):
        nodes += keyboard(canvas, below, body.keys)
    if regions.side:
        enter = Box(regions.side.x, regions.side.bottom - ENTER_HEIGHT, regions.side.w, ENTER_HEIGHT)
    else:
        enter = Box(area.x, area.bottom - ENTER_HEIGHT, area.w, ENTER_HEIGHT)
    return (*nodes, button(canvas, enter, body.enter, stacked=needs_stack(canvas, enter, body.enter)))


def _on_pages(canvas: Canvas, area: Box, page: Box, body: FormBody) -> tuple[Node, ...]:
    """Question, box and the way on beside it, what is offered, and keys, together on one page and as high as that.

    Where the question leaves too little room for keys, its sentence is on a page of its own, before them.
    """
    offered = OFFERED_GAP + LOW_BOX if body.offered or body.more else 0
    title = area.top_part(round(HEADING * 1.3))
    lines = canvas.lines(body.sentence, SMALL, Weight.REGULAR, area.w)
    sentence = Box(area.x, title.bottom + 4, area.w, paragraph_height(lines, SMALL))
    canvas.line(title, body.title, HEADING, INK, weight=Weight.BOLD)
    canvas.paragraph(sentence, lines, SMALL, MUTED)
    notices, rest = banners(canvas, area.below(sentence.bottom - area.y + 16), body.notices)
    keys = (LEAST_KEY + 12) * len(body.keys)
    used = rest.y - area.y
    if used + LOW_BOX + offered + GAP + keys > page.h:
        area = rest.top_part(page.h)
        canvas.together(area)
    else:
        canvas.together(area.top_part(page.h))
        area = rest.top_part(page.h - used)
    typed = area.left_part(area.w - LOW_ENTER - GAP).top_part(LOW_BOX)
    nodes = [
        canvas.node("form.title", Role.HEADING, body.title, title),
        canvas.node("form.sentence", Role.TEXT, body.sentence, sentence),
        *notices,
        _box(canvas, typed, body),
        *_offered(canvas, Box(area.x, typed.bottom + OFFERED_GAP, area.w, LOW_BOX), body),
    ]
    enter = area.right_part(LOW_ENTER).top_part(LOW_BOX)
    top = typed.bottom + offered + GAP
    below = Box(area.x, top, area.w, area.bottom - top)
    with canvas.keeping_sides(below):
        nodes += keyboard(canvas, below, body.keys)
    return (*nodes, button(canvas, enter, body.enter))


def _box(canvas: Canvas, box: Box, body: FormBody) -> Node:
    """What was typed, its end always in sight; letters that wait to become characters behind it, in another colour."""
    canvas.rect(box, CARD, RADIUS, TEAL, 4)
    words = box.inset(32, 0)
    text = canvas.ruler.drawable(body.typed)
    letters = canvas.ruler.drawable(body.letters)
    behind = canvas.ruler.width(letters, HEADING, Weight.REGULAR) if letters else 0
    while text and canvas.ruler.width(text, HEADING, Weight.BOLD) + behind > words.w - 3 * CURSOR:
        text = text[1:]
    wide = canvas.ruler.width(text, HEADING, Weight.BOLD) if text else 0
    if text:
        canvas.line(Box(words.x, box.y, wide, box.h), text, HEADING, INK, weight=Weight.BOLD, private=True)
    if letters:
        canvas.line(Box(words.x + wide + 4, box.y, behind, box.h), letters, HEADING, MUTED, private=True)
    canvas.rect(Box(words.x + wide + behind + 6, box.y + 26, CURSOR, box.h - 52), TEAL)
    return canvas.node("form.box", Role.STATUS, body.title, box, value=body.typed + body.letters, private=True)


def _offered(canvas: Canvas, row: Box, body: FormBody) -> list[Node]:
    """Five characters or words side by side, and the way to more."""
    wide = (row.w - MORE_WIDTH - IN_A_ROW * OFFERED_GAP) // IN_A_ROW
    nodes = []
    for number, one in enumerate(body.offered):
        nodes.append(_pick(canvas, Box(row.x + number * (wide + OFFERED_GAP), row.y, wide, row.h), one))
    if body.more is not None:
        nodes.append(_pick(canvas, Box(row.right - MORE_WIDTH, row.y, MORE_WIDTH, row.h), body.more))
    return nodes


def _pick(canvas: Canvas, box: Box, key: Key) -> Node:
    pressed = canvas.pressed == key.id
    canvas.rect(box, PRESSED_CARD if pressed else TINT, RADIUS, TEAL if pressed else LINE)
    if key.icon:
        canvas.icon(box.centred(48, 48), key.icon, TEAL_DARK)
    else:
        canvas.line(box.inset(8, 0), key.label, HEADING, INK, weight=Weight.BOLD, align=Align.CENTRE, private=True)
    private = not key.icon
    return canvas.node(key.id, Role.BUTTON, key.label, box, state="enabled", action=key.action, private=private)


def step(canvas: Canvas, regions: Regions, view: View, body: StepBody) -> tuple[Node, ...]:
    """A card in the middle of the room: an icon, lines or a number, and below it the way on."""
    nodes, area = title_block(canvas, regions.content, "form", (body.title, body.sentence))
    area = area.below(32)
    notices, area = banners(canvas, area, body.notices)
    nodes += notices
    if body.button is not None:
        if regions.side:
            box = Box(regions.side.x, regions.side.bottom - ENTER_HEIGHT, regions.side.w, ENTER_HEIGHT)
        else:
            box = Box(area.x, area.bottom - ENTER_HEIGHT, area.w, ENTER_HEIGHT)
            area = area.top_part(area.h - ENTER_HEIGHT - GAP)
        nodes.append(button(canvas, box, body.button))
    if body.reader:
        reader_shown(canvas, area, view, looking=body.spins)
        return (*nodes, canvas.node("form.picture", Role.IMAGE, body.sentence, area))
    if canvas.page is None:
        canvas.rect(area, TINT, RADIUS_BIG)
    inner = canvas.ground_of(area).inset(56, 44) if canvas.page is None else area
    inner = _badge(canvas, inner, view, body)
    if body.number:
        nodes += _number(canvas, inner, body)
    return (*nodes, *_lines(canvas, inner, body))


def _badge(canvas: Canvas, inner: Box, view: View, body: StepBody) -> Box:
    """The icon above everything else; in the middle where there is nothing else."""
    side = min(BADGE, inner.h // 4)
    if side < LEAST_BADGE:
        return inner
    alone = not body.lines and not body.number
    place = inner if alone else inner.top_part(side)
    circle = place.centred(side, side)
    canvas.circle(circle, WHITE)
    canvas.icon(circle.centred(side * 11 // 20, side * 11 // 20), body.icon, TEAL_DARK, view.turn if body.spins else 0)
    return inner if alone else inner.below(side + 32)


def _number(canvas: Canvas, inner: Box, body: StepBody) -> list[Node]:
    spaced = " ".join(body.number[at : at + 4] for at in range(0, len(body.number), 4))
    line = inner.top_part(round(DISPLAY * 1.3))
    canvas.line(line, spaced, DISPLAY, INK, weight=Weight.BOLD, align=Align.CENTRE, private=True)
    nodes = [canvas.node("form.number", Role.STATUS, spaced, line, private=True)]
    rest = inner.below(line.h + 16)
    side = min(CODE_SIDE, rest.h - 56)
    if side >= CODE_SIDE // 2:
        label = Box(rest.x, rest.y + side + 8, rest.w, 44)
        shown = Box(rest.x + (rest.w - side) // 2, rest.y, side, side)
        canvas.code(shown, qr.modules(body.number))
        canvas.line(label, body.number_label, SMALL, TEAL_DARK, align=Align.CENTRE)
        nodes.append(canvas.node("form.code", Role.IMAGE, body.number_label, shown, private=True))
    return nodes


def _lines(canvas: Canvas, inner: Box, body: StepBody) -> list[Node]:
    """Points to agree to, or what was answered."""
    nodes, top = [], inner.y
    points = [value for label, value in body.lines if not label]
    tall = sum(
        paragraph_height(canvas.lines(one, HEADING, Weight.REGULAR, inner.w - INDENT), HEADING) for one in points
    )
    plain = HEADING if tall + len(points) * POINT_GAP <= inner.h else BODY
    for number, (label, value) in enumerate(body.lines, 1):
        private = bool(label)
        if label:
            name = Box(inner.x, top, inner.w, 44)
            canvas.line(name, label, SMALL, MUTED)
            top = name.bottom
        left = inner.x if label else inner.x + INDENT
        size, weight = (HEADING, Weight.BOLD) if label else (plain, Weight.REGULAR)
        lines = canvas.lines(value, size, weight, inner.right - left, 2 if label else None)
        height = paragraph_height(lines, size)
        text = Box(left, top, inner.right - left, height)
        if not label:
            canvas.circle(Box(inner.x, top + height // max(1, len(lines)) // 2 - DOT // 2, DOT, DOT), TEAL_DARK)
        canvas.paragraph(text, lines, size, INK, weight=weight, private=private)
        nodes.append(canvas.node(f"form.line.{number}", Role.TEXT, label or value, text, value=value, private=private))
        top = text.bottom + POINT_GAP
    return nodes

"""Receipt, out of service and starting: one thing in the middle."""

from __future__ import annotations

from dataclasses import replace

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import banner, banner_height, banners, button, choice, cover, title_block
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import BODY, GAP, HEADING, INK, LINE, MUTED, RADIUS, TITLE, WHITE, Tone
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import Cover, OutBody, ReceiptBody
from kiosk.screens.whole_view import View

MARK = 240
COVER_WIDTH = 96
COVER_HEIGHT = 132
PRINT_HEIGHT = 172
NONE_HEIGHT = 136
OTHER_HEIGHT = 108
MOST_CODE = 760
CODE_SHARE = 0.95
"""Of a page."""
SENTENCE = 44
OUT_SENTENCE = 40


def receipt(canvas: Canvas, regions: Regions, view: View, body: ReceiptBody) -> tuple[Node, ...]:
    """What was done, and whether it shall be printed."""
    content, side = regions.content, regions.side
    noted: list[Node] = []
    if side and body.note and (body.choices or body.others):
        height = banner_height(canvas, content.w, body.note)
        strip = Box(content.x, content.bottom - height, content.w, height)
        noted = [banner(canvas, strip, body.note)[0]]
        content, body = content.top_part(content.h - height - GAP), replace(body, note=None)
    below = 0 if side else _options_height(canvas, content.w, body)
    upper = content.top_part(content.h - below - (48 if below else 0))
    nodes = _code_block(canvas, upper, body) if body.code else _done_block(canvas, upper, body)
    options = side or Box(content.x, content.bottom - below, content.w, below)
    return (*nodes, *noted, *_options(canvas, options, body))


def _done_block(canvas: Canvas, area: Box, body: ReceiptBody) -> list[Node]:
    title = canvas.lines(body.title, TITLE, Weight.BOLD, area.w)
    sentence = canvas.lines(body.sentence, SENTENCE, Weight.REGULAR, area.w)
    title_height, sentence_height = paragraph_height(title, TITLE), paragraph_height(sentence, SENTENCE)
    left_over = 0
    if body.left_over:
        left_over = banner_height(canvas, area.w, body.left_over) + 40
    covers = COVER_HEIGHT + 48 if body.covers else 0
    mark = MARK if title_height + sentence_height + covers + left_over + MARK + 64 <= area.h else 0
    if not mark and title_height + sentence_height + covers + left_over + 20 > area.h:
        covers = 0
    total = (mark + 44 if mark else 0) + title_height + 16 + sentence_height + covers + left_over
    top = area.y + max(0, (area.h - total) // 2)
    if mark:
        top = _mark(canvas, Box(area.x, top, area.w, mark), body.icon, body.tone) + 44
    title_box = Box(area.x, top, area.w, title_height)
    canvas.paragraph(title_box, title, TITLE, INK, weight=Weight.BOLD, align=Align.CENTRE)
    sentence_box = Box(area.x, title_box.bottom + 16, area.w, sentence_height)
    canvas.paragraph(sentence_box, sentence, SENTENCE, MUTED, align=Align.CENTRE)
    nodes = [
        canvas.node("receipt.title", Role.HEADING, body.title, title_box),
        canvas.node("receipt.sentence", Role.TEXT, body.sentence, sentence_box),
    ]
    top = sentence_box.bottom
    if covers:
        _covers(canvas, Box(area.x, top + 48, area.w, COVER_HEIGHT), body.covers)
        top += covers
    if body.left_over:
        node, _ = banner(canvas, Box(area.x, top + 40, area.w, area.bottom - top - 40), body.left_over)
        nodes.append(node)
    return nodes


def _code_block(canvas: Canvas, area: Box, body: ReceiptBody) -> list[Node]:
    """Title and sentence, and the code as large as it can be on white."""
    nodes, rest = title_block(canvas, area, "receipt", (body.title, body.sentence))
    rest = canvas.ground_of(rest.below(32), CODE_SHARE)
    side = min(rest.w, rest.h, MOST_CODE)
    card = rest.centred(side, side)
    canvas.rect(card, WHITE, RADIUS, LINE)
    canvas.code(card.inset(16, 16), body.code)
    nodes.append(canvas.node("receipt.code", Role.IMAGE, body.code_name, card, private=True))
    return nodes


def _mark(canvas: Canvas, area: Box, icon: str, tone: Tone, turn: int = 0) -> int:
    circle = area.centred(area.h, area.h)
    canvas.circle(circle, tone.ground)
    canvas.icon(circle.centred(area.h * 3 // 5, area.h * 3 // 5), icon, tone.ink, turn)
    return area.bottom


def _covers(canvas: Canvas, area: Box, covers: tuple[Cover, ...]) -> None:
    width = COVER_WIDTH * len(covers) + 20 * (len(covers) - 1)
    left = area.x + (area.w - width) // 2
    for number, one in enumerate(covers):
        cover(canvas, Box(left + number * (COVER_WIDTH + 20), area.y, COVER_WIDTH, COVER_HEIGHT), one)


def _options_height(canvas: Canvas, width: int, body: ReceiptBody) -> int:
    parts = []
    if body.note:
        parts.append(banner_height(canvas, width, body.note, BODY))
    if body.question:
        parts.append(round(HEADING * 1.3))
    parts += [PRINT_HEIGHT] * len(body.choices)
    parts += [OTHER_HEIGHT] * bool(body.others)
    if body.none:
        parts.append(NONE_HEIGHT)
    return sum(parts) + GAP * max(0, len(parts) - 1)


def _options(canvas: Canvas, area: Box, body: ReceiptBody) -> list[Node]:
    nodes: list[Node] = []
    if body.note:
        node, height = banner(canvas, area, body.note, BODY)
        nodes.append(node)
        area = area.below(height + GAP)
    if body.question:
        question = area.top_part(round(HEADING * 1.3))
        canvas.line(question, body.question, HEADING, INK, weight=Weight.BOLD)
        nodes.append(canvas.node("receipt.question", Role.TEXT, body.question, question))
        area = area.below(question.h + GAP)
    fixed = (OTHER_HEIGHT + GAP) * bool(body.others) + (NONE_HEIGHT if body.none else 0)
    high = min(PRINT_HEIGHT, area.h - fixed - GAP)
    for one in body.choices:
        nodes.append(choice(canvas, area.top_part(high), one))
        area = area.below(high + GAP)
    wide = (area.w - GAP * (len(body.others) - 1)) // max(1, len(body.others))
    for number, other in enumerate(body.others):
        nodes.append(button(canvas, Box(area.x + number * (wide + GAP), area.y, wide, OTHER_HEIGHT), other))
    area = area.below((OTHER_HEIGHT + GAP) * bool(body.others))
    if body.none:
        nodes.append(button(canvas, area.top_part(NONE_HEIGHT), body.none))
    return nodes


def out(canvas: Canvas, regions: Regions, view: View, body: OutBody) -> tuple[Node, ...]:
    """Why nothing can be done here just now, and where it can."""
    strips = view.banners + body.banners
    beside = regions.side
    needed = 0 if beside else sum(banner_height(canvas, regions.content.w, one, BODY) + GAP for one in strips)
    nodes, rest = _out_words(canvas, regions.content, view, body, needed)
    others, _ = banners(canvas, beside or rest, strips, BODY)
    return (*nodes, *others)


def _out_words(canvas: Canvas, area: Box, view: View, body: OutBody, below: int) -> tuple[list[Node], Box]:
    """Mark, title and sentences, in the middle of `area` together with `below` units of banners."""
    title = canvas.lines(body.title, TITLE, Weight.BOLD, area.w)
    sentences = [canvas.lines(text, OUT_SENTENCE, Weight.REGULAR, area.w) for text in body.sentences]
    heights = [paragraph_height(lines, OUT_SENTENCE) for lines in sentences]
    title_height = paragraph_height(title, TITLE)
    words = title_height + 20 + sum(heights) + 12 * len(heights) + 28
    mark = MARK + 48 if words + below + MARK + 48 <= area.h else 0
    top = area.y + max(0, (area.h - mark - words - below) // 2)
    if mark:
        _mark(canvas, Box(area.x, top, area.w, MARK), body.icon, body.tone, view.turn if body.spins else 0)
    title_box = Box(area.x, top + mark, area.w, title_height)
    canvas.paragraph(title_box, title, TITLE, INK, weight=Weight.BOLD, align=Align.CENTRE)
    nodes = [canvas.node(f"{view.screen_id}.title", Role.HEADING, body.title, title_box)]
    top = title_box.bottom + 20
    for number, (text, lines, height) in enumerate(zip(body.sentences, sentences, heights, strict=True), 1):
        box = Box(area.x, top, area.w, height)
        canvas.paragraph(box, lines, OUT_SENTENCE, MUTED, align=Align.CENTRE)
        nodes.append(canvas.node(f"{view.screen_id}.sentence.{number}", Role.TEXT, text, box))
        top += height + 12
    return nodes, Box(area.x, top + 28, area.w, max(0, area.bottom - top - 28))

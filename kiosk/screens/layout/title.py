"""One title: what it is, where it stands and the way there, what is like it."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.plan import floor_plan
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import banner, banners, button, cover, pill, pill_width
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import (
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
    SMALLEST,
    TEAL,
    TEAL_DARK,
    TINT,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import FoundRow, TitleBody
from kiosk.screens.whole_view import View

HEAD_HEIGHT = 224
PLACE_HEIGHT = 264
PILL_HEIGHT = 68
CODE_SIDE = 168
LIKE_HEIGHT = 148
LABEL_HEIGHT = 52
HOLD_HEIGHT = 120
LEAST_PLAN = 300
WHERE_LINES = 2


def title(canvas: Canvas, regions: Regions, view: View, body: TitleBody) -> tuple[Node, ...]:
    """The whole screen but header and bar."""
    notices, area = banners(canvas, regions.content, view.banners)
    nodes = [*_head(canvas, area.top_part(HEAD_HEIGHT), view, body), *notices]
    area = area.below(HEAD_HEIGHT + GAP)
    high = PLACE_HEIGHT if canvas.page is None else _place_height(canvas, area.w, body)
    nodes += _place(canvas, area.top_part(high), body)
    area = area.below(high + GAP)
    if regions.side:
        beside = _beside(canvas, regions.side, body)
        return (*nodes, *_like(canvas, area.top_part(LABEL_HEIGHT + LIKE_HEIGHT), body), *beside)
    if body.like:
        nodes += _like(
            canvas, Box(area.x, area.bottom - LABEL_HEIGHT - LIKE_HEIGHT, area.w, LABEL_HEIGHT + LIKE_HEIGHT), body
        )
        area = area.top_part(area.h - LABEL_HEIGHT - LIKE_HEIGHT - GAP)
    below = [*_wish(canvas, area, body)]
    if below:
        used = max(node.bounds.bottom for node in below) - min(node.bounds.y for node in below)
        area = area.below(round(used / canvas.ruler.scale) + GAP)
    nodes += below
    area = canvas.ground_of(area)
    if body.plan is not None and area.h >= LEAST_PLAN:
        nodes.append(floor_plan(canvas, area, body.plan))
    else:
        nodes += _copies(canvas, area, body)
    return tuple(nodes)


def _head(canvas: Canvas, box: Box, view: View, body: TitleBody) -> list[Node]:
    front = Box(box.x, box.y, box.h * 5 // 7, box.h)
    cover(canvas, front, body.cover)
    left = front.right + 36
    room = box.right - left
    size = canvas.titled(HEADING)
    lines = canvas.lines(body.title, size, Weight.BOLD, room, 2)
    height = paragraph_height(lines, size)
    heading = Box(left, box.y, room, height)
    canvas.paragraph(heading, lines, size, INK, weight=Weight.BOLD, private=True)
    nodes = [canvas.node("item.title", Role.HEADING, body.title, heading, private=True)]
    state = Box(left, box.bottom - PILL_HEIGHT, pill_width(canvas, body.pill, PILL_HEIGHT), PILL_HEIGHT)
    if body.author and state.y - heading.bottom >= 42:
        author = Box(left, heading.bottom, room, state.y - heading.bottom - 4)
        canvas.line(author, body.author, SMALL, MUTED, private=True)
        nodes.append(canvas.node("item.author", Role.TEXT, body.author, author, private=True))
    pill(canvas, state, body.pill, view.turn)
    nodes.append(canvas.node("item.state", Role.STATUS, body.pill.text, state))
    return nodes


def _where(canvas: Canvas, width: int, body: TitleBody) -> list[str]:
    """At most so many lines where the screen has one page; all of them where it has more."""
    whole = canvas.lines(body.where, SMALL, Weight.BOLD, width)
    if canvas.page is not None or len(whole) <= WHERE_LINES:
        return whole
    canvas.whole = False
    return canvas.lines(body.where, SMALL, Weight.BOLD, width, WHERE_LINES)


def _place_height(canvas: Canvas, width: int, body: TitleBody) -> int:
    lines = _where(canvas, width - 2 * 36 - CODE_SIDE - 48, body)
    return PLACE_HEIGHT + paragraph_height(lines[WHERE_LINES:], SMALL)


def _place(canvas: Canvas, box: Box, body: TitleBody) -> list[Node]:
    """The call number, as large as it can be; where that is; and the code to take along."""
    canvas.card(box, RADIUS_BIG)
    inner = box.inset(36, 24)
    scan = inner.right_part(CODE_SIDE)
    canvas.code(scan.top_part(CODE_SIDE), body.code)
    keep = Box(scan.x - 20, scan.y + CODE_SIDE + 4, CODE_SIDE + 40, inner.h - CODE_SIDE - 4)
    canvas.line(keep, body.code_label, SMALLEST, MUTED, align=Align.CENTRE)
    words = inner.left_part(inner.w - CODE_SIDE - 48)
    label = words.top_part(40)
    canvas.line(label, body.label, SMALLEST, MUTED)
    lines = _where(canvas, words.w, body)
    height = paragraph_height(lines, SMALL)
    where = Box(words.x, words.bottom - height, words.w, height)
    canvas.paragraph(where, lines, SMALL, TEAL_DARK, weight=Weight.BOLD)
    number = Box(words.x, label.bottom, words.w, where.y - label.bottom)
    canvas.line(number, body.call_number, min(DISPLAY, number.h * 4 // 5), INK, weight=Weight.BOLD, private=True)
    return [
        canvas.node("item.call-number", Role.TEXT, body.call_number, number, value=body.label, private=True),
        canvas.node("item.where", Role.STATUS, body.where, where),
        canvas.node("item.code", Role.IMAGE, body.code_label, scan),
    ]


def _like(canvas: Canvas, box: Box, body: TitleBody) -> list[Node]:
    if not body.like or box.h < LABEL_HEIGHT + LIKE_HEIGHT:
        return []
    label = box.top_part(LABEL_HEIGHT - 8)
    canvas.line(label, body.like_label, SMALL, MUTED, weight=Weight.BOLD)
    count = 3
    width = (box.w - GAP * (count - 1)) // count
    cards = [
        _card(canvas, Box(box.x + at * (width + GAP), box.y + LABEL_HEIGHT, width, LIKE_HEIGHT), one)
        for at, one in enumerate(body.like)
    ]
    return [canvas.node("item.like", Role.TEXT, body.like_label, label), *cards]


def _card(canvas: Canvas, box: Box, row: FoundRow) -> Node:
    canvas.rect(box, PRESSED_CARD if canvas.pressed == row.id else CARD, RADIUS, LINE)
    tall = box.h - 40
    front = Box(box.x + 18, box.y + 20, tall * 2 // 3, tall)
    cover(canvas, front, row.cover)
    left = front.right + 16
    room = box.right - 16 - left
    lines = canvas.lines(row.title, SMALLEST, Weight.BOLD, room, 3)
    height = paragraph_height(lines, SMALLEST)
    place = Box(left, box.y + (box.h - height) // 2, room, height)
    canvas.paragraph(place, lines, SMALLEST, INK, weight=Weight.BOLD, private=True)
    state = canvas.node(f"{row.id}.state", Role.STATUS, row.pill.text, box)
    return canvas.node(
        row.id, Role.BUTTON, row.title, box, state="enabled", action=row.action, private=True, children=(state,)
    )


def _wish(canvas: Canvas, area: Box, body: TitleBody) -> list[Node]:
    """To wait for it, and how that stands."""
    nodes: list[Node] = []
    if body.note is not None:
        node, height = banner(canvas, area, body.note)
        nodes.append(node)
        area = area.below(height + GAP)
    if body.hold is not None and (body.hold.action is not None or body.hold.busy or body.note is None):
        nodes.append(button(canvas, area.top_part(HOLD_HEIGHT), body.hold))
    return nodes


def _beside(canvas: Canvas, side: Box, body: TitleBody) -> list[Node]:
    """A broad screen: the map at the right, and the wish below it."""
    nodes = _wish(canvas, side, body)
    if nodes:
        used = max(node.bounds.bottom for node in nodes) - min(node.bounds.y for node in nodes)
        side = side.below(round(used / canvas.ruler.scale) + GAP)
    if body.plan is not None and side.h >= LEAST_PLAN:
        return [*nodes, floor_plan(canvas, side, body.plan)]
    return [*nodes, *_copies(canvas, side, body)]


def _copies(canvas: Canvas, area: Box, body: TitleBody) -> list[Node]:
    """Each copy in a line, as many as there is room for."""
    if not body.copies or area.h < 120:
        return []
    step = 64
    shown = body.copies[: max(1, (area.h - 48) // step)]
    box = area.top_part(48 + step * len(shown))
    canvas.rect(box, TINT, RADIUS)
    nodes = []
    for at, text in enumerate(shown):
        line = Box(box.x + 36, box.y + 24 + at * step, box.w - 72, step)
        canvas.icon(Box(line.x, line.y + 10, 36, 36), "book-open", TEAL)
        words = Box(line.x + 56, line.y, line.w - 56, step)
        canvas.line(words, text, SMALL, TEAL_DARK, private=True)
        nodes.append(canvas.node(f"item.copy.{at + 1}", Role.TEXT, text, words, private=True))
    return nodes

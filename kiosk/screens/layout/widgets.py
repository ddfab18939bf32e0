"""The few things that every screen is made of."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.ops import Align, Box, Rect, Weight
from kiosk.screens.tokens import (
    BAR,
    BODY,
    CARD,
    GAP,
    HEADING,
    INK,
    LINE,
    MUTED,
    ON_TEAL,
    PAPER,
    PRESSED_CARD,
    RADIUS,
    RADIUS_BIG,
    SMALL,
    SMALLEST,
    TEAL,
    TEAL_DARK,
    TINT,
    TITLE,
    WHITE,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import Allowance, Banner, BannerItem, Button, Choice, Cover, Pill

BUTTON_ICON = 48
NARROW_BUTTON = 300
"""A button narrower than this has less air at its sides."""
NARROW = 700
"""A choice narrower than this has no arrow."""
BANNER_ICON = 44
BANNER_ASIDE = 28 + BANNER_ICON + 20 + 28
"""What a banner's icon and margins take of its width."""
ALLOWANCE_WIDTH = 260
ALLOWANCE_HEIGHT = 124


def button(canvas: Canvas, box: Box, view: Button, *, stacked: bool = False) -> Node:
    """A button of the bar or a dialog: icon and word, beside each other in the middle, or one above the other."""
    pressed = canvas.pressed == view.id
    if view.busy:
        canvas.rect(box, TINT, RADIUS)
        colour = TEAL_DARK
    elif view.action is None:
        canvas.rect(box, BAR, RADIUS, LINE)
        colour = MUTED
    elif view.main:
        canvas.rect(box, TEAL_DARK if pressed else TEAL, RADIUS)
        colour = WHITE
    else:
        canvas.rect(box, PRESSED_CARD if pressed else CARD, RADIUS, LINE)
        colour = INK
    if stacked:
        _stacked(canvas, box.inset(8, 0), view.icon, view.label, colour)
    else:
        _labelled(canvas, box.inset(20 if box.w >= NARROW_BUTTON else 10, 0), view.icon, view.label, colour, BODY)
    state = "busy" if view.busy else "enabled" if view.action is not None else "disabled"
    return canvas.node(
        view.id, Role.BUTTON, view.label, box, value=view.why, state=state, action=view.action, main=view.main
    )


def needs_stack(canvas: Canvas, box: Box, view: Button) -> bool:
    """Whether the word does not fit beside the icon in a readable size."""
    room = box.w - 40 - BUTTON_ICON - 18
    return canvas.ruler.width(canvas.ruler.drawable(view.label), SMALL, Weight.BOLD) > room


def _stacked(canvas: Canvas, box: Box, icon: str, label: str, colour: str) -> None:
    """A word too long for its line goes on two, and needs no icon then."""
    side, line = 44, 40
    words = canvas.ruler.drawable(label)
    if canvas.ruler.width(words, SMALLEST, Weight.BOLD) > box.w and " " in words:
        lines = canvas.lines(words, SMALLEST, Weight.BOLD, box.w, 2)
        high = paragraph_height(lines, SMALLEST)
        middle = Box(box.x, box.y + (box.h - high) // 2, box.w, high)
        canvas.paragraph(middle, lines, SMALLEST, colour, weight=Weight.BOLD, align=Align.CENTRE)
        return
    top = box.y + (box.h - side - 4 - line) // 2
    canvas.icon(Box(box.x + (box.w - side) // 2, top, side, side), icon, colour)
    text = Box(box.x, top + side + 4, box.w, line)
    canvas.line(text, label, SMALL, colour, weight=Weight.BOLD, align=Align.CENTRE)


def _labelled(canvas: Canvas, box: Box, icon: str, label: str, colour: str, size: int) -> None:
    gap = 18
    room = box.w - BUTTON_ICON - gap
    while size > SMALLEST and canvas.ruler.width(canvas.ruler.drawable(label), size, Weight.BOLD) > room:
        size -= 2
    wide = min(room, canvas.ruler.width(canvas.ruler.drawable(label), size, Weight.BOLD))
    left = box.x + (box.w - BUTTON_ICON - gap - wide) // 2
    canvas.icon(Box(left, box.y + (box.h - BUTTON_ICON) // 2, BUTTON_ICON, BUTTON_ICON), icon, colour)
    text = Box(left + BUTTON_ICON + gap, box.y, wide, box.h)
    canvas.line(text, label, size, colour, weight=Weight.BOLD)


def choice(canvas: Canvas, box: Box, view: Choice) -> Node:
    """A big button: round badge, word, second line, arrow."""
    pressed = canvas.pressed == view.id
    if view.main:
        canvas.card(box, RADIUS_BIG, TEAL_DARK if pressed else TEAL, None)
    else:
        canvas.card(box, RADIUS_BIG, PRESSED_CARD if pressed else CARD)
    narrow = box.w < NARROW
    badge = min(128 if narrow else 160, box.h - 56)
    inset = 32 if narrow else 48
    circle = Box(box.x + inset, box.y + (box.h - badge) // 2, badge, badge)
    canvas.circle(circle, WHITE if view.main else TINT)
    canvas.icon(circle.centred(badge * 11 // 20, badge * 11 // 20), view.icon, TEAL)
    left = circle.right + (28 if narrow else 36)
    width = box.right - 28 - left
    if not narrow:
        arrow = Box(box.right - 48 - 52, box.y + (box.h - 52) // 2, 52, 52)
        canvas.icon(arrow, "chevron-right", WHITE if view.main else MUTED)
        width = arrow.x - 20 - left
    label_size = 60 if box.h >= 200 else HEADING
    second_size = BODY if box.h >= 200 else SMALL
    label_height, second_height = round(label_size * 1.25), round(second_size * 1.3)
    top = box.y + (box.h - label_height - second_height - 4) // 2
    label = Box(left, top, width, label_height)
    canvas.line(label, view.label, label_size, WHITE if view.main else INK, weight=Weight.BOLD)
    second = Box(left, top + label_height + 4, width, second_height)
    canvas.line(second, view.second, second_size, ON_TEAL if view.main else MUTED)
    return canvas.node(
        view.id, Role.BUTTON, view.label, box, value=view.second, state="enabled", action=view.action, main=view.main
    )


def banner(canvas: Canvas, area: Box, view: Banner, size: int = SMALL) -> tuple[Node, int]:
    """A sentence across the top of `area`, as high as it needs; returns the node and the height."""
    height = banner_height(canvas, area.w, view, size)
    box = Box(area.x, area.y, area.w, height)
    canvas.rect(box, view.tone.ground, RADIUS)
    icon = Box(area.x + 28, area.y + (height - BANNER_ICON) // 2, BANNER_ICON, BANNER_ICON)
    canvas.icon(icon, view.icon, view.tone.ink)
    text = Box(icon.right + 20, area.y + 20, area.w - BANNER_ASIDE, height - 40)
    lines = canvas.lines(view.text, size, Weight.BOLD, text.w)
    canvas.paragraph(text, lines, size, view.tone.ink, weight=Weight.BOLD)
    items = tuple(
        _banner_item(canvas, box, f"{view.id}.item.{number}", one) for number, one in enumerate(view.items, 1)
    )
    return canvas.node(view.id, view.role, view.text, box, value=view.value, children=items), height


def _banner_item(canvas: Canvas, box: Box, node_id: str, item: BannerItem) -> Node:
    detail = (canvas.node(f"{node_id}.detail", Role.TEXT, item.detail, box),) if item.detail else ()
    return canvas.node(
        node_id, Role.ITEM, item.title, box, value=item.number, state=item.state, private=True, children=detail
    )


def banner_height(canvas: Canvas, width: int, view: Banner, size: int = SMALL) -> int:
    return paragraph_height(canvas.lines(view.text, size, Weight.BOLD, width - BANNER_ASIDE), size) + 40


def banners(canvas: Canvas, area: Box, views: tuple[Banner, ...], size: int = SMALL) -> tuple[list[Node], Box]:
    """Banners one under the other; returns their nodes and what is left of `area`."""
    nodes: list[Node] = []
    for view in views:
        node, height = banner(canvas, area, view, size)
        nodes.append(node)
        area = area.below(height + GAP)
    return nodes, area


def pill(canvas: Canvas, box: Box, view: Pill, turn: int) -> None:
    """The state of an item, icon and word in the middle of a round-ended box."""
    canvas.rect(box, view.tone.ground, box.h // 2)
    icon, size = (36, 32) if box.h >= 76 else (30, 28)
    text = canvas.ruler.width(view.text, size, Weight.BOLD)
    left = box.x + max(12, (box.w - icon - 12 - text) // 2)
    canvas.icon(Box(left, box.y + (box.h - icon) // 2, icon, icon), view.icon, view.tone.ink, turn if view.spins else 0)
    line = Box(left + icon + 12, box.y, min(text, box.right - 12 - (left + icon + 12)), box.h)
    canvas.line(line, view.text, size, view.tone.ink, weight=Weight.BOLD, private=view.private)


def pill_width(canvas: Canvas, view: Pill, height: int) -> int:
    icon, size = (36, 32) if height >= 76 else (30, 28)
    return 26 + icon + 12 + canvas.ruler.width(view.text, size, Weight.BOLD) + 28


def cover(canvas: Canvas, box: Box, view: Cover) -> None:
    """A drawn book: spine at the left, the first letter of the title on the front."""
    canvas.rect(box, view.colours.front, 8)
    spine = max(8, box.w // 11)
    canvas.rect(Box(box.x, box.y, spine * 2, box.h), view.colours.spine, 8)
    canvas.rect(Box(box.x + spine, box.y, spine, box.h), view.colours.front)
    front = Box(box.x + spine, box.y, box.w - spine, box.h)
    canvas.rect(Box(front.x + 14, front.y + box.h // 8, front.w - 28, 4), view.colours.spine, 2)
    canvas.rect(Box(front.x + 14, front.bottom - box.h // 8 - 4, front.w - 28, 4), view.colours.spine, 2)
    ink = INK if canvas.palette.outlined else view.colours.ink
    if view.letter:
        size = max(SMALLEST, box.w * 2 // 5)
        canvas.line(front, view.letter, size, ink, weight=Weight.BOLD, align=Align.CENTRE, private=True)
    else:
        side = box.w * 2 // 5
        canvas.icon(front.centred(side, side), "book-open", ink)


def title_block(
    canvas: Canvas,
    area: Box,
    prefix: str,
    texts: tuple[str, str],
    *,
    title_private: bool = False,
    sentence_private: bool = False,
) -> tuple[list[Node], Box]:
    """Title and one sentence; returns their nodes and what is left of `area`."""
    title, sentence = texts
    title_box = area.top_part(round(TITLE * 1.25))
    canvas.line(title_box, title, TITLE, INK, weight=Weight.BOLD, private=title_private)
    nodes = [canvas.node(f"{prefix}.title", Role.HEADING, title, title_box, private=title_private)]
    lines = canvas.lines(sentence, BODY, Weight.REGULAR, area.w)
    height = paragraph_height(lines, BODY)
    sentence_box = Box(area.x, title_box.bottom + 10, area.w, height)
    canvas.paragraph(sentence_box, lines, BODY, MUTED, private=sentence_private)
    nodes.append(canvas.node(f"{prefix}.sentence", Role.TEXT, sentence, sentence_box, private=sentence_private))
    return nodes, area.below(title_box.h + 10 + height)


def allowance(canvas: Canvas, box: Box, view: Allowance, prefix: str) -> Node:
    """How many more may be borrowed."""
    canvas.rect(box, TINT, RADIUS)
    inner = box.inset(16, 14)
    canvas.line(inner.top_part(38), view.label, SMALLEST, TEAL_DARK, align=Align.CENTRE)
    canvas.line(inner.below(38), view.count, HEADING - 4, TEAL_DARK, weight=Weight.BOLD, align=Align.CENTRE)
    return canvas.node(f"{prefix}.allowance", Role.STATUS, view.label, box, value=view.count)


def ground(canvas: Canvas, bar: Box) -> None:
    """Paper everywhere, and the bar (or side panel) from its corner to the edges of the screen."""
    size, corner = canvas.size, canvas.pixels(bar)
    canvas.ops.append(Rect(Box(0, 0, size.width, size.height), canvas.palette.ground(PAPER)))
    left, right = (0, corner.right) if canvas.mirrored else (corner.x, size.width)
    canvas.ops.append(Rect(Box(left, corner.y, right - left, size.height - corner.y), canvas.palette.ground(BAR)))

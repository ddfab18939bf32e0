"""One item of the live list: cover, title, what is going on, and the pill."""

from __future__ import annotations

from kiosk.screens.layout.canvas import NOWHERE, Canvas, paragraph_height
from kiosk.screens.layout.paging import (
    REMOVE_ICON,
    REMOVE_ROOM,
    REMOVE_SIDE,
    Density,
    Measured,
    Pages,
    text_width,
)
from kiosk.screens.layout.widgets import (
    cover,
    pill,
)
from kiosk.screens.ops import Box, Weight
from kiosk.screens.tokens import (
    CARD,
    INK,
    LINE,
    MUTED,
    PRESSED_CARD,
    RADIUS,
    SMALL,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import ListBody, RowView, View


def row_shown(canvas: Canvas, box: Box, view: View, body: ListBody, row: Measured, pages: Pages) -> Node:
    density, item = pages.density, row.view
    canvas.card(box, RADIUS if density.remove_below else 20)
    front = Box(box.x + density.pad, box.y + (box.h - density.cover_h) // 2, density.cover_w, density.cover_h)
    cover(canvas, front, item.cover)
    left = front.right + 28
    room = text_width(box.w, item, density, pages.pill_width)
    title_height = paragraph_height(row.title, density.title)
    detail_height = paragraph_height(row.detail, density.detail)
    top = box.y + (box.h - title_height - 6 - detail_height) // 2
    title = Box(left, top, room, title_height)
    canvas.paragraph(title, row.title, density.title, INK, weight=Weight.BOLD, private=True)
    detail = Box(left, top + title_height + 6, room, detail_height)
    canvas.paragraph(detail, row.detail, density.detail, item.detail_colour)
    below = 12 + REMOVE_SIDE if item.remove and density.remove_below else 0
    state = Box(
        box.right - density.pad - pages.pill_width,
        box.y + (box.h - density.pill - below) // 2,
        pages.pill_width,
        density.pill,
    )
    pill(canvas, state, item.pill, view.turn)
    node_id = f"{body.id}.item.{row.number}"
    children = [
        canvas.node(f"{node_id}.title", Role.TEXT, item.title, title, private=True),
        canvas.node(f"{node_id}.state", Role.STATUS, item.pill.text, state),
        canvas.node(f"{node_id}.detail", Role.TEXT, item.detail, detail),
    ]
    if item.remove:
        children.append(_remove(canvas, state, body, item, f"{node_id}.remove", density))
    return canvas.node(
        node_id, Role.ITEM, item.title, box, value=item.number, state=item.state, private=True, children=tuple(children)
    )


def _remove(canvas: Canvas, state: Box, body: ListBody, item: RowView, node_id: str, density: Density) -> Node:
    if density.remove_below:
        box = Box(state.x, state.bottom + 12, state.w, REMOVE_SIDE)
    else:
        box = Box(state.x - 16 - REMOVE_SIDE, state.y + (state.h - REMOVE_SIDE) // 2, REMOVE_SIDE, REMOVE_SIDE)
    fill = PRESSED_CARD if canvas.pressed == node_id else CARD
    canvas.rect(box, fill, box.h // 2, LINE)
    icon = REMOVE_ICON
    if density.remove_below:
        label = body.remove_label
        wide = min(box.w - REMOVE_ROOM, canvas.ruler.width(label, SMALL, Weight.BOLD))
        left = box.x + (box.w - icon - 10 - wide) // 2
        canvas.icon(Box(left, box.y + (box.h - icon) // 2, icon, icon), "x", MUTED)
        canvas.line(Box(left + icon + 10, box.y, wide, box.h), label, SMALL, MUTED, weight=Weight.BOLD)
    else:
        canvas.icon(box.centred(icon, icon), "x", MUTED)
    return canvas.node(node_id, Role.BUTTON, body.remove_label, box, state="enabled", action=item.remove)


def row_elsewhere(canvas: Canvas, body: ListBody, row: Measured) -> Node:
    """A row on another page: it can be read and counted, not touched."""
    node_id, item = f"{body.id}.item.{row.number}", row.view
    children = (
        canvas.node(f"{node_id}.title", Role.TEXT, item.title, NOWHERE, private=True),
        canvas.node(f"{node_id}.state", Role.STATUS, item.pill.text, NOWHERE),
        canvas.node(f"{node_id}.detail", Role.TEXT, item.detail, NOWHERE),
    )
    return canvas.node(
        node_id, Role.ITEM, item.title, NOWHERE, value=item.number, state=item.state, private=True, children=children
    )

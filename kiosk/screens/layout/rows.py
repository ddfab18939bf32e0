"""One item of a list: cover, title, what is going on, and the pill."""

from __future__ import annotations

from kiosk.screens.layout.canvas import NOWHERE, Canvas, paragraph_height
from kiosk.screens.layout.paging import (
    REMOVE_ICON,
    REMOVE_ROOM,
    REMOVE_SIDE,
    STACKED_AIR,
    Density,
    Measured,
    Pages,
    button_beside,
    text_width,
)
from kiosk.screens.layout.widgets import (
    cover,
    pill,
    pill_width,
)
from kiosk.screens.ops import Box, Weight
from kiosk.screens.tokens import (
    BAR,
    CARD,
    ERROR,
    INK,
    LINE,
    MUTED,
    PRESSED_CARD,
    RADIUS,
    SMALL,
    TEAL,
    TEAL_DARK,
    TINT,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import RowButton, RowView
from kiosk.screens.whole_view import View


def row_shown(canvas: Canvas, box: Box, view: View, prefix: str, row: Measured, pages: Pages) -> Node:
    density, item = pages.density, row.view
    canvas.card(box, RADIUS if density.remove_below else 20)
    front = Box(box.x + density.pad, box.y + (box.h - density.cover_h) // 2, density.cover_w, density.cover_h)
    _front(canvas, front, item)
    left = front.right + 28
    room = text_width(canvas, box.w, item, density, pages.pill_width)
    title_height = paragraph_height(row.title, canvas.titled(density.title))
    detail_height = paragraph_height(row.detail, density.detail)
    under = STACKED_AIR + density.pill if density.stacked else 0
    top = box.y + (box.h - title_height - 6 - detail_height - under) // 2
    title = Box(left, top, room, title_height)
    canvas.paragraph(title, row.title, canvas.titled(density.title), INK, weight=Weight.BOLD, private=True)
    detail = Box(left, top + title_height + 6, room, detail_height)
    weight = Weight.BOLD if item.emphasis else Weight.REGULAR
    canvas.paragraph(detail, row.detail, density.detail, item.detail_colour, weight=weight, private=item.private)
    below = 12 + REMOVE_SIDE if item.button and density.remove_below else 0
    state = Box(
        box.right - density.pad - pages.pill_width,
        box.y + (box.h - density.pill - below) // 2,
        pages.pill_width,
        density.pill,
    )
    if density.stacked:
        state = Box(
            left, detail.bottom + STACKED_AIR, min(room, pill_width(canvas, item.pill, density.pill)), density.pill
        )
    pill(canvas, state, item.pill, view.turn)
    node_id = f"{prefix}.item.{row.number}"
    children = [
        canvas.node(f"{node_id}.title", Role.TEXT, item.title, title, private=True),
        canvas.node(f"{node_id}.state", Role.STATUS, item.pill.text, state, private=item.pill.private),
        canvas.node(f"{node_id}.detail", Role.TEXT, item.detail, detail, private=item.private),
    ]
    if item.button:
        children.append(_button(canvas, state, item.button, node_id, density, box.right - density.pad))
    return canvas.node(
        node_id, Role.ITEM, item.title, box, value=item.number, state=item.state, private=True, children=tuple(children)
    )


def _front(canvas: Canvas, box: Box, item: RowView) -> None:
    if not item.icon:
        cover(canvas, box, item.cover)
        return
    badge = box.centred(box.w, box.w)
    canvas.circle(badge, TINT)
    canvas.icon(badge.centred(box.w * 11 // 20, box.w * 11 // 20), item.icon, TEAL_DARK)


def _button(canvas: Canvas, state: Box, view: RowButton, item_id: str, density: Density, right: int) -> Node:
    """Below the pill, or beside it."""
    node_id = f"{item_id}.{view.name}"
    if density.remove_below:
        box = Box(state.x, state.bottom + 12, state.w, REMOVE_SIDE)
    elif density.stacked:
        wide = button_beside(canvas, view)
        box = Box(right - wide, state.y, wide, density.pill)
    else:
        wide = button_beside(canvas, view)
        box = Box(state.x - 16 - wide, state.y + (state.h - REMOVE_SIDE) // 2, wide, REMOVE_SIDE)
    fill, line, ink = CARD, LINE, MUTED
    if view.urgent:
        fill, line, ink = ERROR.ground, ERROR.ink, ERROR.ink
    elif view.action is None:
        fill = BAR
    elif not view.terse:
        line = ink = TEAL
    if canvas.pressed == node_id:
        fill = PRESSED_CARD
    canvas.rect(box, fill, box.h // 2, line)
    icon = REMOVE_ICON
    if density.remove_below or not view.terse:
        wide = min(box.w - REMOVE_ROOM, canvas.ruler.width(view.label, SMALL, Weight.BOLD))
        left = box.x + (box.w - icon - 10 - wide) // 2
        canvas.icon(Box(left, box.y + (box.h - icon) // 2, icon, icon), view.icon, ink)
        canvas.line(Box(left + icon + 10, box.y, wide, box.h), view.label, SMALL, ink, weight=Weight.BOLD)
    else:
        canvas.icon(box.centred(icon, icon), view.icon, ink)
    state_word = "enabled" if view.action is not None else "disabled"
    return canvas.node(node_id, Role.BUTTON, view.label, box, value=view.why, state=state_word, action=view.action)


def row_elsewhere(canvas: Canvas, prefix: str, row: Measured) -> Node:
    """A row on another page: it can be read and counted, not touched."""
    node_id, item = f"{prefix}.item.{row.number}", row.view
    children = (
        canvas.node(f"{node_id}.title", Role.TEXT, item.title, NOWHERE, private=True),
        canvas.node(f"{node_id}.state", Role.STATUS, item.pill.text, NOWHERE, private=item.pill.private),
        canvas.node(f"{node_id}.detail", Role.TEXT, item.detail, NOWHERE, private=item.private),
    )
    return canvas.node(
        node_id, Role.ITEM, item.title, NOWHERE, value=item.number, state=item.state, private=True, children=children
    )

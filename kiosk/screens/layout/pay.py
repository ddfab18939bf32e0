"""Paying by phone: the amount, and one large thing: the code to scan, or how it ended."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import banner, banner_height, banners, button, title_block
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import BODY, CARD, GAP, INK, LINE, MUTED, RADIUS, RADIUS_BIG, SMALL, TITLE, WHITE
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import PayBody
from kiosk.screens.whole_view import View

AMOUNT_HEIGHT = 148
BUTTON_HEIGHT = 136
MOST_CODE = 680
LEAST_CODE = 320
MARK = 300
CODE_SHARE, MARK_SHARE = 0.95, 0.5
"""Of a page."""


def pay(canvas: Canvas, regions: Regions, view: View, body: PayBody) -> tuple[Node, ...]:
    """The whole screen but header and bar."""
    nodes, area = title_block(canvas, regions.content, "pay", (body.title, body.sentence))
    area = area.below(32)
    notices, area = banners(canvas, area, view.banners)
    nodes += notices
    if regions.side:
        side = regions.side
        nodes.append(_amount(canvas, side.top_part(AMOUNT_HEIGHT), body))
        nodes += _below(canvas, side.below(AMOUNT_HEIGHT + GAP), body)
    else:
        below = _below_height(canvas, area.w, body)
        nodes.append(_amount(canvas, area.top_part(AMOUNT_HEIGHT), body))
        area = area.below(AMOUNT_HEIGHT + GAP)
        nodes += _below(canvas, Box(area.x, area.bottom - below, area.w, below), body)
        area = area.top_part(area.h - below - (GAP if below else 0))
    return (*nodes, *_middle(canvas, area, view, body))


def _amount(canvas: Canvas, box: Box, body: PayBody) -> Node:
    canvas.rect(box, CARD, RADIUS, LINE)
    inner = box.inset(32, 18)
    canvas.line(inner.top_part(40), body.label, SMALL, MUTED, align=Align.CENTRE)
    canvas.line(inner.below(40), body.amount, TITLE, INK, weight=Weight.BOLD, align=Align.CENTRE, private=True)
    return canvas.node("pay.amount", Role.STATUS, body.label, box, value=body.amount, private=True)


def _below_height(canvas: Canvas, width: int, body: PayBody) -> int:
    note = banner_height(canvas, width, body.note, BODY) if body.note else 0
    return note + (BUTTON_HEIGHT if body.button else 0) + (GAP if body.note and body.button else 0)


def _below(canvas: Canvas, area: Box, body: PayBody) -> list[Node]:
    nodes: list[Node] = []
    if body.note:
        node, height = banner(canvas, area, body.note, BODY)
        nodes.append(node)
        area = area.below(height + GAP)
    if body.button:
        nodes.append(button(canvas, area.top_part(BUTTON_HEIGHT), body.button))
    return nodes


def _middle(canvas: Canvas, area: Box, view: View, body: PayBody) -> list[Node]:
    area = canvas.ground_of(area, CODE_SHARE if body.code else MARK_SHARE)
    if not body.code:
        canvas.rect(area, body.tone.ground, RADIUS_BIG)
        side = min(MARK, area.h - 48)
        badge = area.centred(side, side)
        canvas.circle(badge, WHITE)
        icon = badge.centred(side * 11 // 20, side * 11 // 20)
        canvas.icon(icon, body.icon, body.tone.ink, view.turn if body.spins else 0)
        return []
    side = min(area.w, area.h, MOST_CODE)
    canvas.whole = canvas.whole and side >= LEAST_CODE
    card = area.centred(side, side)
    canvas.rect(card, WHITE, RADIUS, LINE)
    canvas.code(card.inset(16, 16), body.code)
    return [canvas.node("pay.code", Role.IMAGE, body.title, card, private=True)]

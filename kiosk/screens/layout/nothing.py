"""In place of a list: a badge and two sentences in the middle of the room, and one way on."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.widgets import button
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import BODY, HEADING, RADIUS_BIG, TEAL_DARK, TINT, WHITE
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import Nothing
from kiosk.screens.whole_view import View

BADGE = 168
LEAST_BADGE = 72
SHARE = 0.8
"""Of a page, where the screen is on pages."""
BUTTON_HEIGHT = 108
BUTTON_WIDTH = 380


def nothing(canvas: Canvas, area: Box, view: View, prefix: str, said: Nothing) -> list[Node]:
    """`prefix`: of the nodes' ids."""
    area = canvas.ground_of(area, SHARE)
    canvas.rect(area, TINT, RADIUS_BIG)
    inner = area.inset(56, 40)
    title = canvas.lines(said.text, HEADING, Weight.BOLD, inner.w)
    lines = canvas.lines(said.sentence, BODY, Weight.REGULAR, inner.w)
    title_height, height = paragraph_height(title, HEADING), paragraph_height(lines, BODY)
    below = BUTTON_HEIGHT + 36 if said.button else 0
    badge = min(BADGE, inner.h - title_height - height - below - 44)
    badge = badge if badge >= LEAST_BADGE else 0
    above = badge + 28 if badge else 0
    top = inner.y + (inner.h - above - title_height - 16 - height - below) // 2
    circle = Box(inner.x + (inner.w - badge) // 2, top, badge, badge)
    if badge:
        canvas.circle(circle, WHITE)
        icon = circle.centred(badge * 11 // 20, badge * 11 // 20)
        canvas.icon(icon, said.icon, TEAL_DARK, view.turn if said.spins else 0)
    title_box = Box(inner.x, top + above, inner.w, title_height)
    canvas.paragraph(title_box, title, HEADING, TEAL_DARK, weight=Weight.BOLD, align=Align.CENTRE)
    text = Box(inner.x, title_box.bottom + 16, inner.w, height)
    canvas.paragraph(text, lines, BODY, TEAL_DARK, align=Align.CENTRE)
    nodes = [
        canvas.node(f"{prefix}.nothing", Role.STATUS, said.text, title_box),
        canvas.node(f"{prefix}.nothing-sentence", Role.TEXT, said.sentence, text),
    ]
    if said.button:
        box = Box(inner.x + (inner.w - BUTTON_WIDTH) // 2, text.bottom + 36, BUTTON_WIDTH, BUTTON_HEIGHT)
        nodes.append(button(canvas, box, said.button))
    return nodes

"""The counts below (or beside) a live list."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.ops import Box, Weight
from kiosk.screens.tokens import (
    CARD,
    INK,
    LINE,
    RADIUS,
    TEAL,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import ListBody, Summary

SIZE = 34


def _summary_lines(canvas: Canvas, width: int, view: Summary) -> list[str]:
    return canvas.lines(view.text, 34, Weight.BOLD, width - 28 - 48 - 20 - 28)


def summary_height(canvas: Canvas, width: int, view: Summary) -> int:
    return paragraph_height(_summary_lines(canvas, width, view), 34) + 84


def summary(canvas: Canvas, box: Box, body: ListBody) -> Node:
    view = body.summary
    canvas.rect(box, view.tone.ground if view.tone.ground != "#EFE8DC" else CARD, RADIUS, LINE)
    lines = _summary_lines(canvas, box.w, view)
    height = paragraph_height(lines, 34)
    icon = 48
    canvas.icon(Box(box.x + 28, box.y + 26 + (height - icon) // 2, icon, icon), view.icon, view.tone.ink)
    text = Box(box.x + 28 + icon + 20, box.y + 26, box.w - 28 - icon - 20 - 28, height)
    canvas.paragraph(text, lines, 34, INK, weight=Weight.BOLD)
    track = Box(box.x + 28, box.bottom - 32, box.w - 56, 10)
    canvas.rect(track, LINE, 5)
    done = int(track.w * view.progress)
    if done >= track.h:
        canvas.rect(Box(track.x, track.y, done, track.h), TEAL, 5)
    return canvas.node(f"{body.id}.summary", Role.STATUS, view.text, box, value=f"{view.progress:.0%}")

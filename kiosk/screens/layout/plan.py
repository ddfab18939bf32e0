"""The floor plan: shelves, names, and the way from here to one shelf."""

from __future__ import annotations

from itertools import pairwise

from kiosk.model.floor import Area, Shelf
from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import BAR, CARD, LINE, MUTED, PAPER, RADIUS, SMALLEST, TEAL, TEAL_DARK, WARN, WHITE
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import Plan

MARGIN = 28
WAY = 12
"""How broad the way is drawn."""
SPOT = 34
CAPTION = 64
WALL = "#C9BEAB"
SHELF = "#D8CDBB"


class _Scale:
    """From cells to units."""

    def __init__(self, room: Box, plan: Plan) -> None:
        floor = plan.floor
        self.cell = min(room.w / floor.width, room.h / floor.height)
        width, height = round(floor.width * self.cell), round(floor.height * self.cell)
        self.box = room.centred(width, height)

    def area(self, area: Area | Shelf) -> Box:
        left, top = round(area.x * self.cell), round(area.y * self.cell)
        right, bottom = round((area.x + area.w) * self.cell), round((area.y + area.h) * self.cell)
        return Box(self.box.x + left, self.box.y + top, max(2, right - left), max(2, bottom - top))

    def middle(self, point: tuple[int, int]) -> tuple[int, int]:
        return self.box.x + round((point[0] + 0.5) * self.cell), self.box.y + round((point[1] + 0.5) * self.cell)


def floor_plan(canvas: Canvas, box: Box, plan: Plan) -> Node:
    """The plan in a card, what it says below it."""
    with canvas.keeping_sides(box):
        return _drawn(canvas, box, plan)


def _drawn(canvas: Canvas, box: Box, plan: Plan) -> Node:
    canvas.rect(box, CARD, RADIUS, LINE)
    inner = box.inset(MARGIN, MARGIN)
    scale = _Scale(inner.top_part(inner.h - CAPTION - 12), plan)
    canvas.rect(scale.box, PAPER, 12, LINE)
    for name, place in zip(plan.names, plan.floor.place, strict=True):
        where = scale.area(place)
        canvas.rect(where, BAR, 8)
        if name and canvas.ruler.width(name, SMALLEST, Weight.REGULAR) <= where.w - 8 and where.h >= SMALLEST + 4:
            canvas.line(where.inset(4, 0), name, SMALLEST, MUTED, align=Align.CENTRE)
    for wall in plan.floor.wall:
        canvas.rect(scale.area(wall), WALL)
    for shelf in plan.floor.shelf:
        if shelf != plan.shelf:
            canvas.rect(scale.area(shelf), SHELF, 4)
    _way(canvas, scale, plan)
    wanted = scale.area(plan.shelf)
    canvas.rect(wanted.grown(5), TEAL, 8)
    _name(canvas, scale, wanted, plan.shelf.name)
    _here(canvas, scale, plan)
    caption = Box(inner.x, inner.bottom - CAPTION, inner.w, CAPTION)
    canvas.line(caption, plan.said, 34, TEAL_DARK, weight=Weight.BOLD, align=Align.CENTRE)
    return canvas.node("item.map", Role.IMAGE, plan.said, box)


def _way(canvas: Canvas, scale: _Scale, plan: Plan) -> None:
    half = WAY // 2
    for one, other in pairwise(plan.way):
        (left, top), (right, bottom) = scale.middle(one), scale.middle(other)
        x, y = min(left, right) - half, min(top, bottom) - half
        canvas.rect(Box(x, y, abs(right - left) + WAY, abs(bottom - top) + WAY), TEAL, half)


def _name(canvas: Canvas, scale: _Scale, shelf: Box, name: str) -> None:
    """A flag over the shelf, or under it where there is no room above."""
    width = canvas.ruler.width(name, 32, Weight.BOLD) + 36
    left = max(scale.box.x, min(shelf.x + (shelf.w - width) // 2, scale.box.right - width))
    top = shelf.y - 62 if shelf.y - 62 >= scale.box.y else shelf.bottom + 12
    flag = Box(left, top, width, 50)
    canvas.rect(flag, TEAL, 25)
    canvas.line(flag.inset(12, 0), name, 32, WHITE, weight=Weight.BOLD, align=Align.CENTRE)


def _here(canvas: Canvas, scale: _Scale, plan: Plan) -> None:
    x, y = scale.middle((plan.floor.here_x, plan.floor.here_y))
    spot = Box(x - SPOT // 2, y - SPOT // 2, SPOT, SPOT)
    canvas.circle(spot.grown(6), WHITE)
    canvas.circle(spot, WARN.ink)
    width = canvas.ruler.width(plan.here, SMALLEST, Weight.BOLD) + 28
    left = min(max(scale.box.x + 8, x - width // 2), scale.box.right - 8 - width)
    goes_up = len(plan.way) > 1 and plan.way[1][1] < plan.way[0][1]
    below = spot.bottom + 10 + 44 <= scale.box.bottom and (goes_up or spot.y - 54 < scale.box.y)
    top = spot.bottom + 10 if below else spot.y - 54
    label = Box(left, top, width, 44)
    canvas.rect(label, WARN.ground, 22)
    canvas.line(label.inset(10, 0), plan.here, SMALLEST, WARN.ink, weight=Weight.BOLD, align=Align.CENTRE)

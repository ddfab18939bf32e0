"""What frames every screen: name and clock above, the bar of buttons below (or at the right)."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.layout.regions import MAIN_HEIGHT, PLAIN_HEIGHT, Regions
from kiosk.screens.layout.widgets import button, needs_stack
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import GAP, INK, MUTED, SMALL, SMALLEST, TEAL
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import Header, View

LOGO = 72
NAME_SIZE = 36
CLOCK_SIZE = 44


def header(canvas: Canvas, regions: Regions, view: Header) -> tuple[Node, ...]:
    """Library and clock."""
    box = regions.header
    canvas.icon(Box(box.x - 4, box.y + (box.h - LOGO) // 2, LOGO, LOGO), "library-big", TEAL)
    names = Box(box.x + LOGO + 20, box.y, box.w - LOGO - 20, box.h)
    first = names.top_part(50) if view.library_other else names
    canvas.line(first, view.library, NAME_SIZE, INK, weight=Weight.BOLD)
    if view.library_other:
        canvas.line(names.below(52), view.library_other, SMALLEST, MUTED)
    clock = regions.clock
    canvas.line(clock.top_part(50), view.clock, CLOCK_SIZE, INK, weight=Weight.BOLD, align=Align.RIGHT)
    canvas.line(clock.below(52), view.day, SMALLEST, MUTED, align=Align.RIGHT)
    return (
        canvas.node("header.library", Role.TEXT, view.library, box),
        canvas.node("header.clock", Role.TEXT, view.clock, clock, value=view.day),
    )


def bar(canvas: Canvas, regions: Regions, view: View) -> tuple[Node, ...]:
    """Help, language, and the main action (or a countdown in its place)."""
    slots = _portrait_slots(regions.bar, view) if not regions.landscape else _landscape_slots(regions.bar, view)
    placed = list(zip(slots, view.bar, strict=False))
    stacked = any(needs_stack(canvas, slot, one) for slot, one in placed if slot.h < MAIN_HEIGHT)
    nodes = [button(canvas, slot, one, stacked=stacked and slot.h < MAIN_HEIGHT) for slot, one in placed]
    if view.countdown:
        box = slots[-1]
        lines = canvas.lines(view.countdown, SMALL, Weight.REGULAR, box.w)
        step = 40
        top = box.y + (box.h - step * len(lines)) // 2
        for number, text in enumerate(lines):
            align = Align.CENTRE if regions.landscape else Align.RIGHT
            canvas.line(Box(box.x, top + number * step, box.w, step), text, SMALL, MUTED, align=align)
        nodes.append(canvas.node("receipt.seconds", Role.STATUS, view.countdown, box))
    return tuple(nodes)


def _portrait_slots(box: Box, view: View) -> list[Box]:
    count = max(1, len(view.bar) + bool(view.countdown))
    width = (box.w - GAP * (count - 1)) // count
    return [Box(box.x + number * (width + GAP), box.y, width, box.h) for number in range(count)]


def _landscape_slots(box: Box, view: View) -> list[Box]:
    """The third one is the main action, below the two others; without one the two stand at the very bottom."""
    plain = min(2, len(view.bar))
    width = (box.w - GAP * (plain - 1)) // max(1, plain)
    has_third = len(view.bar) > plain or bool(view.countdown)
    top = box.y if has_third else box.bottom - PLAIN_HEIGHT
    slots = [Box(box.x + number * (width + GAP), top, width, PLAIN_HEIGHT) for number in range(plain)]
    if has_third:
        slots.append(Box(box.x, box.bottom - MAIN_HEIGHT, box.w, MAIN_HEIGHT))
    return slots

"""What frames every screen: name and clock above, the bar of buttons below (or at the right)."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.layout.regions import (
    BAR_AIR,
    LARGE_BUTTON,
    LARGE_GAP,
    MAIN_HEIGHT,
    PLAIN_HEIGHT,
    THREE_ROWS_HEIGHT,
    TWO_ROWS_HEIGHT,
    Regions,
)
from kiosk.screens.layout.widgets import button, needs_stack
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import GAP, INK, MUTED, SMALL, SMALLEST, TEAL
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import Header
from kiosk.screens.whole_view import View

LOGO = 72
NAME_SIZE = 36
CLOCK_SIZE = 44
ACCESS = "access.open"
STANDING = frozenset({"help.open", "language.next", "language.open", "home.open", ACCESS})
"""What the bar has before the main action: always, but for the way home."""
STANDING_WIDTH = 216
MOST_EVEN = 3
"""So many buttons beside each other are equally wide."""


def header(canvas: Canvas, regions: Regions, view: Header) -> tuple[Node, ...]:
    """Library and clock."""
    box = regions.header
    logo = Box(box.x - 4, box.y + (box.h - LOGO) // 2, LOGO, LOGO)
    if view.logo:
        canvas.picture(logo, view.logo)
    else:
        canvas.icon(logo, "library-big", TEAL)
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
    slots = _slots(regions, view)
    placed = list(zip(slots, view.bar, strict=False))
    stacked = any(needs_stack(canvas, slot, one) for slot, one in placed)
    nodes = [button(canvas, slot, one, stacked=stacked) for slot, one in placed]
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


def _slots(regions: Regions, view: View) -> list[Box]:
    if not regions.landscape:
        return _portrait_slots(regions.bar, view)
    if regions.fold is None:
        return _landscape_slots(regions.bar, view)
    return _two_by_two(regions.bar, view, LARGE_BUTTON, LARGE_GAP)


def _two_by_two(box: Box, view: View, high: int, gap: int) -> list[Box]:
    """What every bar has two and two, the main action below them as wide as the bar."""
    standing = sum(one.id in STANDING for one in view.bar)
    wide = (box.w - GAP) // 2
    rows = [Box(box.x, box.y + n * (high + gap), box.w, high) for n in range(3)]
    slots = []
    for number in range(standing):
        row = rows[number // 2]
        last = number == standing - 1 and number % 2 == 0
        slots.append(row if last else row.left_part(wide) if number % 2 == 0 else row.right_part(wide))
    return [*slots, rows[(standing + 1) // 2]] if len(view.bar) > standing or view.countdown else slots


def _portrait_slots(box: Box, view: View) -> list[Box]:
    """Beside each other; the main one takes what the others leave."""
    if box.h >= THREE_ROWS_HEIGHT - 2 * BAR_AIR:
        return _two_by_two(box, view, (box.h - 2 * GAP) // 3, GAP)
    if box.h >= TWO_ROWS_HEIGHT - 2 * BAR_AIR:
        return _two_rows(box, view)
    count = max(1, len(view.bar) + bool(view.countdown))
    plain = (box.w - GAP * (count - 1)) // count
    if count > MOST_EVEN:
        plain = STANDING_WIDTH
    slots = [Box(box.x + number * (plain + GAP), box.y, plain, box.h) for number in range(count)]
    slots[-1] = Box(slots[-1].x, box.y, box.right - slots[-1].x, box.h)
    return slots


def _two_rows(box: Box, view: View) -> list[Box]:
    """What every bar has above, the main action below them; each row as high as the bar without the other."""
    standing = sum(one.id in STANDING for one in view.bar)
    alone = standing == len(view.bar) and not view.countdown
    height = (box.h - GAP) // 2
    if alone:
        box = box.centred(box.w, height)
    width = (box.w - GAP * (standing - 1)) // max(1, standing)
    slots = [Box(box.x + number * (width + GAP), box.y, width, height) for number in range(standing)]
    return slots if alone else [*slots, Box(box.x, box.bottom - height, box.w, height)]


def _landscape_slots(box: Box, view: View) -> list[Box]:
    """Help, language and the way home above, accessibility below them, and right of it the main action."""
    standing = [one for one in view.bar if one.id in STANDING]
    above = [one for one in standing if one.id != ACCESS]
    width = (box.w - GAP * (len(above) - 1)) // max(1, len(above))
    slots = [Box(box.x + number * (width + GAP), box.y, width, PLAIN_HEIGHT) for number in range(len(above))]
    below = Box(box.x, box.bottom - MAIN_HEIGHT, box.w, MAIN_HEIGHT)
    if len(standing) > len(above):
        slots.append(below.left_part(STANDING_WIDTH))
        below = below.right_part(box.w - STANDING_WIDTH - GAP)
    return [*slots, below] if len(view.bar) > len(standing) or view.countdown else slots

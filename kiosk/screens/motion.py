"""How rows and screens come in: a short way up, ever slower, and then they stand. Pure: times come in as values.

The frame itself does not move: what can be touched, what is read aloud and what the mirror sends is where it will
stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kiosk.screens.frame import Frame
from kiosk.screens.ops import Box, DrawOp
from kiosk.screens.tree import Role

FRAMES_A_SECOND = 60
ENTER_S = 0.18
FAR = 24
"""Units that something comes up by."""


@dataclass(frozen=True, slots=True)
class Entering:
    """Everything inside `area` that is not in `stood` comes in."""

    area: Box
    began_s: float
    stood: frozenset[DrawOp] = frozenset()
    """What was there before and stays: the frame around the screens."""

    def below(self, frame: Frame, now_s: float) -> int:
        """Pixels that it is still under its place; 0 once it stands."""
        left = 1 - (now_s - self.began_s) / ENTER_S
        return round(FAR / frame.units_per_pixel * max(0.0, left) ** 3)

    def over(self, now_s: float) -> bool:
        return now_s - self.began_s >= ENTER_S


Motion = tuple[Entering, ...]
STILL: Motion = ()


def begun(motion: Motion, before: Frame | None, frame: Frame, now_s: float) -> Motion:
    """What comes in now that `frame` takes the place of `before`, and what was coming in already."""
    if before is None or before.size != frame.size:
        return STILL
    if before.surface_id != frame.surface_id:
        return (Entering(_under_the_header(frame), now_s, frozenset(before.draw_list)),)
    seen = _rows(before)
    fresh = (Entering(box, now_s) for node_id, box in _rows(frame).items() if node_id not in seen)
    return (*(one for one in motion if not one.over(now_s)), *fresh)


def moved(frame: Frame, motion: Motion, now_s: float) -> tuple[DrawOp, ...]:
    """The draw list of `frame` as it is seen at `now_s`."""
    ways = [(one, by) for one in motion if (by := one.below(frame, now_s))]
    if not ways:
        return frame.draw_list
    return tuple(_moved(op, frame, ways) for op in frame.draw_list)


def _moved(op: DrawOp, frame: Frame, ways: Iterable[tuple[Entering, int]]) -> DrawOp:
    if op.box.w == frame.size.width or op.box.h == frame.size.height:
        return op  # a ground or a veil
    by = next((by for one, by in ways if one.area.holds(op.box) and op not in one.stood), 0)
    return replace(op, box=replace(op.box, y=op.box.y + by)) if by else op


def _rows(frame: Frame) -> dict[str, Box]:
    """Rows of lists that are to be seen."""
    return {node.id: node.bounds for node in frame.tree.walk() if node.role is Role.ITEM and node.bounds.h}


def _under_the_header(frame: Frame) -> Box:
    header = (node.bounds.bottom for node in frame.tree.walk() if node.id.startswith("header."))
    return Box(0, 0, frame.size.width, frame.size.height).below(max(header, default=0))

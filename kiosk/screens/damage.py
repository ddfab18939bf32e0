"""Which parts of the screen two draw lists differ in: only these are painted anew. Pure."""

from __future__ import annotations

from collections import Counter

from kiosk.screens.ops import Box, DrawOp, extent

MOST_DAMAGE = 24
"""More damaged rectangles than this are painted as one."""


def damage(old: tuple[DrawOp, ...], new: tuple[DrawOp, ...], whole: Box) -> list[Box]:
    """The boxes of the screen on which two draw lists differ, none meeting another."""
    if not old:
        return [whole]
    if old == new:
        return []
    kept = Counter(old) & Counter(new)
    if _common(old, kept) != _common(new, kept):
        return [whole]
    changed = [*(Counter(old) - kept), *(Counter(new) - kept)]
    boxes = [box for op in changed if (box := _cut(extent(op), whole)) is not None]
    if len(boxes) > MOST_DAMAGE:
        return [_around(boxes)]
    return _merged(boxes)


def _common(ops: tuple[DrawOp, ...], kept: Counter[DrawOp]) -> list[DrawOp]:
    return [op for op in ops if kept[op] > 0]


def _merged(boxes: list[Box]) -> list[Box]:
    done: list[Box] = []
    for box in boxes:
        while meeting := [other for other in done if meet(other, box)]:
            done = [other for other in done if other not in meeting]
            box = _around([box, *meeting])
        done.append(box)
    return done


def _around(boxes: list[Box]) -> Box:
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)


def meet(one: Box, other: Box) -> bool:
    """Whether they share a pixel."""
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def _cut(box: Box, whole: Box) -> Box | None:
    if not meet(box, whole):
        return None
    left, top = max(box.x, whole.x), max(box.y, whole.y)
    return Box(left, top, min(box.right, whole.right) - left, min(box.bottom, whole.bottom) - top)

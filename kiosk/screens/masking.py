"""What leaves the kiosk has bars in place of what is private. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.screens.ops import DrawOp, Modules, Rect, Text

MASK_COLOUR = "#C9C2B6"


def masked(draw_list: Sequence[DrawOp]) -> list[DrawOp]:
    """The draw list with a bar in place of every private text, and of a code, which any phone reads."""
    return [_hidden(op) for op in draw_list]


def _hidden(op: DrawOp) -> DrawOp:
    match op:
        case Modules(box=box):
            return Rect(box, MASK_COLOUR)
        case Text(private=True):
            return _bar(op)
        case _:
            return op


def _bar(op: Text) -> Rect:
    height = max(4, op.size // 2)
    return Rect(op.box.inset(0, max(0, (op.box.h - height) // 2)), MASK_COLOUR, height // 2)

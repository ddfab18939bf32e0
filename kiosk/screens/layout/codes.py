"""A QR code as rectangles: sharp at every size, and as few as runs of dark modules allow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import qrcode

from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.ops import Box, Rect
from kiosk.screens.tokens import INK, WHITE

QUIET = 2
"""Modules of white around it; the card is white, too."""


def code(canvas: Canvas, box: Box, text: str) -> Box:
    """The code, as large as whole pixels allow, in the middle of `box`; returns where it stands (units)."""
    rows = _modules(text)
    whole = canvas.pixels(box)
    side = max(1, min(whole.w, whole.h) // (len(rows) + 2 * QUIET))
    left = whole.x + (whole.w - side * len(rows)) // 2
    top = whole.y + (whole.h - side * len(rows)) // 2
    canvas.ops.append(Rect(whole, WHITE))
    for y, row in enumerate(rows):
        for x, run in _runs(row):
            canvas.ops.append(Rect(Box(left + x * side, top + y * side, run * side, side), INK))
    return box


@lru_cache(maxsize=32)
def _modules(text: str) -> tuple[tuple[bool, ...], ...]:
    made = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_L, border=0)
    made.add_data(text.encode())
    return tuple(tuple(map(bool, row)) for row in made.get_matrix())


def _runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    begins = None
    for x, dark in enumerate((*row, False)):
        if dark and begins is None:
            begins = x
        elif not dark and begins is not None:
            yield begins, x - begins
            begins = None

"""A text as the dark and light modules of a QR code (ISO/IEC 18004)."""

from __future__ import annotations

from functools import lru_cache

from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode

MOST_BYTES = 1_000
"""Version 22, 105 modules a side: 1.7 mm each where the code is 180 mm wide."""
MASK = 3
"""Any of the eight may be read; looking for the most even one takes eight times as long."""
QUIET = 4
"""Light modules around a code (clause 6.3.8)."""
KEPT = 8
"""Codes that are remembered: a screen is drawn again and again, and has one or two."""


@lru_cache(maxsize=KEPT)
def modules(text: str) -> tuple[str, ...]:
    """Rows of `1` (dark) and `0`, the quiet zone included."""
    code = QRCode(error_correction=ERROR_CORRECT_L, border=QUIET, mask_pattern=MASK)
    code.add_data(text.encode("utf-8", "replace"), optimize=0)
    code.make(fit=True)
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())

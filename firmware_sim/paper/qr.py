"""QR codes as modules."""

from __future__ import annotations

from qrcode.constants import (
    ERROR_CORRECT_H,
    ERROR_CORRECT_L,
    ERROR_CORRECT_M,
    ERROR_CORRECT_Q,
)
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

_LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}


def modules(data: bytes, level: str) -> list[str]:
    """Rows of modules, "1" black and "0" white, without a quiet zone. `level` L, M, Q or H.

    Empty where the data is empty, or more than a code holds.
    """
    if not data:
        return []
    code = QRCode(error_correction=_LEVELS[level], border=0)
    code.add_data(data)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        return []
    return ["".join("1" if black else "0" for black in row) for row in code.get_matrix()]

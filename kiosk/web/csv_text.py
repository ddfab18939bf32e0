"""CSV as spreadsheets take it: UTF-8 with a byte order mark, no cell that a spreadsheet would calculate (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

MARK = "\ufeff"
FORMULA = frozenset("=+-@\t\r")
"""What begins a formula in a spreadsheet (OWASP, CSV injection)."""
SHIELD = "'"


def shielded(text: str) -> str:
    """The text, with an apostrophe before what would be a formula: spreadsheets then show it as text."""
    return SHIELD + text if text.lstrip(SHIELD)[:1] in FORMULA else text


def unshielded(text: str) -> str:
    """The other way, for a file that comes back."""
    return text[1:] if text[:1] == SHIELD and text.lstrip(SHIELD)[:1] in FORMULA else text


def csv_text(rows: Iterable[Sequence[str | int]]) -> str:
    """Lines with CRLF. Numbers stay numbers; texts are shielded."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([shielded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()

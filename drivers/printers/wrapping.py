"""Breaks a text into rows of paper: Latin words at spaces, Chinese between characters. Widths are dots."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_WIDE = re.compile(r"([\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef])")
_NOT_FIRST_ON_A_LINE = frozenset("，。、；：？！）》」』】〉,.;:?!)]}")


def wrap(text: str, width_dots: int, measure: Callable[[str], float]) -> list[str]:
    """Rows of at most `width_dots` by `measure`; at least one, empty for an empty text.

    Line feeds break too. Control characters, and halves of surrogate pairs, are left out.
    """
    return [row for line in text.split("\n") for row in _wrap_line(line, width_dots, measure)]


def _wrap_line(text: str, width_dots: int, measure: Callable[[str], float]) -> list[str]:
    rows, row = [], ""
    for piece in _pieces(text):
        if measure((row + piece).rstrip()) <= width_dots:
            row += piece
            continue
        if row.strip():
            rows.append(row.rstrip())
        row = ""
        for letter in piece.lstrip():
            if row and measure(row + letter) > width_dots:
                rows.append(row)
                row = ""
            row += letter
    return [*rows, row.rstrip()]


def _pieces(text: str) -> list[str]:
    """What must not be broken: words with the spaces after them, single Chinese characters with closing marks after."""
    printable = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    pieces: list[str] = []
    for chunk in _WIDE.split(printable):
        for piece in re.findall(r"\s+|\S+\s*", chunk):
            if pieces and piece[0] in _NOT_FIRST_ON_A_LINE:
                pieces[-1] += piece
            else:
                pieces.append(piece)
    return pieces

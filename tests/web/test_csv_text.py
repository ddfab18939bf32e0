"""CSV that a spreadsheet shows and does not calculate."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from kiosk.web.csv_text import FORMULA, csv_text, shielded, unshielded

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(CELLS)
def test_a_cell_comes_back_equal_and_never_begins_a_formula(cell: str) -> None:
    assert unshielded(shielded(cell)) == cell
    assert shielded(cell)[:1] not in FORMULA


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4))
def test_lines_are_read_back_as_they_were_written(rows: list[list[str]]) -> None:
    read = [[unshielded(cell) for cell in row] for row in csv.reader(io.StringIO(csv_text(rows), newline=""))]
    assert read == rows


def test_numbers_stay_numbers() -> None:
    assert csv_text([["=1+1", -250]]) == "'=1+1,-250\r\n"

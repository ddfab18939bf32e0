"""Pages for an office printer: everything of a receipt is on them, none of it as text, nothing cut in two."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.printers.office_page import COLUMN_DOTS, MARGIN_DOTS, PAGE_DOTS, OfficePages
from drivers.printers.raster import RECEIPT_ROWS_LIMIT, ReceiptDrawing
from drivers.printers.receipt import Code128, QrCode, Receipt, ReceiptLine, ReceiptPart

PAGE = re.compile(rb"/Type /Page\b")
A4_MM = (210, 297)
PAGE_ROWS = 2054
"""257 mm between the margins, at 203 dots an inch."""


@pytest.fixture(scope="session")
def pages(drawing: ReceiptDrawing) -> OfficePages:
    return OfficePages(replace(drawing, width_dots=COLUMN_DOTS))


def black(picture: Image.Image) -> int:
    return sum(picture.convert("L").histogram()[:128])


def lines(number: int) -> tuple[ReceiptLine, ...]:
    return tuple(ReceiptLine(f"{each}. 百年孤独") for each in range(number))


def test_a_short_receipt_is_one_page_of_a4(pages: OfficePages) -> None:
    document = pages.document(Receipt(lines(5)))
    assert document.startswith(b"%PDF")
    assert len(PAGE.findall(document)) == 1
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", document)
    assert box is not None
    assert tuple(round(float(points) / 72 * 25.4) for points in box.groups()) == A4_MM


def test_a_long_one_goes_on_on_the_next_pages_and_ends_somewhere(pages: OfficePages) -> None:
    assert len(PAGE.findall(pages.document(Receipt(lines(100))))) == 2
    endless = len(PAGE.findall(pages.document(Receipt(lines(900)))))
    assert endless == -(-RECEIPT_ROWS_LIMIT // PAGE_ROWS)


def test_no_row_is_lost_between_pages_and_margins_stay_free(pages: OfficePages) -> None:
    receipt = lines(130)
    inked = 0
    for page in pages.pages(Receipt(receipt)):
        left, top, right, bottom = page.convert("L").point(lambda shade: 255 - shade).getbbox() or (0, 0, 0, 0)
        assert left >= MARGIN_DOTS
        assert top >= MARGIN_DOTS
        assert right <= PAGE_DOTS[0] - MARGIN_DOTS
        assert bottom <= PAGE_DOTS[1] - MARGIN_DOTS
        inked += black(page)
    assert inked == sum(black(pages.drawing.draw([line])) for line in receipt)


def test_titles_are_dots_and_not_words(pages: OfficePages) -> None:
    assert b"Solitude" not in pages.document(Receipt((ReceiptLine("Solitude"),)))


@pytest.mark.parametrize("more", [QrCode("https://library.example"), Code128("BRANCH-1"), ReceiptLine("书")])
def test_codes_and_lines_are_drawn(pages: OfficePages, more: ReceiptPart) -> None:
    assert len(pages.document(Receipt((more,)))) > len(pages.document(Receipt((QrCode(""),)))) + 30


def test_the_logo_is_on_the_first_page(pages: OfficePages) -> None:
    with_logo = replace(pages, logo=Image.effect_noise((COLUMN_DOTS, 200), 80).convert("1"))
    assert len(with_logo.document(Receipt(()))) > len(pages.document(Receipt(()))) + 10_000


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.builds(ReceiptLine, st.text()), st.builds(QrCode, st.text(max_size=20))), max_size=4))
def test_any_receipt_is_a_document(pages: OfficePages, parts: list[ReceiptPart]) -> None:
    assert pages.document(Receipt(tuple(parts))).startswith(b"%PDF")

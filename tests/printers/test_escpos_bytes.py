"""Receipts become rasters of the paper's width, in bands, in bytes that our own decoder understands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.described import Described
from drivers.printers.commands import describe_commands
from drivers.printers.escpos import (
    AUTOMATIC_STATUS_ALL,
    INITIALISE,
    Cut,
    ask_status,
    automatic_status,
    code_128,
    code_system,
    cut,
    qr_code,
    raster_bands,
)
from drivers.printers.raster import RECEIPT_ROWS_LIMIT, WIDTH_58_MM, WIDTH_80_MM, ReceiptDrawing
from drivers.printers.receipt import Align, ReceiptLine, Style

BAND_ROWS = 100


def inked_columns(picture: Image.Image) -> tuple[int, int]:
    box = picture.convert("L").point(lambda shade: 255 - shade).getbbox()
    assert box is not None, "nothing was drawn"
    return box[0], box[2]


def test_one_black_dot_is_the_first_bit_of_the_first_byte() -> None:
    picture = Image.new("1", (16, 2), 1)
    picture.putpixel((0, 0), 0)
    assert raster_bands(picture, BAND_ROWS) == (bytes.fromhex("1D7630000200020080000000"),)


def test_a_tall_picture_is_cut_into_bands_of_100_rows() -> None:
    bands = raster_bands(Image.new("1", (WIDTH_80_MM, 250), 1), BAND_ROWS)
    described = [describe_commands(band) for band in bands]
    assert [(each[0].fields["width_bytes"], each[0].fields["height"]) for each in described] == [
        (72, 100),
        (72, 100),
        (72, 50),
    ]
    assert [each[0].findings for each in described] == [[], [], []]


@pytest.mark.parametrize(
    ("how", "ends"),
    [
        (Cut.FULL, "1B64061D564100"),
        (Cut.PARTIAL, "1B64061D564200"),
        (Cut.FULL_AT_ONCE, "1B64061D5600"),
        (Cut.PARTIAL_AT_ONCE, "1B64061D5601"),
        (Cut.ONE_POINT_LEFT, "1B64061B69"),
        (Cut.THREE_POINTS_LEFT, "1B64061B6D"),
        (Cut.NONE, "1B6406"),
    ],
)
def test_paper_is_fed_past_the_knife_before_it_is_cut(how: Cut, ends: str) -> None:
    assert cut(how, 6) == bytes.fromhex(ends)


def test_short_commands_are_those_of_the_reference() -> None:
    assert describe_commands(INITIALISE + automatic_status(AUTOMATIC_STATUS_ALL) + ask_status(4)) == [
        Described("initialise"),
        Described("automatic-status-request", {"mask": 255}),
        Described("status-request", {"n": 4}),
    ]


def test_a_qr_code_is_stored_and_printed() -> None:
    messages = describe_commands(qr_code("LOAN-042"))
    assert [each.message for each in messages] == ["qr-model", "qr-size", "qr-level", "qr-store", "qr-print"]
    assert messages[3].fields == {"data": "LOAN-042"}


def test_a_code_128_and_a_code_system_are_those_of_the_reference() -> None:
    assert code_128("BK-0012345") == bytes.fromhex("1D6B490C7B42424B2D30303132333435")
    assert code_system(1) == bytes.fromhex("1B3901")


def test_chinese_is_drawn_and_not_as_empty_boxes(drawing: ReceiptDrawing) -> None:
    book, shop = (drawing.draw([ReceiptLine(letter)]) for letter in "书店")
    assert book.tobytes() != shop.tobytes()


@pytest.mark.parametrize("width", [WIDTH_58_MM, WIDTH_80_MM])
def test_long_lines_wrap_inside_the_paper(drawing: ReceiptDrawing, width: int) -> None:
    narrow = ReceiptDrawing(drawing.font_path, drawing.font_index, width)
    long = "百年孤独加西亚马尔克斯著 One hundred years of solitude " * 4 + "x" * 200
    picture = narrow.draw([ReceiptLine(long)])
    left, right = inked_columns(picture)
    assert picture.width == width
    assert right <= width
    assert right - left > width // 2


def test_alignment_moves_the_ink(drawing: ReceiptDrawing) -> None:
    lefts = [
        inked_columns(drawing.draw([ReceiptLine("due", Style.SMALL, align)]))[0]
        for align in (Align.LEFT, Align.CENTRE, Align.RIGHT)
    ]
    assert lefts == sorted(lefts)
    assert lefts[0] < 10
    assert lefts[2] > WIDTH_80_MM - 60


def test_a_rule_goes_across_the_paper(drawing: ReceiptDrawing) -> None:
    assert inked_columns(drawing.draw([ReceiptLine("", Style.RULE)])) == (0, WIDTH_80_MM)


def test_an_endless_receipt_ends(drawing: ReceiptDrawing) -> None:
    endless = [ReceiptLine("line") for _ in range(1000)]
    assert drawing.draw(endless).height == RECEIPT_ROWS_LIMIT


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.builds(ReceiptLine, st.text(max_size=60), st.sampled_from(Style), st.sampled_from(Align)), max_size=4)
)
def test_any_text_can_be_drawn_and_sent(drawing: ReceiptDrawing, lines: list[ReceiptLine]) -> None:
    bands = raster_bands(drawing.draw(lines), BAND_ROWS)
    assert all(describe_commands(band)[0].findings == [] for band in bands)

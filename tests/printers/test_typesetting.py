"""From a receipt to pieces: pictures in bands, text, codes, the logo on top, feed and cut by the model."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.described import Described
from drivers.printers.codes import code_128_modules, code_128_picture, qr_matrix, qr_picture
from drivers.printers.commands import describe_commands
from drivers.printers.models import MODELS, ModelName
from drivers.printers.raster import RECEIPT_ROWS_LIMIT, WIDTH_58_MM, ReceiptDrawing
from drivers.printers.receipt import (
    LONGEST_CODE_128,
    LONGEST_QR_BYTES,
    Align,
    Code128,
    QrCode,
    Receipt,
    ReceiptLine,
    ReceiptPart,
    Style,
)
from drivers.printers.text import Lettering
from drivers.printers.typesetting import Typesetting

texts = st.text(max_size=40)
parts: st.SearchStrategy[ReceiptPart] = st.one_of(
    st.builds(ReceiptLine, texts, st.sampled_from(Style), st.sampled_from(Align)),
    st.builds(QrCode, texts, st.sampled_from(Align)),
    st.builds(Code128, texts, st.sampled_from(Align)),
)


def sent(typesetting: Typesetting, *receipt: ReceiptPart) -> list[Described]:
    return describe_commands(b"".join(piece.data for piece in typesetting.pieces(Receipt(receipt))))


def messages(typesetting: Typesetting, *receipt: ReceiptPart) -> list[str]:
    return [each.message for each in sent(typesetting, *receipt)]


@pytest.mark.parametrize(
    ("model", "ends"),
    [
        (ModelName.GENERIC_80, "1B64061D564200"),
        (ModelName.GENERIC_58, "1B64061D564200"),
        (ModelName.HS_K33, "1B64071B69"),
    ],
)
def test_feed_and_cut_are_the_models(drawing: ReceiptDrawing, model: ModelName, ends: str) -> None:
    pieces = Typesetting(drawing, MODELS[model]).pieces(Receipt((ReceiptLine("书"),)))
    assert pieces[-1].data == bytes.fromhex(ends)


def test_bands_are_as_high_as_the_model_takes_them(typesetting: Typesetting) -> None:
    short = replace(typesetting, model=replace(typesetting.model, band_rows=30))
    heights = [each.fields["height"] for each in sent(short, ReceiptLine("书"), ReceiptLine("店"))[:-2]]
    assert heights == [30, 30, 12]


def test_codes_are_drawn_by_the_printer_between_the_pictures(typesetting: Typesetting) -> None:
    assert messages(typesetting, ReceiptLine("书"), QrCode("https://library.example"), ReceiptLine("店")) == [
        "raster",
        "align",
        "qr-model",
        "qr-size",
        "qr-level",
        "qr-store",
        "qr-print",
        "align",
        "raster",
        "feed",
        "cut",
    ]
    assert messages(typesetting, Code128("BRANCH-1")) == ["align", "barcode", "align", "feed", "cut"]


def test_a_code_128_that_a_narrow_printer_would_leave_out_is_sent_as_a_picture(typesetting: Typesetting) -> None:
    narrow = replace(typesetting, drawing=replace(typesetting.drawing, width_dots=WIDTH_58_MM))
    assert "raster" in messages(narrow, Code128("1" * LONGEST_CODE_128))
    assert "raster" not in messages(typesetting, Code128("1" * LONGEST_CODE_128))


@pytest.mark.parametrize(
    "code",
    [QrCode(""), QrCode("x" * (LONGEST_QR_BYTES + 1)), Code128(""), Code128("书"), Code128("a{b"), Code128("\n")],
)
def test_a_code_that_cannot_be_is_left_out_and_the_rest_is_printed(typesetting: Typesetting, code: ReceiptPart) -> None:
    assert messages(typesetting, code, ReceiptLine("书")) == ["raster", "feed", "cut"]


def test_the_logo_stands_on_top(typesetting: Typesetting) -> None:
    logo = Image.new("1", (576, 150), 0)
    with_logo = replace(typesetting, logo=logo)
    first, second, *_ = sent(with_logo, ReceiptLine("书"))
    assert (first.fields["height"], second.fields["height"]) == (100, 50)
    assert first.fields["data"] == "FF" * 72 * 100


def test_text_goes_out_a_few_lines_at_a_time_so_that_the_end_of_the_paper_is_heard_of(typesetting: Typesetting) -> None:
    lettered = replace(typesetting, lettering=Lettering.GB18030)
    pieces = lettered.pieces(Receipt(tuple(ReceiptLine(f"{number}. 百年孤独") for number in range(20))))
    assert [piece.data.count(b"\n") for piece in pieces] == [8, 8, 4, 0]


def test_a_line_beyond_the_printers_characters_is_a_picture_among_the_text(typesetting: Typesetting) -> None:
    lettered = replace(typesetting, lettering=Lettering.GB2312)
    said = messages(lettered, ReceiptLine("书"), ReceiptLine("圖書館"), ReceiptLine("店"))
    assert [each for each in said if each in ("text", "raster")] == ["text", "raster", "text"]


@pytest.mark.parametrize(("number", "begins"), [(None, b"\x1ba"), (1, b"\x1b9\x01\x1ba")])
def test_a_code_system_is_sent_before_text_where_it_is_set(
    typesetting: Typesetting, number: int | None, begins: bytes
) -> None:
    lettered = replace(typesetting, lettering=Lettering.GB18030, code_system=number)
    data = b"".join(piece.data for piece in lettered.pieces(Receipt((ReceiptLine("书"),))))
    assert data.startswith(begins)
    assert b"\x1b9" not in b"".join(
        piece.data for piece in replace(lettered, lettering=Lettering.RASTER).pieces(Receipt(()))
    )


def test_an_endless_receipt_ends_with_its_cut(typesetting: Typesetting) -> None:
    lettered = replace(typesetting, lettering=Lettering.GB18030)
    pieces = lettered.pieces(Receipt(tuple(ReceiptLine("line") for _ in range(2000))))
    assert RECEIPT_ROWS_LIMIT - 500 < sum(piece.rows for piece in pieces) <= RECEIPT_ROWS_LIMIT
    assert pieces[-1].data.endswith(b"\x1dV\x42\x00")


@settings(max_examples=50, deadline=None)
@given(st.lists(parts, max_size=5), st.sampled_from(Lettering), st.sampled_from([576, WIDTH_58_MM]))
def test_any_receipt_is_only_commands_that_we_know(
    typesetting: Typesetting, receipt: list[ReceiptPart], lettering: Lettering, width_dots: int
) -> None:
    any_way = replace(typesetting, lettering=lettering, drawing=replace(typesetting.drawing, width_dots=width_dots))
    described = sent(any_way, *receipt)
    assert [each for each in described if each.findings] == []
    assert described[-1].message == "cut"


def test_a_qr_picture_holds_the_same_modules_each_of_the_same_size() -> None:
    matrix = qr_matrix("https://library.example")
    picture = qr_picture("https://library.example", 576)
    dots = picture.width // len(matrix)
    quiet = (picture.height - picture.width) // 2
    middle = dots // 2
    seen = [
        [picture.getpixel((column * dots + middle, quiet + row * dots + middle)) == 0 for column in range(len(matrix))]
        for row in range(len(matrix))
    ]
    assert seen == matrix


def test_a_code_128_picture_holds_its_modules() -> None:
    modules = code_128_modules("BRANCH-1")
    picture = code_128_picture("BRANCH-1", 576)
    dots = picture.width // len(modules)
    assert "".join("1" if picture.getpixel((at * dots, 80)) == 0 else "0" for at in range(len(modules))) == modules

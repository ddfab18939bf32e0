"""What comes out of the printer: strips, their dots, their words, their pictures."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from firmware_sim.paper.strip import HEAD_TO_KNIFE
from tests.firmware_sim_printer.conftest import BLACK, CUT, INITIALISE, ROW, WIDTH, Desk, a_raster

CHINESE = b"\x1c&"
LATIN = b"\x1c."
CENTRE, RIGHT = b"\x1ba\x01", b"\x1ba\x02"


def dots_of_row(desk: Desk, row: int, strip: int = 0) -> str:
    data = desk.printer.strips[strip].rows[row * ROW : (row + 1) * ROW]
    return bin(int.from_bytes(data) | 1 << WIDTH)[3:]


def test_a_receipt_is_cut_off_and_the_next_one_begins(desk: Desk) -> None:
    first, second = desk.prints(INITIALISE + a_raster(40) + b"\x1dVA\x08" + a_raster(16))
    assert first.cut
    assert first.height == HEAD_TO_KNIFE + 40 + 8
    assert first.ink == 40 * WIDTH
    assert not second.cut
    assert second.ink == 16 * WIDTH


def test_paper_without_a_dot_is_no_strip(desk: Desk) -> None:
    assert desk.prints(INITIALISE + b"\x1bd\x0a") == []


@pytest.mark.parametrize("cut", [b"\x1dV\x00", b"\x1dV1", b"\x1bi", b"\x1bm"])
def test_a_cut_without_a_feed_cuts_what_has_not_passed_the_knife(desk: Desk, cut: bytes) -> None:
    first, second = desk.prints(a_raster(HEAD_TO_KNIFE + 40) + cut)
    assert first.ink == 40 * WIDTH
    assert second.ink == HEAD_TO_KNIFE * WIDTH


def test_a_raster_is_printed_dot_for_dot(desk: Desk) -> None:
    desk.prints(a_raster(1, b"\x81" + bytes(ROW - 1)))
    assert dots_of_row(desk, HEAD_TO_KNIFE) == "10000001".ljust(WIDTH, "0")


@pytest.mark.parametrize(("mode", "width", "height"), [(0, 8, 3), (1, 16, 3), (2, 8, 6), (3, 16, 6), (51, 16, 6)])
def test_the_modes_of_a_raster_double_its_width_and_height(desk: Desk, mode: int, width: int, height: int) -> None:
    (strip,) = desk.prints(a_raster(3, BLACK, mode))
    assert strip.ink == width * height
    assert dots_of_row(desk, HEAD_TO_KNIFE + height - 1) == ("1" * width).ljust(WIDTH, "0")


@pytest.mark.parametrize(("align", "left"), [(b"\x1ba0", 0), (CENTRE, (WIDTH - 8) // 2), (RIGHT, WIDTH - 8)])
def test_a_raster_lies_where_the_alignment_says(desk: Desk, align: bytes, left: int) -> None:
    desk.prints(align + a_raster(1, BLACK))
    assert dots_of_row(desk, HEAD_TO_KNIFE).index("1") == left


def test_what_is_wider_than_the_paper_is_lost_at_the_edge(desk: Desk) -> None:
    (strip,) = desk.prints(a_raster(2, BLACK * (ROW + 10)))
    assert strip.ink == 2 * WIDTH


def test_the_raster_of_a_narrow_printer_is_narrow() -> None:
    (strip,) = Desk(384).prints(a_raster(2, BLACK * 48))
    assert (strip.width, strip.height, strip.ink) == (384, HEAD_TO_KNIFE + 2, 2 * 384)


def test_a_raster_behind_a_line_begun_is_not_printed(desk: Desk) -> None:
    (strip,) = desk.prints(b"Loan" + a_raster(30) + b"\n")
    assert strip.text == ("Loan",)
    assert strip.ink < 24 * 24 * 4


def test_text_is_kept_as_it_was_sent(desk: Desk) -> None:
    (strip,) = desk.prints(
        CHINESE + "图书馆借书单\n".encode("gb18030") + b"Le zahir\n" + LATIN + CENTRE + b"caf\x82 \x9c5\n" + CUT
    )
    assert strip.text == ("图书馆借书单", "Le zahir", "café £5")
    assert strip.ink > 500


def test_a_chinese_character_may_come_in_halves(desk: Desk) -> None:
    rare = "\U00020000"
    data = CHINESE + f"书{rare}\n".encode("gb18030")
    for byte in data:
        desk.sends(bytes((byte,)))
    (strip,) = desk.prints(CUT)
    assert strip.text == (f"书{rare}",)


def test_a_long_line_goes_on_below(desk: Desk) -> None:
    (strip,) = desk.prints(b"x" * 50 + b"\n")
    assert strip.text == ("x" * 48, "xx")


def test_large_text_takes_more_room(desk: Desk) -> None:
    small, large = desk.prints(b"Due\n" + CUT + b"\x1d!\x11Due\n" + CUT)
    assert large.height - small.height == 48 - 30
    assert large.ink == 4 * small.ink


def test_bold_text_has_more_ink(desk: Desk) -> None:
    plain, bold = desk.prints(b"Due 2026\n" + CUT + b"\x1bE\x01Due 2026\n" + CUT)
    assert bold.ink > plain.ink


def test_initialise_takes_the_modes_back_and_drops_the_line_begun(desk: Desk) -> None:
    (strip,) = desk.prints(b"\x1d!\x77\x1bE\x01half" + INITIALISE + b"Due\n" + CUT)
    assert strip.text == ("Due",)
    assert strip.height == HEAD_TO_KNIFE + 30


def test_a_qr_code_is_square_and_centred(desk: Desk) -> None:
    data = b"LOAN-042"
    store = b"\x1d(k" + (len(data) + 3).to_bytes(2, "little") + b"1P0" + data
    desk.prints(CENTRE + b"\x1d(k\x03\x001C\x06" + b"\x1d(k\x03\x001E1" + store + b"\x1d(k\x03\x001Q0")
    first = dots_of_row(desk, HEAD_TO_KNIFE)
    # Version 1 has 21 modules; the top edge of a finder pattern is 7 modules of black.
    assert first.index("1") == (WIDTH - 21 * 6) // 2
    assert first.lstrip("0").startswith("1" * 42 + "0")
    assert desk.printer.strips[0].height == HEAD_TO_KNIFE + 21 * 6


def test_a_barcode_is_code_128(desk: Desk) -> None:
    desk.prints(b"\x1dw\x02\x1dh\x50\x1dkI\x0c{BBK-0012345")
    row = dots_of_row(desk, HEAD_TO_KNIFE).rstrip("0")
    # Start B, and the stop pattern: ISO/IEC 15417, table 1; two dots a module.
    assert row.startswith("".join(bit * 2 for bit in "11010010000"))
    assert row.endswith("".join(bit * 2 for bit in "1100011101011"))
    assert desk.printer.strips[0].height == HEAD_TO_KNIFE + 0x50


@pytest.mark.parametrize("data", [b"", b"BK", b"{B\x01x", b"{Bx{", b"{B{9"])
def test_data_that_is_no_barcode_prints_none(desk: Desk, data: bytes) -> None:
    assert desk.prints(b"\x1dkI" + bytes((len(data),)) + data) == []


def test_a_strip_has_a_picture(desk: Desk) -> None:
    desk.prints(a_raster(8, b"\xf0" * ROW) + CUT)
    data = desk.printer.strip_png(0)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (WIDTH, HEAD_TO_KNIFE + 8)
        assert [picture.getpixel((x, HEAD_TO_KNIFE)) for x in (0, 3, 4, 7)] == [0, 0, 255, 255]
        assert picture.getpixel((0, 0)) == 255
    with pytest.raises(IndexError):
        desk.printer.strip_png(1)

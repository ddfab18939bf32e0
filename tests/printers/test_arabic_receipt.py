"""Arabic on paper: its own font, shaped, from right to left, beside titles of any script."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from drivers.errors import BadSetting
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.receipt import ReceiptLine
from tests.printers.conftest import FONT, SIMPLIFIED_CHINESE_FACE

ARABIC = Path("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf")


@pytest.fixture
def drawing() -> ReceiptDrawing:
    return ReceiptDrawing(FONT, SIMPLIFIED_CHINESE_FACE, arabic_path=ARABIC)


def inked(picture: Image.Image) -> tuple[int, int]:
    """First and last column with ink."""
    box = picture.point(lambda dot: 0 if dot else 255).getbbox()
    assert box is not None
    return box[0], box[2]


def test_letters_are_joined(drawing: ReceiptDrawing) -> None:
    together = inked(drawing.draw([ReceiptLine("كتب")]))
    apart = inked(drawing.draw([ReceiptLine("ك ت ب")]))
    assert together[1] - together[0] < (apart[1] - apart[0]) * 0.8


def test_a_chinese_title_after_arabic_words_stands_at_their_left(drawing: ReceiptDrawing) -> None:
    """What is read last in a line from the right is at its left end."""
    mixed, alone = (drawing.draw([ReceiptLine(text)]) for text in ("الكتاب 1: 三体", "三体"))
    width = inked(alone)[1]
    assert mixed.crop((0, 0, width, mixed.height)).tobytes() == alone.crop((0, 0, width, alone.height)).tobytes()


def test_a_chinese_title_keeps_its_own_font(drawing: ReceiptDrawing) -> None:
    plain = ReceiptDrawing(FONT, SIMPLIFIED_CHINESE_FACE)
    assert drawing.draw([ReceiptLine("三体 (2)")]).tobytes() == plain.draw([ReceiptLine("三体 (2)")]).tobytes()
    assert drawing.draw([ReceiptLine("كتب")]).tobytes() != plain.draw([ReceiptLine("كتب")]).tobytes()


def test_a_long_sentence_is_wrapped_to_the_paper(drawing: ReceiptDrawing) -> None:
    one, many = (drawing.draw([ReceiptLine("موعد الإرجاع 22 ديسمبر " * times)]) for times in (1, 8))
    assert many.height >= 3 * one.height
    assert inked(many)[1] <= drawing.width_dots


def test_an_arabic_font_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"absent\.ttf"):
        ReceiptDrawing(FONT, SIMPLIFIED_CHINESE_FACE, arabic_path=tmp_path / "absent.ttf").load_fonts()

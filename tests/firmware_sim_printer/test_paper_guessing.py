"""Words that Pillow draws in two colours are looked up, and stand only where every dot is theirs."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from firmware_sim.paper.fonts import Weight, font_file
from firmware_sim.paper.glyphs import Face
from firmware_sim.paper.guessing import guessed
from firmware_sim.paper.layout import Field, lines_of
from firmware_sim.paper.measuring import Print, prints_of
from firmware_sim.paper.reading import read_lines

WIDTH, SIZE = 576, 26
LINES = (
    "读者证尾号 B2C3",
    "应还日期 2026年12月24日",
    "2. Elephants : trunks and tusks",
    "1. Écran total",
    "1. 东方宏儒 : 季羡林传",
)


def drawn(line: str) -> Image.Image:
    """As a receipt is."""
    file = font_file(Weight.REGULAR)
    picture = Image.new("1", (WIDTH, 2 * SIZE))
    font = ImageFont.truetype(str(file.path), SIZE, index=file.face)
    ImageDraw.Draw(picture).text((40, 4), line, font=font, fill=1)
    return picture


def only_field(picture: Image.Image) -> Field:
    (fields,) = lines_of(WIDTH, picture.tobytes())
    (field,) = fields
    return field


def likeliest(field: Field) -> Print:
    return next(how for how in prints_of(field) if how.face == Face(Weight.REGULAR, SIZE))


@pytest.mark.parametrize("line", LINES)
def test_what_a_receipt_draws_is_looked_up(line: str) -> None:
    field = only_field(drawn(line))
    assert guessed(field, likeliest(field)) == line


def test_a_dot_that_is_not_of_the_words_is_no_proof() -> None:
    picture = drawn("A mouse's life")
    field = only_field(picture)
    how = likeliest(field)
    assert guessed(field, how) == "A mouse's life"
    left, top = field.left + 3, field.top + field.picture.height // 2
    picture.putpixel((left, top), 0 if picture.getpixel((left, top)) else 1)
    assert guessed(only_field(picture), how) is None
    assert [line.text for line in read_lines(WIDTH, picture.tobytes())] == ["A mouse's life"]

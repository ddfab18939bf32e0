"""Words come back from the dots of a receipt, whoever drew them: lines, sizes, weights, scripts and alignments."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from firmware_sim.paper.fonts import Weight, font
from firmware_sim.paper.reading import read_lines

WIDTH = 576
BLACK_FROM = 128
LINES = (
    "城市图书馆",
    "2026-11-25 10:42",
    "盪著鞦韆喝咖啡",
    "应还日期 2026年12月24日",
    "A mouse's life",
    "Gardening at Sissinghurst",
    "深入理解计算机系统（原书第三版）",
    "Écran total",
    "谢谢，欢迎再来！",
    "读者证尾号 B2C3",
)


def printed(line: str, size: int, weight: Weight, left: int = 0, cut: int = BLACK_FROM) -> list[str]:
    """The lines that are read from a strip with this one line between two rules."""
    grey = Image.new("L", (WIDTH, 3 * size))
    pen = ImageDraw.Draw(grey)
    pen.text((left, size // 2), line, font=font(weight, size), fill=255)
    pen.line((0, 2, WIDTH - 1, 2), fill=255, width=2)
    pen.line((0, 3 * size - 4, WIDTH - 1, 3 * size - 4), fill=255, width=2)
    strip = grey.point([255 * (shade >= cut) for shade in range(256)], "1")
    return [found.text for found in read_lines(WIDTH, strip.tobytes())]


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_as_it_was_printed(line: str) -> None:
    assert printed(line, 26, Weight.REGULAR) == [line]


@pytest.mark.parametrize(
    ("size", "weight"), [(20, Weight.REGULAR), (24, Weight.BOLD), (32, Weight.REGULAR), (36, Weight.BOLD)]
)
def test_sizes_and_weights_are_found_from_the_dots(size: int, weight: Weight) -> None:
    assert printed("借 A mouse's life 还", size, weight) == ["借 A mouse's life 还"]


@pytest.mark.parametrize("left", [1, 7, 200])
def test_it_does_not_matter_where_on_the_paper_a_line_stands(left: int) -> None:
    assert printed("怪兽图 2 本", 26, Weight.REGULAR, left) == ["怪兽图 2 本"]


@pytest.mark.parametrize("cut", [100, 128, 150])
def test_it_does_not_matter_how_grey_became_black(cut: int) -> None:
    assert printed("图书 Elephants", 26, Weight.REGULAR, cut=cut) == ["图书 Elephants"]


def test_two_ends_of_one_line_stay_apart() -> None:
    grey = Image.new("L", (WIDTH, 60))
    pen = ImageDraw.Draw(grey)
    pen.text((0, 10), "周庄", font=font(Weight.REGULAR, 26), fill=255)
    pen.text((400, 10), "12-24", font=font(Weight.REGULAR, 26), fill=255)
    assert [line.text for line in read_lines(WIDTH, grey.convert("1").tobytes())] == ["周庄 12-24"]


def test_what_is_no_writing_is_not_made_up() -> None:
    picture = Image.new("1", (WIDTH, 60))
    ImageDraw.Draw(picture).ellipse((100, 10, 140, 50), fill=1)
    assert [line.text for line in read_lines(WIDTH, picture.tobytes())] == ["\ufffd"]
    assert read_lines(WIDTH, bytes(WIDTH // 8 * 40)) == []

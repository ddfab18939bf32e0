"""Setting text: nothing is lost, nothing is too wide, nothing stands where it must not."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.screens.lettering import NEVER_FIRST, REPLACEMENT, Ruler, clean, clusters, drawable, pieces
from kiosk.screens.ops import Weight
from kiosk.screens.paint import Fonts


class Typewriter:
    """A font whose ideographs are an em wide and whose other letters half of one; it has no letter above U+FFFF."""

    def width(self, text: str, size: int, weight: Weight) -> int:
        return sum(size if ord(character) > 0x2E7F else size // 2 for character in text)

    def has_glyph(self, character: str) -> bool:
        return ord(character) <= 0xFFFF


RULER = Ruler(Typewriter(), 1.0)
LINE = 200
SIZE = 20


def wrapped(text: str, most: int | None = None, width: int = LINE) -> list[str]:
    return RULER.wrapped(RULER.drawable(text), SIZE, Weight.REGULAR, width, most)


def test_chinese_breaks_anywhere_but_never_before_a_closing_mark() -> None:
    lines = wrapped("深入理解计算机系统（原书第三版）" * 3)
    assert all(line[0] not in NEVER_FIRST for line in lines)
    assert "".join(lines) == "深入理解计算机系统（原书第三版）" * 3


def test_a_line_ends_after_a_mark_where_there_is_one() -> None:
    assert wrapped("请重新放平，靠近台面中央") == ["请重新放平，", "靠近台面中央"]


def test_no_last_line_is_a_single_character() -> None:
    assert min(map(len, wrapped("这本书已被其他读者预约"))) > 1


def test_english_breaks_between_words() -> None:
    assert wrapped("Another reader has reserved it") == ["Another reader", "has reserved it"]


def test_a_long_title_ends_in_an_ellipsis_of_its_script() -> None:
    assert wrapped("百年孤独" * 20, most=2)[1].endswith("…")
    assert wrapped("One Hundred Years of Solitude " * 5, most=2)[1].endswith("...")


def test_quotes_in_latin_text_are_not_as_wide_as_ideographs() -> None:
    assert drawable("Philosopher’s “Stone”…", Typewriter()) == 'Philosopher\'s "Stone"...'
    assert drawable("按“完成”结束", Typewriter()) == "按“完成”结束"


def test_control_and_direction_characters_are_dropped() -> None:
    assert clean("a\0b\u202ec\ud800d\x1b[31m\n\te") == "abcd[31m e"


def test_what_no_font_has_becomes_a_box() -> None:
    assert drawable("a\U0001f600b", Typewriter()) == f"a{REPLACEMENT}b"


def test_combining_marks_stay_with_their_letter() -> None:
    assert clusters("e\u0301a") == ["e\u0301", "a"]


@given(st.text(max_size=120), st.sampled_from([None, 1, 2, 3]), st.integers(30, 900))
@settings(max_examples=150, deadline=None)
def test_any_text_is_set_within_its_column(text: str, most: int | None, width: int) -> None:
    lines = wrapped(text, most, width)
    for line in lines:
        assert RULER.width(line, SIZE, Weight.REGULAR) <= width or len(clusters(line)) <= 1
    if most is not None:
        assert len(lines) <= most
    else:
        assert "".join("".join(lines).split()) == "".join(RULER.drawable(text).split())


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


@given(st.text(max_size=60), st.integers(1, 600))
@settings(max_examples=60, deadline=None)
def test_shortened_text_always_fits(measure: Fonts, text: str, width: int) -> None:
    ruler = Ruler(measure, 1.0)
    short = ruler.shortened(ruler.drawable(text), 30, Weight.BOLD, width)
    assert ruler.width(short, 30, Weight.BOLD) <= width

"""Mixed scripts and directions: what is drawn with which font, and in which order."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.circulation import Language
from kiosk.screens.frame import Frame, Size
from kiosk.screens.ops import Align, Box, Icon, Text, Weight
from kiosk.screens.paint import Fonts, Painter, png
from kiosk.screens.runs import Script, begins_rtl, has_rtl, runs
from kiosk.screens.samples import in_language, samples
from kiosk.screens.window import Mode, Window
from tests.screens.conftest import SIZES, Draw

mixed = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("ابت אבג 深入 abc 123 ()٫.,!?\"'%")), max_size=40
)


def shown(text: str, rtl: bool) -> list[str]:
    """The runs from left to right; those that are read from the right marked so."""
    return [f"<{run.text}" if run.rtl else run.text for run in runs(text, rtl)]


def test_chinese_and_latin_are_one_run() -> None:
    assert [run.script for run in runs("借好了 3 books", False)] == [Script.EAST_ASIAN]


def test_a_number_within_arabic_is_read_from_the_left_and_stands_where_it_belongs() -> None:
    assert shown("تأخر 12 يومًا", True) == ["< يومًا", "12", "<تأخر "]


def test_a_latin_name_at_the_end_of_an_arabic_sentence_stands_at_its_left() -> None:
    assert shown("مرحبًا Amélie", True) == ["Amélie", "<مرحبًا "]


def test_an_arabic_title_in_a_latin_line_is_turned_by_itself() -> None:
    assert shown("1. كليلة ودمنة vol. 2", False) == ["1. ", "<كليلة ودمنة", " vol. 2"]


def test_quotes_come_from_the_font_that_has_them() -> None:
    scripts = {run.text.strip(): run.script for run in runs('المس "تم" للإنهاء', True)}
    assert scripts['"'] is Script.EAST_ASIAN
    assert scripts["تم"] is Script.ARABIC


def test_the_direction_of_a_title_is_that_of_its_first_letter() -> None:
    assert begins_rtl("12 كليلة abc")
    assert not begins_rtl("12 abc كليلة")
    assert not has_rtl("深入 abc")


@given(mixed, st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_character_is_lost_or_made(text: str, rtl: bool) -> None:
    assert sorted("".join(run.text for run in runs(text, rtl))) == sorted(text)


@given(mixed, st.booleans())
@settings(max_examples=200, deadline=None)
def test_letters_stand_in_the_direction_of_their_script(text: str, rtl: bool) -> None:
    for run in runs(text, rtl):
        for character in run.text:
            match unicodedata.bidirectional(character):
                case "R" | "AL":
                    assert run.rtl, (character, run)
                case "L" | "EN" | "AN":
                    assert not run.rtl, (character, run)
                case _:
                    pass


MIXED = (("مرحبًا 伟 (2)", True), ("深入 العربية abc", False), ("ภาษาไทย 中文", False))


@pytest.mark.parametrize(("text", "rtl"), MIXED)
def test_mixed_text_is_drawn_as_wide_as_it_is_measured(measure: Fonts, text: str, rtl: bool) -> None:
    window = Window(SIZES[0], Mode.HEADLESS)
    box = Box(100, 100, 800, 60)
    Painter(window.surface, measure).paint([Text(box, text, 40, Weight.BOLD, "#FFFFFF", Align.LEFT, rtl=rtl)])
    inked = [x for x in range(1080) if any(window.surface.get_at((x, y))[0] > 80 for y in range(80, 190))]
    assert abs(inked[-1] - inked[0] - measure.width(text, 40, Weight.BOLD)) < 12


def test_each_language_draws_ideographs_in_its_own_forms(measure: Fonts) -> None:
    pictures = set()
    for language in (Language.ZH, Language.ZH_HANT, Language.JA):
        window = Window(SIZES[0], Mode.HEADLESS)
        text = Text(Box(0, 0, 400, 200), "骨直返", 100, Weight.REGULAR, "#FFFFFF", language=language)
        Painter(window.surface, measure).paint([text])
        pictures.add(png(window.surface))
    assert len(pictures) == 3


def positions(frame: Frame) -> dict[str, Box]:
    return {node.id: node.bounds for node in frame.tree.walk() if node.bounds.w}


@pytest.mark.parametrize("size", SIZES)
def test_an_arabic_screen_is_the_mirror_of_a_chinese_one(draw: Draw, size: Size) -> None:
    """The bar and the list: what is at the left there is at the right here, as far from the edge."""
    state = samples()["borrow-mixed"]
    left, right = (draw(in_language(state, one), size) for one in (Language.EN, Language.AR))
    here, there = positions(left), positions(right)
    for node_id in ("help.open", "language.open", "borrow.done", "borrow.list", "header.clock"):
        assert there[node_id].x == left.size.width - here[node_id].right, node_id
        assert there[node_id].w == here[node_id].w


def test_arrows_point_where_reading_goes_and_pictures_do_not_turn(draw: Draw) -> None:
    state = samples()["attract"]
    for language, mirrored in ((Language.ZH, False), (Language.AR, True)):
        icons = {op.name: op for op in draw(in_language(state, language)).draw_list if isinstance(op, Icon)}
        assert icons["chevron-right"].mirrored is mirrored
        assert not icons["book-up"].mirrored


def test_a_chinese_title_in_an_arabic_list_stands_at_the_right_and_reads_from_the_left(draw: Draw) -> None:
    frame = draw(in_language(samples()["borrow-mixed"], Language.AR))
    title = next(op for op in frame.draw_list if isinstance(op, Text) and op.text == "三体")
    assert title.align is Align.RIGHT
    assert not title.rtl

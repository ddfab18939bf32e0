"""Receipts as text of the printer's own fonts: every character of Unicode in GB 18030, and no title is a command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printers.commands import describe_commands
from drivers.printers.escpos import CHINESE_OFF, CHINESE_ON
from drivers.printers.receipt import Align, ReceiptLine, Style
from drivers.printers.text import Lettering, has_characters, text_dots, typed

WIDTHS = (576, 384)
OUR_COMMANDS = {"align", "size", "chinese-mode", "text"}
characters = st.characters(exclude_categories=["Cs"])
lines = st.builds(
    ReceiptLine,
    st.text(max_size=80),
    st.sampled_from([Style.TITLE, Style.BODY, Style.SMALL]),
    st.sampled_from(Align),
)


def words(rows: list[bytes]) -> list[str]:
    """What stands between the commands that switch Chinese on and off, row by row."""
    return [row.split(CHINESE_ON)[1].split(CHINESE_OFF)[0].decode("gb18030").removesuffix("\n") for row in rows]


@given(characters)
def test_every_character_of_unicode_is_said_in_gb18030_and_none_holds_a_control_byte(letter: str) -> None:
    data = letter.encode("gb18030")
    assert data.decode("gb18030") == letter
    assert unicodedata.category(letter) == "Cc" or min(data) >= 0x20
    assert has_characters(letter, Lettering.GB18030)


@settings(max_examples=100, deadline=None)
@given(lines, st.sampled_from(WIDTHS))
def test_a_line_is_only_the_commands_of_its_style_and_text_that_fits(line: ReceiptLine, width_dots: int) -> None:
    rows = typed(line, Lettering.GB18030, width_dots)
    assert rows
    described = describe_commands(b"".join(rows))
    assert {each.message for each in described} <= OUR_COMMANDS
    assert [each.findings for each in described if each.findings] == []
    scale = 2 if line.style is Style.TITLE else 1
    assert all(scale * text_dots(said) <= width_dots for said in words(rows))


@settings(max_examples=100, deadline=None)
@given(lines, st.sampled_from(WIDTHS))
def test_no_visible_character_is_lost(line: ReceiptLine, width_dots: int) -> None:
    rows = typed(line, Lettering.GB18030, width_dots)
    assert rows is not None
    wanted = [letter for letter in line.text if unicodedata.category(letter)[0] != "C" and not letter.isspace()]
    assert [letter for letter in "".join(words(rows)) if not letter.isspace()] == wanted


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.sampled_from([Lettering.GBK, Lettering.GB2312]))
def test_an_older_set_is_sent_the_same_bytes_or_nothing(text: str, lettering: Lettering) -> None:
    rows = typed(ReceiptLine(text), lettering, 576)
    assert rows is None or rows == typed(ReceiptLine(text), Lettering.GB18030, 576)


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("图书馆 Library", {Lettering.GB18030, Lettering.GBK, Lettering.GB2312}),
        ("加西亚·马尔克斯", {Lettering.GB18030, Lettering.GBK, Lettering.GB2312}),
        ("圖書館", {Lettering.GB18030, Lettering.GBK}),
        ("El niño", {Lettering.GB18030}),
        ("𠀀", {Lettering.GB18030}),
    ],
)
def test_a_line_goes_as_text_only_where_the_printer_has_its_characters(text: str, sets: set[Lettering]) -> None:
    assert {each for each in Lettering if has_characters(text, each)} == sets


def test_a_title_is_twice_as_large_in_the_middle_and_all_is_put_back_behind_it() -> None:
    assert typed(ReceiptLine("Library", Style.TITLE, Align.CENTRE), Lettering.GB18030, 576) == [
        bytes.fromhex("1B6101 1D2111 1C26") + b"Library\n" + bytes.fromhex("1C2E 1D2100 1B6100")
    ]


def test_long_titles_wrap_by_the_dots_of_the_paper() -> None:
    rows = typed(ReceiptLine("百年孤独" * 10 + " One hundred years of solitude"), Lettering.GB18030, 384)
    assert words(rows or []) == ["百年孤独" * 4, "百年孤独" * 4, "百年孤独" * 2 + " One hundred", "years of solitude"]


def test_a_rule_is_a_row_of_dashes_as_wide_as_the_paper() -> None:
    (row,) = words(typed(ReceiptLine("", Style.RULE), Lettering.GB2312, 384) or [])
    assert row == "-" * 32

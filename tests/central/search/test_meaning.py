"""What people type, and what they mean by it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from kiosk.central.search.queries import LONGEST
from kiosk.central.search.wider import find
from kiosk.model.finding import How
from tests.central.search.test_cases import found

AWKWARD = (
    "",
    "\0",
    "a\0b",
    "📚🤖",
    "\ud800",
    '"',
    "'",
    "''); DELETE FROM search_entries; --",
    'title : "x" NEAR(y, 2) AND OR NOT ^ * {a b} : c',
    "a & b | !c <-> 'd':*A",
    "\\",
    "%_%",
    "中" * 10_000,
    "a " * 5_000,
    "x" * 10_000,
    "\u202e\u200f\u0000\u0007",
    "ﷺ" * 200,
    "-1",
    "--",
    "(((((((((((((((",
    ")",
    "\n\t\r",
)


@pytest.mark.parametrize("typed", AWKWARD, ids=lambda typed: ascii(typed)[:30])
def test_nothing_that_is_typed_does_harm(index: Connection, typed: str) -> None:
    for finished in (True, False):
        find(index, typed, finished=finished)
    assert found(index, "新月派的绅士") == ["00310550"]


@settings(deadline=None, max_examples=60)
@given(typed=st.text(max_size=2 * LONGEST))
def test_no_text_at_all_does_harm(embedded: Connection, typed: str) -> None:
    find(embedded, typed, finished=False)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("novelisation", "00267971"),  # another letter
        ("novelzation", "00267971"),  # one left out
        ("novellization", "00267971"),  # one too many
        ("tabelts", "01027258"),  # two exchanged
        ("nuerologic", "00041137"),
        ("novelisatoin", "00267971"),  # two slips in a long word
        ("ceramqiue", "00697648"),
    ],
)
def test_a_word_typed_wrongly_finds_its_neighbour(index: Connection, typed: str, number: str) -> None:
    answer = find(index, typed, finished=True)
    assert answer.how is How.SPELLED
    assert number in [hit.control_number for hit in answer.hits]
    assert answer.meant


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("新月派的申士", "00310550"),  # another character of the same sound
        ("宝险损害", "00310892"),
        ("qindaidihouxiang", "00310503"),  # qing and qin
        ("ziranshisigaoyu", "00415883"),  # shi and si
    ],
)
def test_what_sounds_alike_is_found(index: Connection, typed: str, number: str) -> None:
    answer = find(index, typed, finished=True)
    assert answer.how is How.SOUNDING
    assert number in [hit.control_number for hit in answer.hits]


@pytest.mark.parametrize("typed", ["新月派的绅士们啊", "novelization gibberishword"])
def test_too_many_words_find_what_most_of_them_find(index: Connection, typed: str) -> None:
    answer = find(index, typed, finished=True)
    assert answer.how is How.FEWER
    assert {hit.control_number for hit in answer.hits} & {"00310550", "00267971"}


@pytest.mark.parametrize("typed", ["xin yue pai", "xinyuepai", "xyp", "xypds", "Xinyuepai de"])
def test_pinyin_begins_anywhere_with_or_without_blanks(index: Connection, typed: str) -> None:
    assert "00310550" in found(index, typed, finished=False)


def test_a_name_is_found_by_its_sound_too(index: Connection) -> None:
    assert "00509723" in found(index, "zhuxi")
    assert "00509723" in found(index, "zx", "initials")


def test_whole_titles_come_first(index: Connection) -> None:
    assert found(index, "上海", finished=False)[0] in {"00376335", "00387562", "00389093", "00389718"}


@pytest.mark.parametrize("typed", ["978750252", "7-5025-2799-X", "ISBN 978-7-5025-2799-0"])
def test_part_of_a_number_is_enough(index: Connection, typed: str) -> None:
    numbers = found(index, typed, finished=False)
    assert ("00376199" in numbers) is not typed.endswith("X")


def test_a_call_number_is_found_however_it_is_put(index: Connection) -> None:
    assert found(index, "PL2275 .R65", finished=False) == found(index, "pl2275.r65", finished=False)

"""Chinese words for letters while somebody looks for a title: five a row, and one touch puts one in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.circulation import Language
from kiosk.screens.frame import Frame
from kiosk.screens.samples import NOW_S, in_language, samples
from kiosk.screens.tree import Node
from kiosk.session.events import Device, Event, Health, Moment, Touch, Touched
from kiosk.session.state import Finding, Kiosk
from kiosk.session.step import step
from kiosk.words.pinyin import LONGEST, candidates, tail

Draw = Callable[..., Frame]


def offered(frame: Frame) -> list[Node]:
    return [node for node in frame.tree.walk() if node.id.startswith("find.key.word.")]


def typed(text: str, language: Language = Language.ZH) -> Kiosk:
    state = in_language(samples()["find"], language)
    assert isinstance(state.scene, Finding)
    well = replace(state.around, devices={Device.PAD: Health.OK}, pad_up=True)
    return replace(state, around=well, scene=replace(state.scene, typed=text))


def after(state: Kiosk, event: Event) -> Kiosk:
    return step(state, event, Moment(NOW_S + 1, state.around.utc))[0]


def test_five_are_shown_and_the_key_beside_them_shows_the_next_five_and_at_last_the_first(draw: Draw) -> None:
    state = typed("shi")
    known = [one.text for one in candidates("shi")]
    for first in (*range(0, len(known), 5), 0):
        assert [node.name for node in offered(draw(state))] == known[first : first + 5]
        more = draw(state).tree.find("find.key.more")
        assert more is not None
        assert isinstance(more.action, Touched)
        state = after(state, more.action)


@pytest.mark.parametrize(
    ("before", "word", "then"),
    [("shenru", "深入", "深入"), ("sl", "胜利", "胜利"), ("平凡ti", "体", "平凡体"), ("santi", "三", "三ti")],
)
def test_a_touched_word_takes_the_place_of_its_letters_and_is_looked_for_at_once(
    draw: Draw, before: str, word: str, then: str
) -> None:
    state = typed(before)
    action = next(node.action for node in offered(draw(state)) if node.name == word)
    assert isinstance(action, Touched)
    scene = after(state, action).scene
    assert isinstance(scene, Finding)
    assert scene.typed == then
    assert scene.ask is not None
    assert scene.row == 0


@pytest.mark.parametrize("target", ["", "0", "61", "-1", "x", "\u0661"])
def test_a_choice_that_is_none_changes_nothing(target: str) -> None:
    scene = after(typed("shi"), Touched(Touch.PICK, target)).scene
    assert isinstance(scene, Finding)
    assert scene.typed == "shi"


@pytest.mark.parametrize("language", [Language.EN, Language.AR, Language.DE, Language.JA])
def test_screens_in_other_languages_offer_none(draw: Draw, language: Language) -> None:
    assert offered(draw(typed("shi", language))) == []


@given(st.text(max_size=80))
def test_what_waits_is_the_end_of_what_was_typed(text: str) -> None:
    letters = tail(text)
    assert text.endswith(letters)
    assert len(letters) <= LONGEST
    assert not letters or (letters.isascii() and letters.isalpha())

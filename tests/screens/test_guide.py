"""Every screen by keyboard alone, and by ear alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.model.circulation import Language
from kiosk.screens.frame import Frame
from kiosk.screens.guide import Guide, Key, sentence, stops, voice_language
from kiosk.screens.ops import Ring, Text
from kiosk.screens.samples import NOW_S, TITLES, in_language, samples
from kiosk.screens.screen import Screen
from kiosk.screens.tree import Action, Role
from kiosk.session.events import Touch, Touched
from kiosk.session.state import Access, Kiosk
from kiosk.words.sentences import words
from tests.screens.conftest import Draw

SPEAKING = frozenset({Access.SPEECH})
STILL_HERE = Touched(Touch.STILL_HERE)


def walked(frame: Frame) -> dict[str, Action | None]:
    """What OK does at every place that the arrow down reaches, until it is at the first again."""
    guide, found = Guide(), dict[str, Action | None]()
    while True:
        guide = guide.pressed(Key.NEXT, frame, SPEAKING).guide
        if guide.focus in found:
            return found
        found[guide.focus] = guide.pressed(Key.OK, frame, SPEAKING).action


@pytest.mark.parametrize("name", samples())
def test_everything_that_can_be_touched_can_be_reached_by_keys(draw: Draw, name: str) -> None:
    frame = draw(samples()[name])
    touchable = {node.id: node.action for node in frame.tree.walk() if node.role is Role.BUTTON and node.action}
    reached = walked(frame)
    assert {node_id: action for node_id, action in reached.items() if action is not None} == touchable


@pytest.mark.parametrize("name", samples())
def test_every_place_says_something_and_the_room_never_hears_a_title_or_a_name(draw: Draw, name: str) -> None:
    for language in (Language.ZH, Language.EN):
        frame = draw(in_language(samples()[name], language))
        for node in stops(frame.tree):
            assert sentence(node, words(language), private=True).strip(), node
            for_all = sentence(node, words(language), private=False)
            assert not any(secret in for_all for secret in (*TITLES, "伟", "Amélie", "96.50")), node


def test_the_way_back_is_the_way_there(draw: Draw) -> None:
    frame = draw(samples()["borrow-mixed"])
    there = list(walked(frame))
    guide, back = Guide(), []
    for _ in there:
        guide = guide.pressed(Key.BEFORE, frame, SPEAKING).guide
        back.append(guide.focus)
    assert back == there[::-1]


def test_a_book_is_read_with_its_state_and_its_date(draw: Draw) -> None:
    frame = draw(in_language(samples()["borrow-mixed"], Language.EN))
    item = frame.tree.find("borrow.item.2")
    assert item is not None
    assert sentence(item, words(Language.EN), private=True) == "三体. Lent. Due 22 December"
    assert sentence(item, words(Language.EN), private=False) == "A book. Lent. Due 22 December"


def test_what_cannot_be_used_says_why(draw: Draw) -> None:
    frame = draw(in_language(samples()["account-offline"], Language.EN))
    button = frame.tree.find("account.renew-all")
    assert button is not None
    assert "This needs the network" in sentence(button, words(Language.EN), private=True)


def test_the_raised_key_begins_and_then_repeats(draw: Draw) -> None:
    frame = draw(in_language(samples()["home"], Language.EN))
    assert Guide().pressed(Key.RAISED, frame, frozenset()).action == Touched(Touch.SET_ACCESS, "speech")
    guide, said = Guide().shown(frame, frame, began=True)
    assert said[0].startswith("Speech is on")
    assert "Hello, 伟" in said
    assert guide.pressed(Key.RAISED, frame, SPEAKING).says[0] == "Hello, 伟"


def test_headphones_begin_it_and_without_them_it_ends(draw: Draw) -> None:
    frame, switch = draw(samples()["home"]), Touched(Touch.SET_ACCESS, "speech")
    assert Guide().pressed(Key.PLUGGED, frame, frozenset()).action == switch
    assert Guide().pressed(Key.PLUGGED, frame, SPEAKING).action is None
    assert Guide().pressed(Key.UNPLUGGED, frame, SPEAKING).action == switch
    assert Guide().pressed(Key.UNPLUGGED, frame, frozenset()).action is None


def test_a_book_that_gets_on_is_told_by_itself_and_nothing_else(draw: Draw) -> None:
    before = draw(in_language(samples()["borrow-reading"], Language.EN))
    after = draw(in_language(samples()["borrow-yours"], Language.EN))
    _, said = Guide().shown(after, before, began=False)
    assert any("三体" in text and "Lent" in text for text in said)
    assert not any("Help" in text for text in said)
    assert Guide().shown(after, after, began=False)[1] == ()


def test_what_lies_over_a_screen_is_walked_alone_and_said_when_it_comes(draw: Draw) -> None:
    before, after = (draw(in_language(samples()[name], Language.EN)) for name in ("borrow-mixed", "borrow-timeout"))
    assert all(node.id.startswith("timeout.") for node in stops(after.tree))
    _, said = Guide("borrow.done").shown(after, before, began=False)
    assert "Are you still there?" in said


def test_a_chinese_title_is_read_by_a_chinese_voice() -> None:
    assert voice_language("三体. Lent", Language.EN) is Language.ZH
    assert voice_language("Lent", Language.EN) is Language.EN
    assert voice_language("貸出済み", Language.JA) is Language.JA


class Ear:
    """Listens to a screen."""

    for_one = True

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.paces: list[int] = []

    def say(self, texts: object, language: Language, pace: int) -> None:
        assert isinstance(texts, tuple)
        self.heard += texts
        self.paces += [pace] * len(texts)

    def hush(self) -> None:
        self.heard.clear()


def eased(state: Kiosk, *access: Access) -> Kiosk:
    return replace(state, around=replace(state.around, access=frozenset(access)))


def test_a_screen_that_is_walked_shows_where_and_speaks_only_to_who_asked(screen: Screen) -> None:
    state = in_language(samples()["home"], Language.EN)
    listened = Ear()
    screen._voice = listened
    screen.show(state, NOW_S)
    assert screen.key(Key.NEXT) == STILL_HERE
    assert any(isinstance(op, Ring) for op in screen.frame.draw_list)
    assert listened.heard == []
    screen.show(eased(state, Access.SPEECH), NOW_S)
    assert listened.heard[0].startswith("Speech is on")
    screen.key(Key.NEXT)
    assert len(listened.heard) == 1, "what was being said is broken off"
    screen.show(in_language(samples()["attract"], Language.EN), NOW_S)
    assert listened.heard == []
    assert not any(isinstance(op, Ring) for op in screen.frame.draw_list)


def test_speech_gets_slower_by_a_key_and_is_itself_again_for_the_next_person(screen: Screen) -> None:
    state = eased(in_language(samples()["home"], Language.EN), Access.SPEECH)
    listened = Ear()
    screen._voice = listened
    screen.show(state, NOW_S)
    assert listened.paces[-1] == 100
    screen.key(Key.PACE)
    assert (listened.heard, listened.paces[-1]) == (["Slower"], 75)
    screen.key(Key.NEXT)
    assert listened.paces[-1] == 75
    screen.show(in_language(samples()["attract"], Language.EN), NOW_S)
    screen.show(state, NOW_S)
    assert listened.paces[-1] == 100


def test_who_only_listens_draws_a_curtain_that_any_touch_lifts(screen: Screen) -> None:
    state = eased(in_language(samples()["account"], Language.EN), Access.SPEECH)
    screen._voice = Ear()
    screen.show(state, NOW_S)
    lit, tree = screen.frame.draw_list, screen.frame.tree
    screen.key(Key.CURTAIN)
    dark = screen.frame
    assert not any(isinstance(op, Text) for op in dark.draw_list)
    assert dark.tree == tree, "keys and speech go on as before"
    button = next(node for node in tree.walk() if node.role is Role.BUTTON and node.action is not None)
    middle = button.bounds.x + button.bounds.w // 2, button.bounds.y + button.bounds.h // 2
    assert screen.touch(*middle) == STILL_HERE, "what nobody sees is not pressed"
    screen.show(state, NOW_S)
    assert screen.frame.draw_list == lit


def test_nobody_who_does_not_listen_can_make_the_screen_dark(draw: Draw) -> None:
    frame = draw(samples()["home"])
    assert Guide().pressed(Key.CURTAIN, frame, frozenset()).guide == Guide()

"""A new patron asks for a card; a patron changes their PIN; somebody without their card says who they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.circulation import Language, Patron
from kiosk.model.ids import PatronRef
from kiosk.model.joining import AskChange, AskJoin
from kiosk.model.questions import AccountTold, AskIdentify, Question
from kiosk.model.reasons import ReasonCode
from kiosk.session import typing_keys
from kiosk.session.effects import Ask
from kiosk.session.events import LinkChanged, Touch, Touched
from kiosk.session.form_parts import Field, Form
from kiosk.session.opened import Keys
from kiosk.session.state import Account, Attract, Filling, Home, Identifying, Idle, OutOfService
from kiosk.words.pinyin import LONGEST, candidates
from tests.session.playbook import (
    Playbook,
    Word,
    card,
    happens,
    offline,
    online,
    pad_plugged_in,
    pad_unplugged,
    patrons,
    policy,
    power_cut,
    scanned,
    seconds_pass,
    shows,
    touch,
)

LINE_UP, LINE_DOWN = happens(LinkChanged(True)), happens(LinkChanged(False))
NEXT = touch(Touch.ENTER)
JOINS = policy(lambda plain: replace(plain, joins=True))
ASKS_PIN = policy(lambda plain: replace(plain, asks_pin=True))
GROWN, CHILD = "19900412", "20170412"


def keys(text: str) -> Word:
    def say(play: Playbook) -> None:
        for sign in text:
            touch(Touch.DIGIT if sign.isdecimal() else Touch.TYPE, sign)(play)

    return say


def chooses(characters: str) -> Word:
    """Picks them among what is offered."""

    def say(play: Playbook) -> None:
        for one in characters.split():
            offered = [each.text for each in candidates(scene(play).letters)]
            touch(Touch.PICK, str(offered.index(one) + 1))(play)

    return say


def scene(play: Playbook) -> Filling:
    assert isinstance(play.scene, Filling), play.scene
    return play.scene


def asks_for(field: Field, problem: ReasonCode | None = None) -> Word:
    def say(play: Playbook) -> None:
        shown = scene(play)
        assert shown.at is field, (shown.at, shown.problem)
        assert (None if shown.problem is None else shown.problem.code) is problem

    return say


def asked(play: Playbook) -> list[Question]:
    return [effect.question for effect in play.effects if isinstance(effect, Ask)]


def names_of_wishes(play: Playbook) -> list[str]:
    wishes = [effect for effect in play.effects if isinstance(effect, Ask)]
    return [effect.id for effect in wishes if isinstance(effect.question, AskJoin)]


def answers(born: str) -> Word:
    """All questions of the form up to the last look at them."""

    def say(play: Playbook) -> None:
        for word in (
            NEXT,
            *(keys("ouyang"), chooses("欧阳"), NEXT),
            *(keys("xiaoxue"), chooses("小 雪"), NEXT),
            *(keys(born), NEXT),
            NEXT,
            *(keys("739204"), NEXT),
            *(keys("739204"), NEXT),
        ):
            word(play)

    return say


def begun(kiosk: Playbook) -> None:
    kiosk.when(JOINS, LINE_UP, touch(Touch.ACCOUNT), touch(Touch.JOIN))


def test_a_grown_up_gets_a_card_and_borrows_at_once(kiosk: Playbook) -> None:
    begun(kiosk)
    kiosk.expect(asks_for(Field.TERMS))
    kiosk.when(answers(GROWN))
    kiosk.expect(asks_for(Field.CHECK))
    kiosk.when(NEXT)
    (wish,) = (one for one in asked(kiosk) if isinstance(one, AskJoin))
    assert (wish.family_name, wish.given_name, wish.born.isoformat()) == ("欧阳", "小雪", "1990-04-12")
    assert (wish.email, wish.pin, wish.guardian) == ("", "739204", None)
    done = scene(kiosk)
    assert done.done
    assert done.joined is not None
    assert dict(done.said) == {}, "nothing of it is kept"
    kiosk.when(NEXT)
    kiosk.expect(shows(Home))


def test_a_child_needs_the_card_of_a_grown_up(kiosk: Playbook) -> None:
    begun(kiosk)
    kiosk.when(answers(CHILD), NEXT)
    kiosk.expect(asks_for(Field.GUARDIAN, ReasonCode.GUARDIAN_NEEDED))
    kiosk.when(scanned("04A1"))
    assert [one.guardian for one in asked(kiosk) if isinstance(one, AskJoin)] == ["04A1"]
    assert scene(kiosk).done


def test_no_answer_is_no_card_twice(kiosk: Playbook) -> None:
    """The wish is sent again under the name that it was sent under first."""
    begun(kiosk)
    kiosk.when(answers(GROWN), offline, NEXT)
    kiosk.expect(asks_for(Field.CHECK, ReasonCode.ASK_AGAIN))
    (first,) = names_of_wishes(kiosk)
    kiosk.when(online, NEXT)
    assert names_of_wishes(kiosk) == [first]


@pytest.mark.parametrize(
    ("typed", "why"),
    [("20170230", ReasonCode.BORN_WRONG), ("2017", ReasonCode.BORN_WRONG), ("29990101", ReasonCode.BORN_WRONG)],
)
def test_a_day_that_cannot_be_is_asked_for_again(kiosk: Playbook, typed: str, why: ReasonCode) -> None:
    begun(kiosk)
    kiosk.when(NEXT, keys("li"), chooses("李"), NEXT, keys("wei"), chooses("伟"), NEXT, keys(typed), NEXT)
    kiosk.expect(asks_for(Field.BORN, why))


@pytest.mark.parametrize("pin", ["123", "1111", "1234", "987654", GROWN])
def test_a_pin_that_is_guessed_at_once_is_refused(kiosk: Playbook, pin: str) -> None:
    begun(kiosk)
    kiosk.when(NEXT, keys("li"), chooses("李"), NEXT, keys("wei"), chooses("伟"), NEXT, keys(GROWN), NEXT, NEXT)
    kiosk.when(keys(pin), NEXT)
    kiosk.expect(asks_for(Field.NEW_PIN, ReasonCode.PIN_WEAK))
    kiosk.when(keys("7392"), NEXT, keys("7393"), NEXT)
    kiosk.expect(asks_for(Field.NEW_PIN, ReasonCode.PIN_DIFFERENT))
    assert scene(kiosk).typed == ""


def test_nothing_is_left_when_somebody_walks_away(kiosk: Playbook) -> None:
    begun(kiosk)
    kiosk.when(NEXT, keys("li"), chooses("李"), seconds_pass(91), seconds_pass(21))
    kiosk.expect(shows(Attract))
    kiosk.when(touch(Touch.ACCOUNT), touch(Touch.JOIN), NEXT)
    assert scene(kiosk).typed == ""


def test_a_pad_that_goes_or_a_power_cut_wipes_the_form(kiosk: Playbook) -> None:
    begun(kiosk)
    kiosk.when(NEXT, keys("li"), pad_unplugged)
    kiosk.expect(shows(OutOfService))
    kiosk.when(power_cut, pad_plugged_in)
    kiosk.expect(shows(Attract))


def test_back_goes_from_question_to_question_and_out(kiosk: Playbook) -> None:
    begun(kiosk)
    kiosk.when(NEXT, keys("li"), chooses("李"), NEXT, touch(Touch.BACK))
    kiosk.expect(asks_for(Field.FAMILY))
    assert scene(kiosk).typed == "李"
    kiosk.when(touch(Touch.BACK), touch(Touch.BACK))
    kiosk.expect(shows(Identifying))


def test_without_a_line_or_where_the_library_does_not_want_it_there_is_no_form(kiosk: Playbook) -> None:
    kiosk.when(LINE_UP, touch(Touch.ACCOUNT), touch(Touch.JOIN))
    kiosk.expect(shows(Identifying))
    kiosk.when(JOINS, LINE_DOWN, touch(Touch.ACCOUNT), touch(Touch.JOIN), touch(Touch.NUMBER))
    kiosk.expect(shows(Identifying))


def test_a_number_and_its_pin_say_who_is_here(kiosk: Playbook) -> None:
    kiosk.when(patrons("123456"), LINE_UP, touch(Touch.ACCOUNT), touch(Touch.NUMBER), keys("123456"), NEXT)
    kiosk.expect(asks_for(Field.PIN))
    kiosk.when(keys("7392"), NEXT)
    assert AskIdentify("123456", "7392", typed=True) in asked(kiosk)


def test_where_the_library_wants_it_a_card_is_worth_nothing_without_its_pin(kiosk: Playbook) -> None:
    kiosk.when(ASKS_PIN, patrons("Wei"), LINE_UP, card("Wei"))
    kiosk.expect(asks_for(Field.PIN))
    kiosk.when(keys("7392"), NEXT)
    kiosk.expect(shows(Home))


def test_without_a_line_the_card_alone_says_who_it_is(kiosk: Playbook) -> None:
    kiosk.when(ASKS_PIN, patrons("Wei"), LINE_UP, card("Wei"))
    kiosk.when(offline, keys("7392"), NEXT)
    kiosk.expect(shows(Home))
    home = kiosk.scene
    assert isinstance(home, Home)
    assert home.patron.provisional


def in_account(kiosk: Playbook) -> PatronRef:
    kiosk.when(patrons("Wei"), LINE_UP)
    wei = kiosk.room.cards["card-of-Wei"]
    kiosk.room.accounts[wei.ref] = AccountTold((), (), 0, 7)
    kiosk.room.patron_pins[wei.ref] = "7392"
    kiosk.when(touch(Touch.ACCOUNT), card("Wei"))
    kiosk.expect(shows(Account))
    return wei.ref


def test_a_pin_is_changed_by_who_knows_it(kiosk: Playbook) -> None:
    ref = in_account(kiosk)
    kiosk.when(touch(Touch.CHANGE, "pin"), keys("1111"), NEXT, keys("8406"), NEXT, keys("8406"), NEXT)
    kiosk.expect(asks_for(Field.PIN, ReasonCode.PIN_WRONG))
    kiosk.when(keys("7392"), NEXT, keys("8406"), NEXT, keys("8406"), NEXT)
    assert asked(kiosk)[-1] == AskChange(ref, "7392", "8406", None)
    assert scene(kiosk).done
    kiosk.when(NEXT)
    kiosk.expect(shows(Account))


def test_an_address_is_changed_or_taken_away(kiosk: Playbook) -> None:
    ref = in_account(kiosk)
    kiosk.when(touch(Touch.CHANGE, "email"), keys("7392"), NEXT)
    for sign in "wei@":
        kiosk.when(touch(Touch.TYPE, sign))
    kiosk.when(NEXT)
    kiosk.expect(asks_for(Field.EMAIL, ReasonCode.EMAIL_WRONG))
    kiosk.when(touch(Touch.CLEAR), NEXT)
    assert asked(kiosk)[-1] == AskChange(ref, "7392", None, "")


def a_name(language: Language, keys_shown: Keys) -> Filling:
    del language
    return Filling(Idle(0.0), Form.JOIN, Field.FAMILY, keys=keys_shown, patron=Patron(PatronRef("p"), "", None))


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=LONGEST + 3), st.lists(st.integers(0, 70), max_size=30))
def test_any_letters_and_any_choice_end_as_characters_or_wait(letters: str, picks: list[int]) -> None:
    """No pick adds what was not offered, takes letters that it does not stand for, or fails."""
    form = a_name(Language.ZH, Keys.PINYIN)
    for letter in letters:
        form = typing_keys.typed(form, Touched(Touch.TYPE, letter))
    assert form.letters == letters[:LONGEST]
    for pick in picks:
        offered = candidates(form.letters)
        after = typing_keys.typed(form, Touched(Touch.PICK, str(pick)))
        if 1 <= pick <= len(offered):
            one = offered[pick - 1]
            assert 1 <= one.letters <= len(form.letters)
            assert after.typed in (form.typed + one.text, form.typed)
            assert after.letters == form.letters[one.letters :]
        else:
            assert after == form
        form = after


def test_names_in_latin_letters_begin_large() -> None:
    form = a_name(Language.EN, Keys.LETTERS)
    for sign in "anna-maria o'neil":
        form = typing_keys.typed(form, Touched(Touch.TYPE, sign))
    assert form.typed == "Anna-Maria O'Neil"


@pytest.mark.parametrize(("letters", "picks", "name"), [("rene", {4: 1}, "René"), ("oyvind", {1: 6}, "Øyvind")])
def test_a_letter_gets_its_mark_by_one_touch_more(letters: str, picks: dict[int, int], name: str) -> None:
    form = a_name(Language.EN, Keys.LETTERS)
    for place, sign in enumerate(letters, 1):
        form = typing_keys.typed(form, Touched(Touch.TYPE, sign))
        if place in picks:
            form = typing_keys.typed(form, Touched(Touch.PICK, str(picks[place])))
    assert form.typed == name


def test_a_mark_that_was_wrong_is_changed_or_taken_off() -> None:
    form = typing_keys.typed(a_name(Language.EN, Keys.LETTERS), Touched(Touch.TYPE, "e"))
    marked = typing_keys.typed(form, Touched(Touch.PICK, "1"))
    assert (form.typed, marked.typed) == ("E", "É")
    assert typing_keys.offered(marked, Language.EN)[-1] == "E"


def test_names_in_traditional_characters_are_found_by_the_same_pinyin() -> None:
    """One of them may be a traditional character itself: both are offered."""
    form = a_name(Language.ZH_HANT, Keys.PINYIN)
    for letter in "fan":
        form = typing_keys.typed(form, Touched(Touch.TYPE, letter), Language.ZH_HANT)
    offered = typing_keys.offered(form, Language.ZH_HANT)
    assert {"範", "范"} <= set(offered)
    assert "饭" not in offered
    after = typing_keys.typed(form, Touched(Touch.PICK, str(offered.index("飯") + 1)), Language.ZH_HANT)
    assert after.typed == "飯"

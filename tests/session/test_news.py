"""What central tells everybody: asked for while nobody is here, kept without the line, never in a patron's way."""

from __future__ import annotations

from kiosk.model.finding import AskTitle, FoundTitle, Whereabouts
from kiosk.model.news import AskNews, NewsTold
from kiosk.model.opening import Announcement
from kiosk.session.board import AGAIN_S, EVERY_S
from kiosk.session.effects import Ask
from kiosk.session.events import LinkChanged, Touch
from kiosk.session.state import Attract, Finding, Home
from tests.session.playbook import Playbook, Word, card, happens, offline, patrons, seconds_pass, shows, touch

LINE_UP, LINE_DOWN = happens(LinkChanged(True)), happens(LinkChanged(False))
MOMO = FoundTitle("T1", "Momo", "Michael Ende", "I516.88/5", Whereabouts.HERE)
LIFT, STAIRS = Announcement(en="The lift rests"), Announcement(en="The stairs are wet")


def central_tells(*said: Announcement) -> Word:
    def say(play: Playbook) -> None:
        play.room.news = NewsTold(said, (), (MOMO,))

    return say


def board(play: Playbook) -> NewsTold:
    return play.room.kiosk.around.board.told


def questions(play: Playbook) -> int:
    return sum(isinstance(effect, Ask) and isinstance(effect.question, AskNews) for effect in play.effects)


def test_what_is_new_is_asked_for_when_the_line_comes_and_then_every_ten_minutes(kiosk: Playbook) -> None:
    kiosk.when(central_tells(LIFT), LINE_UP)
    assert board(kiosk).announcements == (LIFT,)
    kiosk.when(central_tells(STAIRS), seconds_pass(EVERY_S - 1))
    assert (questions(kiosk), board(kiosk).announcements) == (0, (LIFT,))
    kiosk.when(seconds_pass(2))
    assert (questions(kiosk), board(kiosk).announcements) == (1, (STAIRS,))


def test_it_stays_while_the_line_is_away_and_silence_is_asked_again_soon(kiosk: Playbook) -> None:
    kiosk.given(central_tells(LIFT), LINE_UP)
    kiosk.when(LINE_DOWN, seconds_pass(3 * EVERY_S))
    assert (questions(kiosk), board(kiosk).announcements) == (0, (LIFT,))
    kiosk.when(offline, LINE_UP, seconds_pass(2 * AGAIN_S + 1))
    assert (questions(kiosk), board(kiosk).announcements) == (3, (LIFT,))


def test_nobody_is_asked_during_a_visit(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"), LINE_UP, card("Wei"))
    kiosk.when(*[touch(Touch.STILL_HERE), seconds_pass(30)] * 30)
    kiosk.expect(shows(Home))
    assert questions(kiosk) == 0
    kiosk.when(touch(Touch.BACK))
    assert questions(kiosk) == 1


def test_a_new_book_opens_its_title(kiosk: Playbook) -> None:
    kiosk.given(central_tells(), LINE_UP)
    kiosk.when(touch(Touch.OPEN, "1"))
    kiosk.expect(shows(Finding))
    assert isinstance(kiosk.scene, Finding)
    assert kiosk.scene.opened is not None
    assert kiosk.scene.opened.title == MOMO
    assert [e.question for e in kiosk.effects if isinstance(e, Ask)] == [AskTitle("T1")]
    kiosk.when(touch(Touch.BACK))
    kiosk.expect(shows(Attract))
    for number in ("2", "0", "", "like-1"):
        kiosk.when(touch(Touch.OPEN, number))
        kiosk.expect(shows(Attract))

"""Whole visits of somebody who sees nothing: keys of a keypad as the window gets them, and what the voice says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pygame
import pytest

from kiosk.model.circulation import Item, Language
from kiosk.model.ids import ItemId
from kiosk.model.questions import AccountLoan, AccountTold
from kiosk.screens.samples import SETTINGS
from kiosk.screens.screen import Screen
from kiosk.screens.window import Mode
from kiosk.session.events import LanguageChosen, LinkChanged, Paper
from kiosk.session.state import Account, Attract, Finding
from tests.screens.conftest import SIZES
from tests.session.playbook import (
    Playbook,
    Word,
    afi,
    books,
    card,
    happens,
    laid_down,
    lent,
    paper,
    patrons,
    seconds_pass,
    shows,
)
from tests.session.room import DUE, IN_STOCK, ON_LOAN
from tests.session.test_finding import MOMO, SNOW, there_are

ON, OK, RAISED, STOP = pygame.K_DOWN, pygame.K_RETURN, pygame.K_F1, pygame.K_ESCAPE
MOST_STEPS = 120


class Listener:
    """Has a keypad and headphones, and knows of the screen what is said."""

    for_one = True

    def __init__(self, kiosk: Playbook, fonts_folder: Path) -> None:
        self.heard: list[str] = []
        self._kiosk = kiosk
        self._screen = Screen(SIZES[0], Mode.WINDOW, SETTINGS, fonts_folder, voice=self)
        self._look()

    def leaves(self) -> None:
        self._screen.close()

    def say(self, texts: Iterable[str], language: Language, pace: int) -> None:
        self.heard += texts

    def hush(self) -> None:
        self.heard.clear()

    def happens(self, *what: Word) -> None:
        for word in what:
            self._kiosk.when(word)
            self._look()

    def press(self, key: int) -> None:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
        for event in self._screen.poll():
            self._kiosk.when(happens(event))
        self._look()

    def chooses(self, *names: str) -> None:
        """Walks until the voice says each of these buttons, and presses OK there."""
        for name in names:
            for _ in range(MOST_STEPS):
                self.press(ON)
                if self.heard and self.heard[-1].startswith(f"{name}, "):
                    break
            else:
                pytest.fail(f"nobody ever says {name!r}; last heard: {self.heard}")
            self.press(OK)

    def hears(self, *parts: str) -> None:
        said = " | ".join(self.heard)
        assert all(part in said for part in parts), said

    def _look(self) -> None:
        self._screen.show(self._kiosk.room.kiosk, self._kiosk.room.now_s)


@pytest.fixture
def visit(fonts_folder: Path) -> Iterator[tuple[Playbook, Listener]]:
    """Speech is on, in English, at a kiosk whose library has these books."""
    kiosk = Playbook()
    kiosk.given(paper(Paper.OK), patrons("Wei"), books("Snow"), seconds_pass(10), happens(LinkChanged(True)))
    kiosk.given(happens(LanguageChosen(Language.EN)))
    listener = Listener(kiosk, fonts_folder)
    listener.press(RAISED)
    listener.hears("Speech is on")
    yield kiosk, listener
    listener.leaves()


def test_a_book_is_borrowed(visit: tuple[Playbook, Listener]) -> None:
    kiosk, listener = visit
    listener.happens(card("Wei"))
    listener.hears("Hello, Wei")
    listener.chooses("Borrow")
    listener.happens(laid_down("Snow"), seconds_pass(5))
    listener.hears("Snow", "Lent")
    kiosk.expect(lent("Snow"))
    listener.chooses("Done")
    listener.hears("1 book lent")
    listener.happens(seconds_pass(150))
    kiosk.expect(shows(Attract))


def test_a_book_is_returned(visit: tuple[Playbook, Listener]) -> None:
    kiosk, listener = visit
    kiosk.given(books("Deep river", afi=ON_LOAN))
    listener.chooses("Return")
    listener.happens(laid_down("Deep river"), seconds_pass(5))
    listener.hears("Deep river", "Returned")
    kiosk.expect(afi("Deep river", IN_STOCK))


def test_loans_are_read_out(visit: tuple[Playbook, Listener]) -> None:
    kiosk, listener = visit
    loan = AccountLoan(Item(ItemId(kiosk.book("Snow").item), "Snow"), DUE, 0)
    kiosk.room.accounts[kiosk.room.cards["card-of-Wei"].ref] = AccountTold((loan,), (), 0, 5)
    listener.happens(card("Wei"))
    listener.chooses("My loans")
    kiosk.expect(shows(Account))
    for _ in range(MOST_STEPS):
        listener.press(ON)
        if listener.heard[-1].startswith("Snow. "):
            break
    listener.hears("Due")


def test_a_title_is_typed_and_found(visit: tuple[Playbook, Listener]) -> None:
    kiosk, listener = visit
    listener.happens(there_are(SNOW, MOMO))
    listener.chooses("Find", "m", "o", "momo")
    assert isinstance(kiosk.scene, Finding)
    assert kiosk.scene.opened is not None
    listener.press(RAISED)
    listener.hears("momo")


def test_speech_stops_at_once_and_says_it_again(visit: tuple[Playbook, Listener]) -> None:
    _, listener = visit
    listener.press(STOP)
    assert listener.heard == []
    listener.press(RAISED)
    assert listener.heard

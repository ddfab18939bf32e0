"""The screen is wiped when a card that lay on the reader is taken, whatever its owner was doing."""

from __future__ import annotations

import pytest

from kiosk.session.events import CardLifted, Touch
from kiosk.session.state import Attract, Borrowing, Closing, Home
from tests.session.playbook import (
    Playbook,
    card,
    card_left,
    happens,
    laid_down,
    lent,
    no_doubts,
    pad_goes_on,
    pad_is_slow,
    seconds_pass,
    shows,
    touch,
)


def taken(play: Playbook) -> None:
    happens(CardLifted())(play)


@pytest.mark.parametrize("what", [None, Touch.BORROW, Touch.RETURN, Touch.ACCOUNT])
def test_who_takes_the_card_is_gone(kiosk: Playbook, what: Touch | None) -> None:
    kiosk.given(card_left("Wei"), *(() if what is None else (touch(what),)), seconds_pass(5))
    kiosk.when(taken)
    kiosk.expect(shows(Attract))


def test_a_tap_is_not_taking_a_card_away(kiosk: Playbook) -> None:
    kiosk.given(card_left("Wei"), seconds_pass(2))
    kiosk.when(taken)
    kiosk.expect(shows(Home))


def test_the_card_of_somebody_else_ends_no_visit(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"), card_left("Li"), seconds_pass(5))
    kiosk.when(taken)
    kiosk.expect(shows(Home))


def test_books_that_are_lent_stay_lent_and_no_title_is_left_on_the_list(kiosk: Playbook) -> None:
    kiosk.given(card_left("Wei"), touch(Touch.BORROW), laid_down("Snow"), seconds_pass(5))
    kiosk.expect(lent("Snow"))
    kiosk.when(taken)
    kiosk.expect(shows(Closing))
    kiosk.when(seconds_pass(15))
    kiosk.expect(shows(Attract), no_doubts)


def test_books_under_way_come_to_their_end_first(kiosk: Playbook) -> None:
    kiosk.given(card_left("Wei"), touch(Touch.BORROW), pad_is_slow, laid_down("Snow"), seconds_pass(5))
    kiosk.when(taken)
    kiosk.expect(shows(Borrowing))
    kiosk.when(pad_goes_on)
    kiosk.expect(shows(Closing), no_doubts)

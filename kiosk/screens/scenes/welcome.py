"""Attract, identify and home."""

from __future__ import annotations

from kiosk.model.circulation import Purpose
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.view import (
    Allowance,
    AttractBody,
    Button,
    Choice,
    FoundRow,
    HomeBody,
    IdentifyBody,
)
from kiosk.session.events import Touch, Touched
from kiosk.session.state import Home, Identifying
from kiosk.words.sentences import Words


def _choices(sight: Sight, screen: str, seconds: tuple[str, str]) -> tuple[Choice, ...]:
    say = sight.words.say
    borrow = Choice(f"{screen}.borrow", say("button.borrow"), seconds[0], "book-up", Touched(Touch.BORROW), main=True)
    back = Choice(f"{screen}.return", say("button.return"), seconds[1], "book-down", Touched(Touch.RETURN))
    return borrow, back


def _others(sight: Sight, screen: str) -> tuple[Button, ...]:
    say = sight.words.say
    return (
        Button(f"{screen}.find", say("button.find"), "search", Touched(Touch.FIND)),
        Button(f"{screen}.account", say("button.account"), "user-round", Touched(Touch.ACCOUNT)),
    )


def attract(sight: Sight, books: tuple[FoundRow, ...]) -> AttractBody:
    seconds = (sight.other.say("button.borrow"), sight.other.say("button.return"))
    return AttractBody(
        welcome=sight.words.say("attract.welcome"),
        title=sight.words.say("attract.title"),
        tagline=sight.words.say("attract.tagline"),
        choices=_choices(sight, "attract", seconds),
        others=_others(sight, "attract"),
        label=sight.words.say("attract.new-books"),
        books=books,
    )


def identify(sight: Sight, scene: Identifying) -> IdentifyBody:
    say = sight.words.say
    books = len(sight.state.around.pad)
    sentence = say("button.wait" if scene.ask else "identify.sentence")
    if books and not scene.ask and scene.purpose is not Purpose.RETURN:
        sentence = sight.words.count("identify.books", books)
    return IdentifyBody(
        title=say("identify.looking") if scene.ask else say("identify.title"),
        sentence=sentence,
        alternative=say("identify.alternative"),
        looking=scene.ask is not None,
        others=_without_card(sight) if scene.ask is None else (),
    )


def _without_card(sight: Sight) -> tuple[Button, ...]:
    """Ways in for whoever has none at hand; both need the line."""
    around, say = sight.state.around, sight.words.say
    if not around.online:
        return ()
    number = Button("identify.number", say("button.type-number"), "credit-card", Touched(Touch.NUMBER))
    join = Button("identify.join", say("button.join"), "user-round", Touched(Touch.JOIN))
    return (number, join) if around.policy.joins else (number,)


def home(sight: Sight, scene: Home) -> HomeBody:
    say, name = sight.words.say, scene.patron.given_name.strip()
    return HomeBody(
        title=say("home.title", name=name) if name else say("home.title-nameless"),
        sentence=say("home.sentence"),
        allowance=allowance(sight.words, scene.patron.may_borrow),
        choices=_choices(sight, "home", (say("home.borrow"), say("home.return"))),
        others=_others(sight, "home"),
        hint=say("home.hint"),
    )


def allowance(words: Words, may_borrow: int | None) -> Allowance | None:
    if may_borrow is None:
        return None
    count = words.count("list.allowance-count", may_borrow) if may_borrow > 0 else words.say("list.allowance-none")
    return Allowance(words.say("list.allowance"), count)

"""The pad of large keys, and what was wrong with what was entered."""

from __future__ import annotations

from kiosk.model.reasons import Reason
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.tokens import WARN
from kiosk.screens.view import Banner, Button, PinKey
from kiosk.session.events import Touch, Touched
from kiosk.words.reasons import reason_sentence
from kiosk.words.sentences import Words

DIGITS = "123456789"


def pad(words: Words, count: int, *, busy: bool) -> tuple[tuple[PinKey, ...], Button]:
    """Its keys, and the one that says that it is complete; `count` digits are entered, `busy`: they are looked at."""

    def key(digit: str) -> PinKey:
        return PinKey(f"pin.key.{digit}", digit, "", None if busy else Touched(Touch.DIGIT, digit))

    erase = PinKey("pin.erase", words.say("button.erase"), "delete", Touched(Touch.ERASE) if count else None)
    action = Touched(Touch.ENTER) if count and not busy else None
    enter = Button("pin.enter", words.say("button.enter"), "check", action, main=action is not None, busy=busy)
    return (*map(key, DIGITS), erase, key("0")), enter


def wrong(sight: Sight, problem: Reason | None, of: str = "") -> tuple[Banner, ...]:
    """`of`: whom it is said to, where some reasons are said otherwise then."""
    if problem is None:
        return ()
    text = reason_sentence(problem, sight.words, sight.utc, sight.zone, of)
    return (Banner("notice", text, "triangle-alert", WARN, value=problem.code.value),)

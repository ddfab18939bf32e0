"""The keys on the screen: Latin letters, which are pinyin too, and digits."""

from __future__ import annotations

from kiosk.screens.view import Key
from kiosk.session.events import Touch, Touched
from kiosk.session.opened import Keys
from kiosk.words.sentences import Words

ROWS = {
    Keys.LETTERS: ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    Keys.DIGITS: ("1234567890", "-.:/()&+'", "xabcdef"),
}
"""Digits come with what stands in call numbers and ISBNs."""
OTHER = {Keys.LETTERS: (Keys.DIGITS, "123"), Keys.DIGITS: (Keys.LETTERS, "ABC")}
ERASE_WIDE, CHANGE_WIDE, CLEAR_WIDE, SPACE_WIDE = 2.2, 2.2, 2.2, 5.2


def keys(words: Words, shown: Keys) -> tuple[tuple[Key, ...], ...]:
    """Rows of keys from the top down."""
    rows = [tuple(_sign(sign) for sign in row) for row in ROWS[shown]]
    erase = Key("find.key.erase", words.say("find.erase"), Touched(Touch.ERASE), ERASE_WIDE, "delete")
    other, label = OTHER[shown]
    last = (
        Key("find.key.other", label, Touched(Touch.KEYS, other.value), CHANGE_WIDE),
        Key("find.key.space", words.say("find.space"), Touched(Touch.TYPE, " "), SPACE_WIDE),
        Key("find.key.clear", words.say("find.clear"), Touched(Touch.CLEAR), CLEAR_WIDE),
    )
    return (*rows[:2], (*rows[2], erase), last)


def _sign(sign: str) -> Key:
    return Key(f"find.key.{sign}", sign, Touched(Touch.TYPE, sign))

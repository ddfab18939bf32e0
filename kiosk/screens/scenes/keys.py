"""The keys on the screen: Latin letters, which are pinyin too, and digits; over them words for the letters."""

from __future__ import annotations

from kiosk.screens.scenes.sight import Sight
from kiosk.screens.view import Key
from kiosk.session.events import Touch, Touched
from kiosk.session.forms import PINYIN
from kiosk.session.opened import Keys
from kiosk.session.typing_keys import IN_A_ROW
from kiosk.words import pinyin as hanzi
from kiosk.words.sentences import Words

ROWS = {
    Keys.LETTERS: ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    Keys.DIGITS: ("1234567890", "-.:/()&+'", "xabcdef"),
}
"""Digits come with what stands in call numbers and ISBNs."""
OTHER = {Keys.LETTERS: (Keys.DIGITS, "123"), Keys.DIGITS: (Keys.LETTERS, "ABC")}
ERASE_WIDE, CHANGE_WIDE, CLEAR_WIDE, SPACE_WIDE = 2.2, 2.2, 2.2, 5.2
WORD_WIDE, MORE_WIDE = 1.65, 1.75
"""Five words and the key for more are as wide as ten letters."""


def keys(words: Words, shown: Keys) -> tuple[tuple[Key, ...], ...]:
    """Rows of keys from the top down."""
    rows = [tuple(_sign(sign) for sign in row) for row in ROWS[shown]]
    other, label = OTHER[shown]
    last = (
        Key("find.key.other", label, Touched(Touch.KEYS, other.value), CHANGE_WIDE),
        _space(words),
        _clear(words),
    )
    return (*rows[:2], (*rows[2], _erase(words)), last)


def choices(sight: Sight, typed: str, row: int) -> tuple[tuple[Key, ...], ...]:
    """A row of words for the letters at the end of what was typed, on Chinese screens; none where none sounds so."""
    letters = hanzi.tail(typed)
    language = sight.state.around.language
    if not letters or language not in PINYIN:
        return ()
    known = hanzi.candidates(letters, language)
    first = row * IN_A_ROW
    shown = tuple(
        Key(f"find.key.word.{number}", one.text, Touched(Touch.PICK, str(number)), WORD_WIDE)
        for number, one in enumerate(known[first : first + IN_A_ROW], first + 1)
    )
    if len(known) <= IN_A_ROW:
        return (shown,) if shown else ()
    more = Key("find.key.more", sight.words.say("form.more"), Touched(Touch.MORE), MORE_WIDE, "chevron-right")
    return ((*shown, more),)


def name_keys(words: Words, shown: Keys, *, pinyin: bool) -> tuple[tuple[Key, ...], ...]:
    """For a name: letters, and where names are written in characters, a key that changes between the two."""
    first, second, third = _letters()
    signs = tuple(_sign(sign) for sign in "-'")
    if pinyin:
        other, label = (Keys.LETTERS, "ABC") if shown is Keys.PINYIN else (Keys.PINYIN, "拼音")
        signs = (Key("find.key.other", label, Touched(Touch.KEYS, other.value), CHANGE_WIDE),)
    last = (*signs, _space(words), _clear(words))
    return first, second, (*third, _erase(words)), last


def address_keys(words: Words) -> tuple[tuple[Key, ...], ...]:
    """For an e-mail address."""
    first, second, third = _letters()
    digits = tuple(_sign(sign) for sign in "1234567890")
    return digits, first, second, (*third, _erase(words)), (*(_sign(sign) for sign in "@.-_+"), _clear(words))


def _letters() -> tuple[tuple[Key, ...], ...]:
    return tuple(tuple(_sign(sign) for sign in row) for row in ROWS[Keys.LETTERS])


def _erase(words: Words) -> Key:
    return Key("find.key.erase", words.say("find.erase"), Touched(Touch.ERASE), ERASE_WIDE, "delete")


def _space(words: Words) -> Key:
    return Key("find.key.space", words.say("find.space"), Touched(Touch.TYPE, " "), SPACE_WIDE)


def _clear(words: Words) -> Key:
    return Key("find.key.clear", words.say("find.clear"), Touched(Touch.CLEAR), CLEAR_WIDE)


def _sign(sign: str) -> Key:
    return Key(f"find.key.{sign}", sign, Touched(Touch.TYPE, sign))

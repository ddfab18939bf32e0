"""Text brought to the form in which it is compared, and cut into runs of one script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import opencc

HAN = "\u3005\u3007\u303b\u2e80-\u2ef3\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WITHOUT_BLANKS = (
    HAN,
    "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff",  # hiragana, katakana
    "\u0e00-\u0e7f",  # Thai
    "\u0e80-\u0eff",  # Lao
    "\u1000-\u109f",  # Myanmar
    "\u1780-\u17ff",  # Khmer
)
"""Scripts that put no blanks between words. Runs of them are searched by pairs of characters, as no two dictionaries
cut them alike."""
_WORD = f"(?:(?![{''.join(_WITHOUT_BLANKS)}])[^\\W_])+"
_RUN = re.compile("|".join([*(f"([{script}]+)" for script in _WITHOUT_BLANKS), f"({_WORD})"]))
_PAIRED = len(_WITHOUT_BLANKS)
_HAN_RUN = re.compile(f"[{HAN}]+")
_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]+"
)
"""Marks above and below: Latin, Greek, Cyrillic; points of Hebrew; vowels of Arabic."""
_MODIFIERS = re.compile("[\u02b0-\u02ff\u0640]+")
"""What transliterations put for ayn, alif and the soft sign, and the line that lengthens Arabic: nobody types it."""
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
"""Letters that Unicode does not take apart, as they are written where the key is missing."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one script that stand together."""

    text: str
    paired: bool
    """Searched by pairs of characters; otherwise it is one word."""

    @property
    def is_han(self) -> bool:
        """Chinese characters."""
        return self.paired and _HAN_RUN.match(self.text) is not None


def fold(text: str) -> str:
    """One form (NFKC), no case, no accents, simplified characters. Marks between words stay."""
    plain = _plain(text)
    return plain if plain.isascii() else _HAN_RUN.sub(lambda run: simplified(run[0]), plain)


def unsimplified(text: str) -> str:
    """The same, with characters as they were written."""
    return _plain(text)


def runs(folded: str) -> Iterator[Run]:
    """The runs of a folded text; all else, marks and signs and pictures, is nothing to look for."""
    for match in _RUN.finditer(folded):
        assert match.lastindex is not None
        yield Run(match[0], paired=match.lastindex <= _PAIRED)


def simplified(han: str) -> str:
    """A run of characters, simplified: first as a phrase, as dictionaries do it, then one by one.

    A dictionary keeps 乾 in 乾隆 and makes 干 of it elsewhere; whoever asks for 乾 alone must find both.
    """
    phrase: str = _converter().convert(han)
    return phrase.translate(_ONE_BY_ONE)


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _MODIFIERS.sub("", _ACCENTS.sub("", apart))).translate(_LETTERS)


class _Characters(dict[int, str]):
    """Character to simplified character, filled as they come."""

    def __missing__(self, code: int) -> str:
        one = chr(code)
        simple: str = _converter().convert(one)
        self[code] = simple
        return simple


_ONE_BY_ONE = _Characters()


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")

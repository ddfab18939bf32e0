"""Candidates for what is typed in pinyin: characters and common words, by whole syllables or initials.

A table, and no input method: for names and forms, where whoever types looks for a character or two. Where it comes
from stands at the head of `hanzi.txt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, product
from pathlib import Path
from typing import TypeVar

import opencc

from kiosk.model.circulation import Language

PATH = Path(__file__).with_name("hanzi.txt")
MOST = 60
"""So many are offered, in pages; who needs a rarer one types more of its pinyin."""
LONGEST_SYLLABLE = 6
LONGEST = 24
"""Letters that may wait to become characters."""
INITIALS = frozenset(
    [
        "a",
        "b",
        "c",
        "ch",
        "d",
        "e",
        "f",
        "g",
        "h",
        "j",
        "k",
        "l",
        "m",
        "n",
        "o",
        "p",
        "q",
        "r",
        "s",
        "sh",
        "t",
        "w",
        "x",
        "y",
        "z",
        "zh",
    ]
)
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A character or word, and how many of the letters it stands for."""

    text: str
    letters: int


@dataclass(frozen=True, slots=True)
class _Table:
    signs: Mapping[str, tuple[str, ...]]
    """Syllable → characters."""
    words: Mapping[tuple[str, ...], tuple[str, ...]]
    """Two syllables → words."""
    begun: Mapping[str, tuple[str, ...]]
    """Beginning of a syllable → syllables, those with the most characters first."""
    by_initials: Mapping[tuple[str, str], tuple[str, ...]]
    """Beginnings of two syllables → words."""


def tail(typed: str) -> str:
    """The letters at the end of what was typed: what is not in characters yet; at most `LONGEST`, else none."""
    at = len(typed)
    while at and typed[at - 1].isascii() and typed[at - 1].isalpha():
        at -= 1
    return typed[at:] if len(typed) - at <= LONGEST else ""


def candidates(letters: str, language: Language = Language.ZH) -> tuple[Candidate, ...]:
    """What `letters` (a to z, ü as v) may stand for, the most letters first; empty where no syllable begins so.

    In the characters of `language`: traditional ones for `zh-Hant`.
    """
    letters = letters.lower()
    found: dict[str, Candidate] = {}
    for one in islice(_candidates(letters), 10 * MOST):
        for text in traditional(one.text) if language is Language.ZH_HANT else (one.text,):
            found.setdefault(text, Candidate(text, one.letters))
    return tuple(found.values())[:MOST]


@lru_cache(maxsize=8192)
def traditional(text: str) -> tuple[str, ...]:
    """A word of the table in traditional characters; after it itself where that is another traditional one: 後, 后.

    Source: OpenCC's `s2t`; which characters are traditional ones, by Big5.
    """
    converted = _to_traditional().convert(text)
    return (converted, text) if converted != text and len(text) == 1 and _in_big5(text) else (converted,)


@cache
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _in_big5(text: str) -> bool:
    try:
        text.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def _candidates(letters: str) -> Iterator[Candidate]:
    """Words of two whole syllables, characters of the whole, words by their initials; then what takes fewer letters."""
    table = _table()
    yield from _words(letters, table)
    for length in range(min(LONGEST_SYLLABLE, len(letters)), 0, -1):
        for sign in table.signs.get(letters[:length], ()):
            yield Candidate(sign, length)
        if length == len(letters):
            yield from _begun(letters, table)
            yield from _by_initials(letters, table)
    initial = _longest_beginning(letters, table)
    if initial and initial != letters:
        yield from _begun(initial, table)


def _words(letters: str, table: _Table) -> Iterator[Candidate]:
    for length in range(1, len(letters)):
        for word in table.words.get((letters[:length], letters[length:]), ()):
            yield Candidate(word, len(letters))


def _by_initials(letters: str, table: _Table) -> Iterator[Candidate]:
    """`wm`: words whose syllables begin so."""
    for length in range(1, len(letters)):
        first, second = letters[:length], letters[length:]
        if first in INITIALS and second in INITIALS:
            for word in table.by_initials.get((first, second), ()):
                yield Candidate(word, len(letters))


def _begun(letters: str, table: _Table) -> Iterator[Candidate]:
    """Characters whose syllable begins so: the commonest of each syllable, then the second, …"""
    syllables = table.begun.get(letters, ())
    for place in range(MOST):
        row = [signs[place] for one in syllables if place < len(signs := table.signs[one])]
        if not row:
            return
        yield from (Candidate(sign, len(letters)) for sign in row)


def _longest_beginning(letters: str, table: _Table) -> str:
    return next((letters[:n] for n in range(len(letters), 0, -1) if letters[:n] in table.begun), "")


@cache
def _table() -> _Table:
    signs: dict[str, tuple[str, ...]] = {}
    words: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in PATH.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        reading, _, said = line.partition("\t")
        syllables = tuple(reading.split(" "))
        if len(syllables) == 1:
            signs[reading] = tuple(said.split(" "))
        else:
            words[syllables] = tuple(said.split(" "))
    begun: dict[str, list[str]] = {}
    for syllable in sorted(signs, key=lambda one: -len(signs[one])):
        for length in range(1, len(syllable)):
            begun.setdefault(syllable[:length], []).append(syllable)
    initials: dict[tuple[str, str], list[str]] = {}
    for (first, second), those in words.items():
        for pair in product(_initials(first), _initials(second)):
            initials.setdefault(pair, []).extend(those)
    return _Table(signs, words, _closed(begun), _closed(initials))


def _initials(syllable: str) -> tuple[str, ...]:
    """`zh` and `z` of `zhang`."""
    return tuple(syllable[:length] for length in (2, 1) if syllable[:length] in INITIALS)


def _closed(found: Mapping[Key, list[str]]) -> Mapping[Key, tuple[str, ...]]:
    return {key: tuple(those) for key, those in found.items()}

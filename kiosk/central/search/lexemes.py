"""A record as the index has it: lexemes by field, in their order, none of them longer than a database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kiosk.central.catalogue.isbn import read_isbn
from kiosk.central.catalogue.records import Searchable
from kiosk.central.search.folding import Run, fold, runs, unsimplified
from kiosk.central.search.sounds import LONGEST, MOST_SYLLABLES, sound_lexemes, syllables

LONGEST_LEXEME = 64
MOST_LEXEMES = 2_000
"""Of a field."""
SEPARATOR = " | "
"""Between the titles of one entry; no folded text has it."""


class Field(StrEnum):
    """Where something stands."""

    TITLE = "title"
    NAME = "name"
    NUMBER = "number"
    """ISBNs and call numbers, each as one lexeme."""
    SOUND = "sound"
    """Titles and names as they are spoken in Chinese."""
    MORE = "more"


WORDS = (Field.TITLE, Field.NAME, Field.MORE)
"""Fields of words and characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is entered for one title: lexemes by field, and the folded title and names that hits are judged by."""

    title: str
    name: str
    lexemes: dict[Field, tuple[str, ...]]


def entry(searched: Searchable, isbns: Iterable[str], call_numbers: Iterable[str]) -> Entry:
    """The entry of a record."""
    titles, names = [fold(text) for text in searched.titles], [fold(text) for text in searched.names]
    lexemes = {
        Field.TITLE: tuple(_words(titles)),
        Field.NAME: tuple(_words(names)),
        Field.NUMBER: tuple(_distinct(_numbers(isbns, call_numbers))),
        Field.SOUND: tuple(_distinct(_sounds(searched))),
        Field.MORE: tuple(_words(map(fold, searched.more))),
    }
    kept = {field: some[:MOST_LEXEMES] for field, some in lexemes.items()}
    return Entry(SEPARATOR.join(map(compared, titles)), SEPARATOR.join(map(compared, names)), kept)


def of_run(run: Run) -> list[str]:
    """Overlapping pairs and the last character alone, so that one character finds all; or the word."""
    if not run.paired:
        return [run.text[:LONGEST_LEXEME]]
    return [*pairs(run.text), run.text[-1]]


def pairs(text: str) -> list[str]:
    """数据库 is 数据 and 据库."""
    return [text[at : at + 2] for at in range(len(text) - 1)]


def joined_number(folded: str) -> str:
    """A number without what people put between its parts: `I247.5/12` and `i247 5 12` are the same."""
    return "".join(sign for sign in folded if sign.isalnum())[:LONGEST_LEXEME]


def compared(folded: str) -> str:
    """A folded text with one blank for everything between its words."""
    return " ".join(run.text for run in runs(folded))


def _words(folded: Iterable[str]) -> Iterator[str]:
    for text in folded:
        for run in runs(text):
            yield from of_run(run)


def _numbers(isbns: Iterable[str], call_numbers: Iterable[str]) -> Iterator[str]:
    for text in isbns:
        isbn = read_isbn(text)
        yield joined_number(text.lower())
        if isbn is not None and isbn.as_ten:
            yield isbn.as_ten.lower()
    yield from (number for text in call_numbers if (number := joined_number(fold(text))))


def _sounds(searched: Searchable) -> Iterator[str]:
    for text in (*searched.titles, *searched.names):
        if text.isascii():
            continue
        for form in dict.fromkeys((fold(text), unsimplified(text))):
            for run in runs(form):
                if run.is_han:
                    yield from sound_lexemes(syllables(run.text))
    for text in searched.pinyin:
        words = [run.text for run in runs(fold(text)) if run.text.isascii() and run.text.isalpha()]
        yield from ("".join(words[at:])[:LONGEST] for at in range(min(len(words), MOST_SYLLABLES)))


def _distinct(lexemes: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(lexemes)

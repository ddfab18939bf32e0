"""What somebody typed, as a question for the index. Nothing in it is syntax: operators, quotes, brackets are marks.

A query is any of its ways to be meant; a way is all of its parts; a part is any of its phrases; a phrase is lexemes
that stand side by side in one of its fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kiosk.central.catalogue.isbn import read_isbn
from kiosk.central.search.folding import Run, fold, runs
from kiosk.central.search.lexemes import WORDS, Field, compared, joined_number, of_run, pairs
from kiosk.central.search.sounds import typed_sound

LONGEST = 200
"""Characters of a query; more is cut."""
MOST_PARTS = 16
SHORTEST_NUMBER = 3
ALL = frozenset(Field)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Lexemes side by side; the last one may be the beginning of what stands there."""

    lexemes: tuple[str, ...]
    begins: bool
    fields: tuple[Field, ...]


Part = tuple[Phrase, ...]
Way = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """`ways` is empty where nothing was typed that could be looked for."""

    text: str
    """Folded, one blank between words."""
    ways: tuple[Way, ...]
    runs: tuple[Run, ...] = ()


def query_of(typed: str, fields: frozenset[Field] = ALL, *, finished: bool) -> Query:
    """Read what was typed. `finished`: the last word is whole, not the beginning of one."""
    text = typed[:LONGEST]
    folded = fold(text)
    some = tuple(runs(folded))[:MOST_PARTS]
    ways = [_words(some, fields, finished=finished), _number(text, folded, fields), _sound(folded, fields)]
    return Query(compared(folded), tuple(way for way in ways if way), some)


def within(fields: frozenset[Field], wanted: Iterable[Field]) -> tuple[Field, ...]:
    """Of `wanted`, those that are searched."""
    return tuple(field for field in wanted if field in fields)


def phrase_of(run: Run, fields: tuple[Field, ...], *, begins: bool) -> Phrase:
    """A run as it is looked for: pairs side by side, or one word; a single character as the first of a pair."""
    if run.paired:
        alone = len(run.text) == 1
        return Phrase((run.text,) if alone else tuple(pairs(run.text)), alone, fields)
    return Phrase(tuple(of_run(run)), begins, fields)


def _words(some: Sequence[Run], fields: frozenset[Field], *, finished: bool) -> Way:
    """Every run, in whatever field; a Latin one may be pinyin of a name beside Chinese."""
    where, parts = within(fields, WORDS), []
    for at, run in enumerate(some):
        begins = not finished and at == len(some) - 1
        part = [phrase_of(run, where, begins=begins)] if where else []
        if Field.SOUND in fields and len(some) > 1 and (sound := typed_sound(run.text)):
            part.append(Phrase((sound,), True, (Field.SOUND,)))
        parts.append(tuple(part))
    return tuple(parts) if all(parts) else ()


def _number(text: str, folded: str, fields: frozenset[Field]) -> Way:
    """An ISBN in either length, or the beginning of a number."""
    joined = joined_number(folded)
    if Field.NUMBER not in fields or len(joined) < SHORTEST_NUMBER or not any(sign.isdigit() for sign in joined):
        return ()
    isbn = read_isbn(text.strip().upper().removeprefix("ISBN"))
    if isbn is not None and isbn.valid:
        return ((Phrase((isbn.text,), False, (Field.NUMBER,)),),)
    return ((Phrase((joined,), True, (Field.NUMBER,)),),)


def _sound(folded: str, fields: frozenset[Field]) -> Way:
    sound = typed_sound(folded) if Field.SOUND in fields else None
    return () if sound is None else ((Phrase((sound,), True, (Field.SOUND,)),),)

"""What is tried when nothing was found: the word begun, typing errors, the same sound, and at last fewer words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from kiosk.central.search.dialects import dialect_of
from kiosk.central.search.finding import MOST, Hit, Hits, looked_up, numbered, ranked
from kiosk.central.search.folding import Run
from kiosk.central.search.lexemes import WORDS, Field
from kiosk.central.search.queries import ALL, MOST_PARTS, Part, Phrase, Query, phrase_of, query_of, within
from kiosk.central.search.slips import neighbours
from kiosk.central.search.sounds import LONGEST as LONGEST_SOUND
from kiosk.central.search.sounds import sounding_alike, syllables, typed_sound
from kiosk.model.finding import How


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, nearest first, and what they are hits of."""

    how: How
    hits: tuple[Hit, ...]
    more: bool
    meant: str = ""
    """What was looked for instead; empty where it was what was typed."""


NOTHING = Found(How.EXACTLY, (), False)


def find(connection: Connection, typed: str, fields: frozenset[Field] = ALL, *, finished: bool) -> Found:
    """Look for what was typed; where nothing is found, for what may have been meant."""
    if fields == ALL and (copy := numbered(connection, typed)) is not None:
        return Found(How.EXACTLY, (copy,), False)
    query = query_of(typed, fields, finished=finished)
    if not query.ways:
        return NOTHING
    found = looked_up(connection, query_of(typed, fields, finished=True))
    if not (found.hits if finished else found.more):  # the beginning of a common word costs more than the word
        found = looked_up(connection, query_of(typed, fields, finished=False))
    if found.hits:
        return Found(How.EXACTLY, found.hits, found.more)
    return next((wider for wider in _wider(connection, query, fields) if wider.hits), NOTHING)


def _wider(connection: Connection, query: Query, fields: frozenset[Field]) -> Iterator[Found]:
    where = within(fields, WORDS)
    if where:
        yield _spelled(connection, query, where)
    if Field.SOUND in fields:
        yield _sounding(connection, query, where)
    if where:
        yield _fewer(connection, query, where)


def _found(how: How, found: Hits, meant: str) -> Found:
    return Found(how, found.hits, found.more, meant)


def _spelled(connection: Connection, query: Query, where: tuple[Field, ...]) -> Found:
    """Every word that nothing has, taken for the nearest ones that are known."""
    way: list[Part] = []
    said: list[str] = []
    for run in query.runs:
        phrase = phrase_of(run, where, begins=False)
        near = [] if run.paired or _count(connection, (phrase,)) else neighbours(connection, run.text)
        way.append(tuple(Phrase((word,), False, where) for word in near) or (phrase,))
        said.append(near[0] if near else run.text)
    meant = " ".join(said)
    if meant == query.text:
        return NOTHING
    return _found(How.SPELLED, ranked(connection, meant, [tuple(way)]), meant)


def _sounding(connection: Connection, query: Query, where: tuple[Field, ...]) -> Found:
    """Chinese by its sound, whichever characters were chosen; pinyin with a sound taken for its neighbour."""
    way: list[Part] = []
    for run in query.runs:
        sound = "".join(syllables(run.text)) if run.is_han else typed_sound(run.text) or ""
        if not sound:
            way.append((phrase_of(run, where, begins=False),))
            continue
        near = [sound[:LONGEST_SOUND], *sounding_alike(sound[:LONGEST_SOUND])]
        way.append(tuple(Phrase((one,), True, (Field.SOUND,)) for one in near))
    sounds = [typed for run in query.runs if (typed := "".join(syllables(run.text)) if run.is_han else run.text)]
    return _found(How.SOUNDING, ranked(connection, query.text, [tuple(way)]), " ".join(sounds))


def _fewer(connection: Connection, query: Query, where: tuple[Field, ...]) -> Found:
    """Without what nothing has, then without the rarest, until something is found. Pairs need not stand together."""
    parts = [(part, _count(connection, part)) for part in _pieces(query.runs, where)]
    kept = sorted((part for part in parts if part[1]), key=lambda part: -part[1])
    for left in range(len(kept), max(1, len(parts) // 3) - 1, -1):
        way = tuple(part for part, _ in kept[:left])
        found = ranked(connection, query.text, [way])
        if found.hits:
            return _found(How.FEWER, found, _said(way))
    return NOTHING


def _pieces(runs: Sequence[Run], where: tuple[Field, ...]) -> list[Part]:
    pieces: list[Part] = []
    for run in runs:
        phrase = phrase_of(run, where, begins=False)
        pieces += [(Phrase((one,), phrase.begins, where),) for one in phrase.lexemes]
    return pieces[:MOST_PARTS]


def _said(way: Sequence[Part]) -> str:
    return " ".join(part[0].lexemes[0] for part in way)


def _count(connection: Connection, part: Part) -> int:
    """How many entries have this, up to what is looked at."""
    dialect = dialect_of(connection)
    counted = text(f"SELECT count(*) FROM ({dialect.matching}) AS m")
    return connection.scalar(counted, {"asked": dialect.asked([(part,)]), "most": MOST}) or 0

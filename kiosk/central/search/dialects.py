"""Lexemes and questions in the words of each database: FTS5 of SQLite, tsvector and tsquery of PostgreSQL.

On both, a lexeme is text that the database compares and nothing else: no tokeniser, dictionary or locale of its own has
a say. PostgreSQL has four weights for five fields; lexemes of sounds are told by the mark before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import Connection, TextClause, text

from kiosk.central.search.lexemes import Field
from kiosk.central.search.queries import Phrase, Way

Lexemes = Mapping[Field, Sequence[str]]


class Dialect(Protocol):
    """What differs between the databases."""

    insert: TextClause
    """Enters lexemes; its parameters are those of `entered`."""
    matching: str
    """A query of the numbers of entries; it is given `asked` and `most`."""

    def entered(self, number: int, lexemes: Lexemes) -> dict[str, object]: ...

    def asked(self, ways: Iterable[Way]) -> str: ...


class Fts5:
    """Source: sqlite.org/fts5.html, sections 3 (full-text query syntax) and 4.1 (prefix indexes)."""

    insert = text(
        "INSERT INTO search_index (rowid, title, name, number, sound, more) "
        "VALUES (:id, :title, :name, :number, :sound, :more)"
    )
    matching = "SELECT rowid AS id FROM search_index WHERE search_index MATCH :asked LIMIT :most"

    def entered(self, number: int, lexemes: Lexemes) -> dict[str, object]:
        return {"id": number} | {field.value: " ".join(lexemes[field]) for field in Field}

    def asked(self, ways: Iterable[Way]) -> str:
        return _either(" OR ", (" AND ".join(_either(" OR ", map(self._phrase, part)) for part in way) for way in ways))

    def _phrase(self, phrase: Phrase) -> str:
        quoted = " + ".join(f'"{lexeme}"' for lexeme in phrase.lexemes)
        return f"{{{' '.join(phrase.fields)}}} : {quoted}{' *' if phrase.begins else ''}"


class TsVector:
    """Source: PostgreSQL 15, 8.11 (text search types): a literal names lexemes, positions and weights itself."""

    insert = text("INSERT INTO search_index (id, lexemes) VALUES (:id, CAST(:lexemes AS tsvector))")
    matching = "SELECT id FROM search_index WHERE lexemes @@ CAST(:asked AS tsquery) LIMIT :most"
    WEIGHTS: Mapping[Field, str] = {Field.TITLE: "A", Field.NAME: "B", Field.NUMBER: "C", Field.MORE: "D"}
    SOUND = "~"
    GAP = 2
    """Between fields, so that no phrase runs from one into the next."""
    LAST = 16_383
    """Position."""

    def entered(self, number: int, lexemes: Lexemes) -> dict[str, object]:
        position, some = 0, []
        for field, weight in self.WEIGHTS.items():
            for lexeme in lexemes[field]:
                position = min(position + 1, self.LAST)
                some.append(f"'{lexeme}':{position}{weight}")
            position += self.GAP
        some += [f"'{self.SOUND}{lexeme}'" for lexeme in lexemes[Field.SOUND]]
        return {"id": number, "lexemes": " ".join(some)}

    def asked(self, ways: Iterable[Way]) -> str:
        return _either(" | ", (" & ".join(_either(" | ", map(self._phrase, part)) for part in way) for way in ways))

    def _phrase(self, phrase: Phrase) -> str:
        last = len(phrase.lexemes) - 1
        if phrase.fields == (Field.SOUND,):
            return f"'{self.SOUND}{phrase.lexemes[0]}':*"
        weights = "".join(self.WEIGHTS[field] for field in phrase.fields)
        marks = [f"{'*' if phrase.begins and at == last else ''}{weights}" for at in range(last + 1)]
        return "(" + " <-> ".join(f"'{one}':{mark}" for one, mark in zip(phrase.lexemes, marks, strict=True)) + ")"


_DIALECTS: Mapping[str, Dialect] = {"sqlite": Fts5(), "postgresql": TsVector()}


def dialect_of(connection: Connection) -> Dialect:
    """The words of this database."""
    return _DIALECTS[connection.dialect.name]


def _either(mark: str, some: Iterable[str]) -> str:
    parts = list(some)
    return parts[0] if len(parts) == 1 else f"({mark.join(f'({one})' for one in parts)})"

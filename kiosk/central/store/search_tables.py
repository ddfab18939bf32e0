"""The search index: what each entry stands for, its lexemes as each database keeps them, and words that are known.

An entry is never changed: what has changed is entered anew under another number, and a number without a row in
`search_entries` is nothing. So the index of SQLite needs no copy of its texts.
"""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, String, Table, Text, event

from kiosk.central.store.tables import LongId, metadata

WORD = String(64).with_variant(String(64, collation="C"), "postgresql")
"""In the order of code points on both databases, so that words that begin alike lie together."""

search_entries = Table(
    "search_entries",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=False),
    Column("control_number", String(64), index=True),
    Column("item", String(64), index=True),
    Column("title", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    comment="What can be found: a record, or a copy with a title of its own. id: popular and new ones first. title and "
    "name: folded, as hits are judged by them",
)

search_words = Table(
    "search_words",
    metadata,
    Column("word", WORD, primary_key=True),
    Column("length", Integer, nullable=False),
    Column("backwards", WORD, nullable=False),
    Index("ix_search_words_length_word", "length", "word"),
    Index("ix_search_words_length_backwards", "length", "backwards"),
    comment="Words of titles and names, so that one typed wrongly finds its neighbour",
)

search_progress = Table(
    "search_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("lowest", BigInteger, nullable=False),
    Column("made", Integer, nullable=False),
    comment="One row. lowest: number of the newest entry; the next ones get lower ones. made: version of the lexemes",
)

INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5(title, name, number, sound, more, content='', "
        "tokenize='ascii', prefix='1 2 3')",
    ),
    "postgresql": (
        "CREATE TABLE search_index (id BIGINT PRIMARY KEY, lexemes TSVECTOR NOT NULL)",
        "CREATE INDEX ix_search_index_lexemes ON search_index USING gin (lexemes)",
    ),
}
"""Lexemes by entry. The tokeniser only cuts at blanks: what a lexeme is was decided before."""

for _dialect, _statements in INDEX.items():
    for _statement in _statements:
        _ddl = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(search_entries, "after_create", _ddl)
event.listen(search_entries, "before_drop", DDL("DROP TABLE search_index"))  # type: ignore[no-untyped-call]

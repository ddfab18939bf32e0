"""The search index. Titles are found by it, so what found them by their beginning goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
BEGUN = ("records", "items")
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


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=False),
        sa.Column("control_number", sa.String(64)),
        sa.Column("item", sa.String(64)),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        comment="What can be found: a record, or a copy with a title of its own. id: popular and new ones first. title "
        "and name: folded, as hits are judged by them",
    )
    op.create_index("ix_search_entries_control_number", "search_entries", ["control_number"])
    op.create_index("ix_search_entries_item", "search_entries", ["item"])
    op.create_table(
        "search_words",
        sa.Column("word", WORD, primary_key=True),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("backwards", WORD, nullable=False),
        comment="Words of titles and names, so that one typed wrongly finds its neighbour",
    )
    op.create_index("ix_search_words_length_word", "search_words", ["length", "word"])
    op.create_index("ix_search_words_length_backwards", "search_words", ["length", "backwards"])
    op.create_table(
        "search_progress",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("lowest", sa.BigInteger, nullable=False),
        sa.Column("made", sa.Integer, nullable=False),
        comment="One row. lowest: number of the newest entry; the next ones get lower ones. made: version of the "
        "lexemes",
    )
    for statement in INDEX[op.get_bind().dialect.name]:
        op.execute(statement)
    for table in BEGUN:
        op.drop_index(f"ix_{table}_title_begins", table)

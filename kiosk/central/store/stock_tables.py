"""Stock-taking: what is expected, what wands saw, and what became of the difference."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from kiosk.central.store.tables import UtcTime, metadata

stock_expected = Table(
    "stock_expected",
    metadata,
    Column("session", String(32), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item", String(64), nullable=False),
    Column("call_number", Text, nullable=False),
    Column("absent", String(16), nullable=False),
    comment="The list of a stock-taking as it was when that began, in shelf order. absent: why a copy is not expected "
    "to stand there; empty: it is",
)

stock_seen = Table(
    "stock_seen",
    metadata,
    Column("station", String(32), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("session", String(64), nullable=False),
    Column("place", String(64), nullable=False),
    Column("sweep", Integer, nullable=False),
    Column("item", String(64), nullable=False),
    Column("uid", String(64), nullable=False),
    Column("afi", Integer),
    Column("at", UtcTime, nullable=False),
    Index("ix_stock_seen_session_at", "session", "at"),
    comment="Tags that a wand saw, in its order: of the fact and in it. session: the number of a stock-taking, as the "
    "wand says it. item or uid is empty",
)

stock_findings = Table(
    "stock_findings",
    metadata,
    Column("session", String(32), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("place", String(64), nullable=False),
    Column("item", String(64), nullable=False),
    Column("uid", String(64), nullable=False),
    Column("detail", String(32), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("who", String(64), nullable=False),
    Column("settled_at", UtcTime),
    Index("ix_stock_findings_session_kind", "session", "kind", "n"),
    comment="What a stock-taking found, in walking order. outcome: empty until somebody has settled it",
)

stock_figures = Table(
    "stock_figures",
    metadata,
    Column("session", String(32), primary_key=True),
    Column("expected", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("small_swaps", Integer, nullable=False),
    Column("unreadable", Integer, nullable=False),
    Column("sightings", Integer, nullable=False),
    Column("counted_at", UtcTime, nullable=False),
    comment="A stock-taking in figures, as it was counted last. unreadable: call numbers that have no place in the "
    "shelf's order",
)

"""The tables of a kiosk's ledger. `PRAGMA user_version` is the version of this schema."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

VERSION = 2

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("acked_seq", Integer, nullable=False),
    Column("settled", Integer, nullable=False, server_default="0", comment="No intent up to this row is open"),
    comment="One row. acked_seq: what central acknowledged last; it falls when central was restored from a backup",
)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tx", Integer, nullable=False, comment="The id of the first row of the same transaction"),
    Column("at", Text, nullable=False, comment="UTC by the station's clock"),
    Column("mono_ms", Integer, nullable=False, comment="Milliseconds since the machine's boot"),
    Column("boot", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("session", Text),
    Column("intent", Text),
    Column("item", Text),
    Column("uid", Text),
    Column("patron", Text),
    Column("due", Text),
    Column("afi", Integer),
    Column("reasons", Text, nullable=False, comment="JSON list of codes"),
    Column("note", Text, nullable=False),
    Index("journal_by_intent", "intent"),
    Index("journal_by_kind", "kind"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("journal", Integer, ForeignKey(journal.c.id), nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("data", Text, nullable=False, comment="JSON body without epoch and seq"),
    Column("released_at", Text, comment="When central first acknowledged it; kept for 90 days more"),
)

titles = Table(
    "titles",
    metadata,
    Column("item", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("call_number", Text, nullable=False),
    Column("seen", Integer, nullable=False, comment="Grows with every item remembered"),
    Index("titles_by_seen", "seen"),
)

UPGRADES = {1: "ALTER TABLE meta ADD COLUMN settled INTEGER DEFAULT '0' NOT NULL"}
"""What makes a ledger of this version one of the next."""

probe = Table(
    "probe",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ballast", LargeBinary, nullable=False),
    comment="Empty but for the moment when a full disk is tried again",
)

"""Tables of imports: each file that was entered, and what came by it, so that it can be taken back."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from kiosk.central.store.tables import UtcTime, metadata

imported = Table(
    "imported",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("file", Text, nullable=False),
    Column("fresh", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Index("ix_imported_number", "number", unique=True),
    Index("ix_imported_made_at", "made_at", "id"),
    comment="Files that were imported. kind: patron-import or record-import. fresh, changed, copies: how many",
)

imported_rows = Table(
    "imported_rows",
    metadata,
    Column("paper", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("print", String(64), nullable=False),
    Column("before", LargeBinary),
    Index("ix_imported_rows_subject", "subject", "kind"),
    comment="What came by each import, for thirty days. print: SHA-256 of the row as it was entered: another one means "
    "that somebody changed it since. before: the bytes of the record that it replaced",
)

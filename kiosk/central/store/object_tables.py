"""Files of the digital store."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table

from kiosk.central.store.tables import UtcTime, metadata

digital_objects = Table(
    "digital_objects",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("digitisation", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("medium", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("checked_at", UtcTime, nullable=False),
    Index("ix_digital_objects_digitisation", "digitisation", "digest", unique=True),
    Index("ix_digital_objects_checked_at", "checked_at", "id"),
    comment="digitisation: the number of its paper, which says who may see it. digest: SHA-256 of the file",
)

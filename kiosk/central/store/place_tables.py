"""Who takes part in the library's activities, and who waits for a place."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from kiosk.central.store.tables import UtcTime, metadata

places = Table(
    "places",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("activity", String(32), nullable=False),
    Column("patron", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Index("ix_places_activity_patron", "activity", "patron", unique=True),
    Index("ix_places_activity_state", "activity", "state", "asked_at", "id"),
    Index("ix_places_patron", "patron"),
    comment="activity: its number. One row a patron and activity: whoever signs up again waits behind the others",
)

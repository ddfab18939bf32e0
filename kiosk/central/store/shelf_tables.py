"""What lies behind the doors of smart shelves and lockers."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from kiosk.central.store.tables import UtcTime, metadata

shelved = Table(
    "shelved",
    metadata,
    Column("item", String(64), primary_key=True),
    Column("station", String(32), nullable=False),
    Column("compartment", String(64), nullable=False),
    Column("uid", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_shelved_station_compartment", "station", "compartment"),
    comment="What inventories behind doors found there; at: since when. compartment: empty once it has left",
)

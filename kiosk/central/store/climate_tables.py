"""What sensors have said: each reading for a season, and each hour's least, mean and most for ever."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table

from kiosk.central.store.tables import LongId, UtcTime, metadata

sensor_readings = Table(
    "sensor_readings",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("sensor", String(32), nullable=False),
    Column("quantity", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("value", Float, nullable=False),
    Index("ix_sensor_readings_at", "at"),
    comment="Raw readings. sensor: its number",
)
sensor_hours = Table(
    "sensor_hours",
    metadata,
    Column("sensor", String(32), primary_key=True),
    Column("quantity", String(16), primary_key=True),
    Column("hour", UtcTime, primary_key=True),
    Column("least", Float, nullable=False),
    Column("most", Float, nullable=False),
    Column("total", Float, nullable=False),
    Column("count", Integer, nullable=False),
    comment="Every hour of every sensor. total / count: the mean",
)

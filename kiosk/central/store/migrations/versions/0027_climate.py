"""Sensors of the house, what they said, and the alarms that they raised."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import LongId, UtcTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _paper(
        "sensors",
        "sensor",
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("profile", sa.String(32), nullable=False),
        sa.Column("interval_min", sa.Integer, nullable=False),
        sa.Column("calibrated", sa.Date),
    )
    _paper(
        "climate_alarms",
        "climate-alarm",
        sa.Column("sensor", sa.String(200), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("value", sa.String(200)),
        sa.Column("ended_at", UtcTime),
        sa.Column("measures", sa.Text),
    )
    op.create_table(
        "sensor_readings",
        sa.Column("id", LongId, primary_key=True, autoincrement=True),
        sa.Column("sensor", sa.String(32), nullable=False),
        sa.Column("quantity", sa.String(16), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        comment="Raw readings. sensor: its number",
    )
    op.create_index("ix_sensor_readings_at", "sensor_readings", ["at"])
    op.create_table(
        "sensor_hours",
        sa.Column("sensor", sa.String(32), primary_key=True),
        sa.Column("quantity", sa.String(16), primary_key=True),
        sa.Column("hour", UtcTime, primary_key=True),
        sa.Column("least", sa.Float, nullable=False),
        sa.Column("most", sa.Float, nullable=False),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        comment="Every hour of every sensor. total / count: the mean",
    )


def _paper(table: str, kind: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        *columns,
        comment=f"Papers of the duty {kind}",
    )
    op.create_index(f"ix_{table}_number", table, ["number"], unique=True)
    op.create_index(f"ix_{table}_made_at", table, ["made_at", "id"])
    op.create_index(f"ix_{table}_state_made_at", table, ["state", "made_at", "id"])

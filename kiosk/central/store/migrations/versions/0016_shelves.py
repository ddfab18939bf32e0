"""What lies behind the doors of smart shelves and lockers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shelved",
        sa.Column("item", sa.String(64), primary_key=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("compartment", sa.String(64), nullable=False),
        sa.Column("uid", sa.String(64), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        comment="What inventories behind doors found there; at: since when. compartment: empty once it has left",
    )
    op.create_index("ix_shelved_station_compartment", "shelved", ["station", "compartment"])

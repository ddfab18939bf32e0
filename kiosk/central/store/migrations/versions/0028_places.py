"""Places in the library's activities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("activity", sa.String(32), nullable=False),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        comment="activity: its number. One row a patron and activity: whoever signs up again waits behind the others",
    )
    op.create_index("ix_places_activity_patron", "places", ["activity", "patron"], unique=True)
    op.create_index("ix_places_activity_state", "places", ["activity", "state", "asked_at", "id"])
    op.create_index("ix_places_patron", "places", ["patron"])

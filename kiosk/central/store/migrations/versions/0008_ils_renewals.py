"""Renewals that the library's own system was asked for, and that nobody knows about yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ils_renewals",
        sa.Column("patron", sa.String(200), primary_key=True),
        sa.Column("item", sa.String(64), primary_key=True),
        sa.Column("was_due", UtcTime),
        sa.Column("tried_at", UtcTime, nullable=False),
        comment="Renewals that the library's own system was asked for, until it has answered: after a time-out or the "
        "end of the process its due date is compared with was_due, and nothing is sent twice blindly",
    )

"""Cards that somebody asked for at a kiosk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", UtcTime),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        comment="Cards that were asked for at a kiosk. id: of the question that asked; made_by: the station",
    )
    op.create_index("ix_applications_patron", "applications", ["patron"])
    op.create_index("ix_applications_state_made_at", "applications", ["state", "made_at"])
    op.create_index("ix_applications_number", "applications", ["number"], unique=True)

"""Letters with receipts to patrons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", UtcTime, nullable=False),
        comment="Letters to patrons. id: of the question that asked for it. text: empty once it is sent or given up",
    )
    op.create_index("ix_mails_state_due", "mails", ["state", "due"])
    op.create_index("ix_mails_patron", "mails", ["patron"])

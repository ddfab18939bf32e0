"""Gates: the order in which items became lent or not, whose tag is whose, and people counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import LongId, UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lent_log",
        sa.Column("id", LongId, primary_key=True, autoincrement=True),
        sa.Column("item", sa.String(64), nullable=False),
        comment="Items whose loan began or ended, in the order of commits: the id is the version of the gates' ledger",
    )
    op.create_table(
        "tags",
        sa.Column("uid", sa.String(64), primary_key=True),
        sa.Column("item", sa.String(64), nullable=False),
        comment="Which tag is in which item, as kiosks have seen it: some gates tell nothing but a UID",
    )
    op.create_index("ix_tags_item", "tags", ["item"])
    op.create_table(
        "visits",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("gate", sa.String(32), nullable=False),
        sa.Column("begins", UtcTime, nullable=False),
        sa.Column("ends", UtcTime, nullable=False),
        sa.Column("entered", sa.Integer, nullable=False),
        sa.Column("left_", sa.Integer, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("notes", sa.Text, nullable=False, server_default=""),
        comment="People through a gate in a quarter of an hour at most. closed: outside opening hours, no visits",
    )
    op.create_index("ix_visits_begins", "visits", ["begins"])

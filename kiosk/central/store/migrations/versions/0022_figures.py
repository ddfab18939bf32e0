"""What reports count by: sums of the loans of each day, and deeds of one kind in the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_action_at", "audit", ["action", "at"])
    op.create_table(
        "lent_days",
        sa.Column("zone", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("branch", sa.String(64), primary_key=True),
        sa.Column("loan_class", sa.String(32), primary_key=True),
        sa.Column("station", sa.String(32), primary_key=True),
        sa.Column("loans", sa.Integer, nullable=False),
        sa.Column("renewals", sa.Integer, nullable=False),
        comment="Loans of each day that is over, summed up at night, so that a report need not read a year of them. "
        "zone: whose days; a day without a loan has one line of zeros, so that it is known to be summed",
    )

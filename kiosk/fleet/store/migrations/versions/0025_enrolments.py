"""One-time codes and the certificates of stations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.database.columns import UtcTime

revision = "0025"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolments",
        sa.Column("code", sa.String(4), primary_key=True),
        sa.Column("site", sa.String(32), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("used_at", UtcTime),
        sa.Column("serial", sa.String(48)),
        sa.Column("ends_at", UtcTime),
        sa.Column("revoked_by", sa.String(64)),
        sa.Column("revoked_at", UtcTime),
        comment="One-time codes, and the certificates that were made by them. key: empty as soon as it was used",
    )
    op.create_index("ix_enrolments_station", "enrolments", ["station"])

"""Files of the digital store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digital_objects",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("digitisation", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("medium", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("added_at", UtcTime, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("checked_at", UtcTime, nullable=False),
        comment="digitisation: the number of its paper, which says who may see it. digest: SHA-256 of the file",
    )
    op.create_index("ix_digital_objects_digitisation", "digital_objects", ["digitisation", "digest"], unique=True)
    op.create_index("ix_digital_objects_checked_at", "digital_objects", ["checked_at", "id"])

"""PINs of patrons, as hashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pins",
        sa.Column("patron", sa.String(64), primary_key=True),
        sa.Column("hash", sa.String(128), nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False, server_default="0"),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        comment="PINs as argon2id hashes. wrong: tries in a row; locked_until: not looked at before",
    )

"""The library's own system: how far it was told. And what was forgotten of who read what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ils_progress",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("fact", sa.BigInteger, nullable=False),
        sa.Column("trying", sa.BigInteger, nullable=False, server_default="0"),
        comment="One row: the last fact that the library's own system was told of, or that it need not know. trying: "
        "the one that is being told, where it must not be told twice",
    )
    op.add_column("decisions", sa.Column("by_ils", sa.String(128)))
    op.add_column("facts", sa.Column("anonymous", sa.Boolean, nullable=False, server_default=sa.false()))
    named = sa.text("anonymous = false")
    op.create_index("ix_facts_named", "facts", ["at"], sqlite_where=sa.text("anonymous = 0"), postgresql_where=named)

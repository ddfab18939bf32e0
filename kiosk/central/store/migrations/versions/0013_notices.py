"""Notices to patrons: their addresses, the queue, texts of the library's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("patrons", sa.Column("email", sa.String(254)))
    op.add_column("patrons", sa.Column("no_reminders", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "notices",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("trouble", sa.Text, nullable=False, server_default=""),
        sa.Column("boot", sa.Text, nullable=False, server_default=""),
        comment="Notices to patrons, one a kind, patron, subject and day; what they say is made when they are sent. "
        "subject: the hold. boot: when commits may have been lost since it was taken",
    )
    op.create_index("ix_notices_day_kind_patron_subject", "notices", ["day", "kind", "patron", "subject"], unique=True)
    op.create_index("ix_notices_state_due_at", "notices", ["state", "due_at", "id"])
    op.create_index("ix_notices_subject", "notices", ["subject", "kind"])
    op.create_index("ix_notices_patron", "notices", ["patron"])
    op.create_table(
        "notice_templates",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("language", sa.String(8), primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False, server_default=""),
        comment="Texts of notices that staff wrote instead of the shipped ones. trouble: why one could not be used",
    )
    op.create_table(
        "notice_progress",
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        comment="The last day whose reminders were queued",
    )

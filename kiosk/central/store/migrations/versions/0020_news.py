"""Announcements and events for kiosks' first screens, and when a record came into the catalogue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None
TONGUES = ("zh", "zh_hant", "en", "ar", "de", "ja")


def upgrade() -> None:
    op.create_table(
        "news",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("branch", sa.String(64), nullable=False, server_default=""),
        *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in TONGUES),
        sa.Column("day", sa.Date),
        sa.Column("at", sa.String(5), nullable=False, server_default=""),
        sa.Column("until", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        comment="Announcements, and what is on. branch: empty for all. day, at: of an event. until: the last day on "
        "which an announcement is shown",
    )
    op.create_index("ix_news_kind_day", "news", ["kind", "day"])
    op.add_column("records", sa.Column("added_at", UtcTime))
    op.create_index("ix_records_added_at", "records", ["added_at"])

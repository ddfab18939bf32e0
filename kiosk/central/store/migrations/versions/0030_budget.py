"""Funds, expenses and transfers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _paper(
        "funds",
        "fund",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("allocated", sa.BigInteger, nullable=False),
        sa.Column("parent", sa.String(200)),
    )
    _paper(
        "expenses",
        "expense",
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("fund", sa.String(200), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("supplier", sa.String(200)),
        sa.Column("about", sa.Text),
        sa.Column("paid", sa.BigInteger),
        sa.Column("paid_on", sa.Date),
        sa.Column("invoice", sa.String(200)),
    )
    _paper(
        "transfers",
        "transfer",
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("fund", sa.String(200), nullable=False),
        sa.Column("to_fund", sa.String(200), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
    )


def _paper(table: str, kind: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        *columns,
        comment=f"Papers of the duty {kind}",
    )
    op.create_index(f"ix_{table}_number", table, ["number"], unique=True)
    op.create_index(f"ix_{table}_made_at", table, ["made_at", "id"])
    op.create_index(f"ix_{table}_state_made_at", table, ["state", "made_at", "id"])

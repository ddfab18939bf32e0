"""Gates: alarms and why they rang, time without watch, morning checks, and what came back with a closed tag."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import LongId, UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _alarms()
    op.create_table(
        "gate_gaps",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("gate", sa.String(32), nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("until", UtcTime),
        sa.Column("why", sa.Text, nullable=False),
        comment="Every interval in which nobody watched a gate; until is empty while it lasts",
    )
    op.create_index("ix_gate_gaps_since", "gate_gaps", ["since", "id"])
    op.create_table(
        "gate_checks",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("gate", sa.String(32), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("rssi_dbm", sa.Integer),
        sa.Column("noise", sa.Integer, nullable=False),
        comment="The test tag, carried through a gate by staff, and what came of it",
    )
    op.create_index("ix_gate_checks_at", "gate_checks", ["at", "id"])
    op.create_table(
        "closed_returns",
        sa.Column("id", LongId, primary_key=True, autoincrement=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("lent_at", UtcTime),
        comment="Items that came back with a tag that says in stock. lent_at: since when it was lent; empty: it "
        "was not",
    )
    op.create_index("ix_closed_returns_at", "closed_returns", ["at"])


def _alarms() -> None:
    op.create_table(
        "gate_alarms",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("gate", sa.String(32), nullable=False),
        sa.Column("raised_at", UtcTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("things", sa.Integer, nullable=False),
        sa.Column("outward", sa.Boolean),
        sa.Column("late", sa.Boolean, nullable=False),
        comment="One person, or one trolley, that set a gate off. kind: of the item that rang first; things: how many "
        "rang",
    )
    op.create_index("ix_gate_alarms_raised_at", "gate_alarms", ["raised_at", "id"])
    op.create_index("ix_gate_alarms_state_raised_at", "gate_alarms", ["state", "raised_at"])
    op.create_table(
        "gate_seen",
        sa.Column("id", LongId, primary_key=True, autoincrement=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("gate", sa.String(32), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("alarm", sa.String(64)),
        sa.Column("item", sa.String(64)),
        sa.Column("uid", sa.String(64)),
        sa.Column("afi", sa.Integer),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(16)),
        sa.Column("ledger_version", LongId),
        sa.Column("ledger_age_s", LongId),
        sa.Column("who", sa.String(64), nullable=False),
        comment="Why it rang, item by item; what staff did about it; and lent items that went through with a closed "
        "tag. what: the kind of alarm, the state that it came to, or lent-tag-closed",
    )
    op.create_index("ix_gate_seen_alarm", "gate_seen", ["alarm"])
    op.create_index("ix_gate_seen_item_at", "gate_seen", ["item", "at"])

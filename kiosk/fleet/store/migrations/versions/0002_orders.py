"""Orders, commands, logs and their trail: until now made by whoever sent or ordered first, so they may be there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("fleet_orders"):
        return
    _orders()
    _commands()
    _trail()


def _orders() -> None:
    op.create_table(
        "fleet_orders",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False, comment="JSON"),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needs_two", sa.Boolean, nullable=False),
        sa.Column("agreed_by", sa.Text),
        sa.Column("agreed_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text, nullable=False, comment="asked, running, stopped, finished, withdrawn, lapsed"),
        sa.Column("rollout", sa.Text, nullable=False, comment="JSON: the whole state of the roll-out"),
        comment="What operators order, and of whom",
    )
    op.create_index("fleet_orders_by_state", "fleet_orders", ["state"])


def _commands() -> None:
    op.create_table(
        "fleet_commands",
        sa.Column("id", sa.Text, primary_key=True, comment="Of the command"),
        sa.Column("order_id", sa.Text, sa.ForeignKey("fleet_orders.id"), nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False, comment="The signed message, said again until it is heard"),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_gone", sa.Boolean, nullable=False, comment="The station was away when this was ordered"),
        sa.Column("bad_before", sa.Text, nullable=False, comment="JSON: devices that were not well at that time"),
        sa.Column("said", sa.Integer, nullable=False, comment="How often it was published"),
        sa.Column("said_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text, nullable=False, comment="issued, or a state of lk.command.result"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False, comment="JSON"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        comment="One command of one station, and what became of it",
    )
    for name, column in (("order", "order_id"), ("station", "station"), ("state", "state")):
        op.create_index(f"fleet_commands_by_{name}", "fleet_commands", [column])


def _trail() -> None:
    op.create_table(
        "fleet_log_parts",
        sa.Column("command", sa.Text, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        comment="Logs that stations uploaded, packed; they go after some days",
    )
    op.create_table(
        "fleet_trail",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False, comment="An operator, or the fleet itself"),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("station", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        comment="Who ordered, agreed, stopped what, and what became of it; nothing is ever changed here",
    )
    op.create_index("fleet_trail_by_order", "fleet_trail", ["order_id"])

"""Tables of orders, of what each station did, of logs, and the trail of who ordered what. For SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, Integer, Table, Text

from kiosk.fleet.store.tables import metadata

orders = Table(
    "fleet_orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("arguments", Text, nullable=False, comment="JSON"),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("needs_two", Boolean, nullable=False),
    Column("agreed_by", Text),
    Column("agreed_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False, comment="asked, running, stopped, finished, withdrawn, lapsed"),
    Column("rollout", Text, nullable=False, comment="JSON: the whole state of the roll-out"),
    Index("fleet_orders_by_state", "state"),
    comment="What operators order, and of whom",
)

sent = Table(
    "fleet_commands",
    metadata,
    Column("id", Text, primary_key=True, comment="Of the command"),
    Column("order_id", Text, ForeignKey(orders.c.id), nullable=False),
    Column("station", Text, nullable=False),
    Column("payload", Text, nullable=False, comment="The signed message, said again until it is heard"),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("was_gone", Boolean, nullable=False, comment="The station was away when this was ordered"),
    Column("bad_before", Text, nullable=False, comment="JSON: devices that were not well when this was ordered"),
    Column("said", Integer, nullable=False, comment="How often it was published"),
    Column("said_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False, comment="issued, or a state of lk.command.result"),
    Column("reason", Text, nullable=False),
    Column("details", Text, nullable=False, comment="JSON"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("fleet_commands_by_order", "order_id"),
    Index("fleet_commands_by_station", "station"),
    Index("fleet_commands_by_state", "state"),
    comment="One command of one station, and what became of it",
)

logs = Table(
    "fleet_log_parts",
    metadata,
    Column("command", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("parts", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    comment="Logs that stations uploaded, packed; they go after some days",
)

trail = Table(
    "fleet_trail",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", Text, nullable=False, comment="An operator, or the fleet itself"),
    Column("what", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("station", Text),
    Column("detail", Text, nullable=False),
    Index("fleet_trail_by_order", "order_id"),
    comment="Who ordered, agreed, stopped what, and what became of it; nothing is ever changed here",
)

"""Tables of what gates tell, beside `visits`: alarms and what was done about them, time without watch, checks."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from kiosk.central.store.tables import LongId, UtcTime, metadata

gate_alarms = Table(
    "gate_alarms",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("station", String(32), nullable=False),
    Column("gate", String(32), nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("who", String(64), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("things", Integer, nullable=False),
    Column("outward", Boolean),
    Column("late", Boolean, nullable=False),
    Index("ix_gate_alarms_raised_at", "raised_at", "id"),
    Index("ix_gate_alarms_state_raised_at", "state", "raised_at"),
    comment="One person, or one trolley, that set a gate off. kind: of the item that rang first; things: how many rang",
)

gate_seen = Table(
    "gate_seen",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("station", String(32), nullable=False),
    Column("gate", String(32), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("alarm", String(64), index=True),
    Column("item", String(64)),
    Column("uid", String(64)),
    Column("afi", Integer),
    Column("what", String(32), nullable=False),
    Column("rule", String(16)),
    Column("ledger_version", LongId),
    Column("ledger_age_s", LongId),
    Column("who", String(64), nullable=False),
    Index("ix_gate_seen_item_at", "item", "at"),
    comment="Why it rang, item by item; what staff did about it; and lent items that went through with a closed tag. "
    "what: the kind of alarm, the state that it came to, or lent-tag-closed",
)

gate_gaps = Table(
    "gate_gaps",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("station", String(32), nullable=False),
    Column("gate", String(32), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime),
    Column("why", Text, nullable=False),
    Index("ix_gate_gaps_since", "since", "id"),
    comment="Every interval in which nobody watched a gate; until is empty while it lasts",
)

gate_checks = Table(
    "gate_checks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("station", String(32), nullable=False),
    Column("gate", String(32), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("result", String(16), nullable=False),
    Column("who", String(64), nullable=False),
    Column("rssi_dbm", Integer),
    Column("noise", Integer, nullable=False),
    Index("ix_gate_checks_at", "at", "id"),
    comment="The test tag, carried through a gate by staff, and what came of it",
)

closed_returns = Table(
    "closed_returns",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("station", String(32), nullable=False),
    Column("item", String(64), nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("lent_at", UtcTime),
    comment="Items that came back with a tag that says in stock. lent_at: since when it was lent; empty: it was not",
)

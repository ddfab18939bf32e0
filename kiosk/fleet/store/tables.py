"""The fleet's schema, once, for SQLite and PostgreSQL. Migrations make it; a test holds both against this."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

from kiosk.database.columns import NAMES, LongId, UtcTime
from kiosk.web import staff_tables

metadata = MetaData(naming_convention=NAMES)

staff = staff_tables.staff.to_metadata(metadata)
staff_sessions = staff_tables.staff_sessions.to_metadata(metadata)
sign_in_tries = staff_tables.sign_in_tries.to_metadata(metadata)
audit = staff_tables.audit.to_metadata(metadata)
staff_tables.guard(audit)

stations = Table(
    "stations",
    metadata,
    Column("site", String(32), primary_key=True),
    Column("station", String(32), primary_key=True),
    Column("first_at", UtcTime, nullable=False),
    Column("heard_at", UtcTime, nullable=False),
    Column("strip", String(96), nullable=False, server_default=""),
    Column("strip_at", Integer, nullable=False, server_default="0"),
    Column("epoch", String(64), nullable=False, server_default=""),
    comment="Every station that was ever heard: one that stays away is missed after a restart of the fleet, too",
)

events = Table(
    "events",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("site", String(32), nullable=False),
    Column("station", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False, server_default=""),
    Column("text", Text, nullable=False, server_default=""),
    Index("ix_events_station_id", "site", "station", "id"),
    Index("ix_events_kind_id", "kind", "id"),
    Index("ix_events_at", "at"),
    comment="What happened at stations, by the time it was heard here. Names no patron",
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("site", String(32), nullable=False),
    Column("station", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False, server_default=""),
    Column("level", Integer, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("since", UtcTime, nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("returns", Integer, nullable=False, server_default="0"),
    Column("acknowledged_by", String(64), nullable=False, server_default=""),
    Column("acknowledged_at", UtcTime),
    Column("shelved_by", String(64), nullable=False, server_default=""),
    Column("shelved_until", UtcTime),
    Column("cleared_at", UtcTime),
    Index("ix_alarms_station_id", "site", "station", "id"),
    Index("ix_alarms_cleared_at", "cleared_at"),
    comment="Alarms from raised to cleared; one that runs has no cleared_at",
)

series = Table(
    "series",
    metadata,
    Column("site", String(32), primary_key=True),
    Column("station", String(32), primary_key=True),
    Column("name", String(48), primary_key=True),
    Column("span_s", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("least", BigInteger, nullable=False),
    Column("most", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Index("ix_series_span_s_at", "span_s", "at"),
    comment="Figures of stations. at: seconds since 1970 when the span begins. Fine spans become hours",
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("code", String(4), primary_key=True),
    Column("site", String(32), nullable=False),
    Column("station", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("key", LargeBinary),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("used_at", UtcTime),
    Column("serial", String(48)),
    Column("ends_at", UtcTime),
    Column("revoked_by", String(64)),
    Column("revoked_at", UtcTime),
    Index("ix_enrolments_station", "station"),
    comment="One-time codes, and the certificates that were made by them. key: empty as soon as it was used",
)

"""Stations, events, alarms, series; who signs in, and the trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.database.columns import LongId, UtcTime
from kiosk.web.staff_tables import STANDS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _staff()
    _stations()
    _alarms()


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("branch", sa.String(64), nullable=False, server_default=""),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("disabled_at", UtcTime),
        comment="Who signs in to the console. roles: words of roles.toml. password: argon2id",
    )
    op.create_table(
        "staff_sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("staff", sa.String(64), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.Column("notes", sa.Text, nullable=False, server_default="[]"),
        comment="Who is signed in. digest: SHA-256 of the cookie. notes: what the next page tells, as JSON",
    )
    op.create_index("ix_staff_sessions_staff", "staff_sessions", ["staff"])
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.String(128), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", UtcTime, nullable=False),
        comment="Wrong passwords since the last right one, by account and by address",
    )
    op.create_table(
        "audit",
        sa.Column("id", LongId, primary_key=True, autoincrement=True),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("changes", sa.Text, nullable=False, server_default="{}"),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        comment="Who did what, for ever: triggers refuse every change. Loans stand here by the number of their fact, "
        "so that who read what can be forgotten. changes: field to [before, after], as JSON; of a name only that it "
        "changed",
    )
    op.create_index("ix_audit_subject_id", "audit", ["subject", "id"])
    op.create_index("ix_audit_who_id", "audit", ["who", "id"])
    for statement in STANDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _stations() -> None:
    op.create_table(
        "stations",
        sa.Column("site", sa.String(32), primary_key=True),
        sa.Column("station", sa.String(32), primary_key=True),
        sa.Column("first_at", UtcTime, nullable=False),
        sa.Column("heard_at", UtcTime, nullable=False),
        sa.Column("strip", sa.String(96), nullable=False, server_default=""),
        sa.Column("strip_at", sa.Integer, nullable=False, server_default="0"),
        sa.Column("epoch", sa.String(64), nullable=False, server_default=""),
        comment="Every station that was ever heard: one that stays away is missed after a restart of the fleet, too",
    )
    op.create_table(
        "events",
        sa.Column("id", LongId, primary_key=True, autoincrement=True),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("site", sa.String(32), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False, server_default=""),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        comment="What happened at stations, by the time it was heard here. Names no patron",
    )
    op.create_index("ix_events_station_id", "events", ["site", "station", "id"])
    op.create_index("ix_events_kind_id", "events", ["kind", "id"])
    op.create_index("ix_events_at", "events", ["at"])
    op.create_table(
        "series",
        sa.Column("site", sa.String(32), primary_key=True),
        sa.Column("station", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(48), primary_key=True),
        sa.Column("span_s", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("least", sa.BigInteger, nullable=False),
        sa.Column("most", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        comment="Figures of stations. at: seconds since 1970 when the span begins. Fine spans become hours",
    )
    op.create_index("ix_series_span_s_at", "series", ["span_s", "at"])


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", LongId, primary_key=True, autoincrement=True),
        sa.Column("site", sa.String(32), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False, server_default=""),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("raised_at", UtcTime, nullable=False),
        sa.Column("returns", sa.Integer, nullable=False, server_default="0"),
        sa.Column("acknowledged_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("acknowledged_at", UtcTime),
        sa.Column("shelved_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("shelved_until", UtcTime),
        sa.Column("cleared_at", UtcTime),
        comment="Alarms from raised to cleared; one that runs has no cleared_at",
    )
    op.create_index("ix_alarms_station_id", "alarms", ["site", "station", "id"])
    op.create_index("ix_alarms_cleared_at", "alarms", ["cleared_at"])

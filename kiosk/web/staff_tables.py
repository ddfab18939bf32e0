"""Who signs in, who is signed in, and the trail of what they did: the same tables in each program's database.

Statements are written on these; a program's own `MetaData` takes copies (`Table.to_metadata`), which have their names.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, Index, Integer, MetaData, String, Table, Text, event

from kiosk.database.columns import NAMES, LongId, UtcTime

metadata = MetaData(naming_convention=NAMES)

staff = Table(
    "staff",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("branch", String(64), nullable=False, server_default=""),
    Column("language", String(8), nullable=False),
    Column("password", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
    comment="Who signs in to the console. roles: words of roles.toml. password: argon2id",
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("staff", String(64), nullable=False, index=True),
    Column("made_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("notes", Text, nullable=False, server_default="[]"),
    comment="Who is signed in. digest: SHA-256 of the cookie. notes: what the next page tells, as JSON",
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("subject", String(128), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    comment="Wrong passwords since the last right one, by account and by address",
)

audit = Table(
    "audit",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("who", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(160), nullable=False),
    Column("changes", Text, nullable=False, server_default="{}"),
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_audit_subject_id", "subject", "id"),
    Index("ix_audit_who_id", "who", "id"),
    comment="Who did what, for ever: triggers refuse every change. Loans stand here by the number of their fact, so "
    "that who read what can be forgotten. changes: field to [before, after], as JSON; of a name only that it changed",
)

STANDS = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stands()",
    ),
}
"""What keeps the trail as it is, on each database. SQLite's REPLACE deletes without asking a trigger for deletions."""


def guard(trail: Table) -> None:
    """Have the triggers made with a program's copy of `audit`."""
    for dialect, statements in STANDS.items():
        for statement in statements:
            ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(trail, "after_create", ddl)

"""The staff console: accounts, sessions, an audit trail that stands, waivers, imports, findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RUNNING = sa.text("ended_at IS NULL")
BEGUN = (("records", "title"), ("items", "title"), ("patrons", "given_name"), ("patrons", "family_name"))


def upgrade() -> None:
    _people()
    _trail()
    _papers()
    _indexes()


def _people() -> None:
    op.create_table(
        "staff",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("branch", sa.String(64), nullable=False, server_default=""),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT),
        comment="Who signs in to the console. roles: words of roles.toml. password: argon2id",
    )
    op.create_table(
        "staff_sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("staff", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("notes", sa.Text, nullable=False, server_default="[]"),
        comment="Who is signed in. digest: SHA-256 of the cookie. notes: what the next page tells, as JSON",
    )
    op.create_index("ix_staff_sessions_staff", "staff_sessions", ["staff"])
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.String(128), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        comment="Wrong passwords since the last right one, by account and by address",
    )


def _trail() -> None:
    op.create_table(
        "audit",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("at", INSTANT, nullable=False),
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
    if op.get_context().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER audit_no_{what} BEFORE {what.upper()} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stands()"
    )


def _papers() -> None:
    op.create_table(
        "waivers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("charge", sa.String(64), nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", INSTANT),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        comment="Waivers above the limit, which somebody else approves or refuses",
    )
    op.create_index("ix_waivers_patron", "waivers", ["patron"])
    op.create_index("ix_waivers_state_asked_at", "waivers", ["state", "asked_at"])
    op.create_table(
        "imports",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        comment="Files of patrons that were checked and wait for a yes; they go when it is given, or after a day",
    )
    op.create_table(
        "findings",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.Column("settled_by", sa.String(64)),
        comment="What the nightly audit found to be not as it should be",
    )
    op.create_index("ix_findings_state_id", "findings", ["state", "id"])
    op.create_index("ix_findings_kind_subject", "findings", ["kind", "subject"])


def _indexes() -> None:
    op.create_index("ix_loans_made_at", "loans", ["made_at"])
    op.create_index("ix_loans_running", "loans", ["due", "intent"], sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_index("ix_items_state", "items", ["state", "id"])
    op.create_index("ix_items_loan_class", "items", ["loan_class"])
    op.create_index("ix_charges_open_at", "charges", ["open", "at", "id"])
    op.create_index("ix_holds_state_placed_at", "holds", ["state", "placed_at", "id"])
    in_order = "" if op.get_context().dialect.name == "sqlite" else ' COLLATE "C"'
    for table, column in BEGUN:
        op.execute(f"CREATE INDEX ix_{table}_{column}_begins ON {table} (lower({column}){in_order})")

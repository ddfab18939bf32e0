"""Notices to patrons: their addresses, the queue, texts of the library's own; double entry, orders paid by phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _notices()
    _postings()
    _orders()


def _notices() -> None:
    op.add_column("patrons", sa.Column("email", sa.String(254)))
    op.add_column("patrons", sa.Column("no_reminders", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "notices",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("trouble", sa.Text, nullable=False, server_default=""),
        sa.Column("boot", sa.Text, nullable=False, server_default=""),
        comment="Notices to patrons, one a kind, patron, subject and day; what they say is made when they are sent. "
        "subject: the hold. boot: when commits may have been lost since it was taken",
    )
    op.create_index("ix_notices_day_kind_patron_subject", "notices", ["day", "kind", "patron", "subject"], unique=True)
    op.create_index("ix_notices_state_due_at", "notices", ["state", "due_at", "id"])
    op.create_index("ix_notices_subject", "notices", ["subject", "kind"])
    op.create_index("ix_notices_patron", "notices", ["patron"])
    op.create_table(
        "notice_templates",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("language", sa.String(8), primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False, server_default=""),
        comment="Texts of notices that staff wrote instead of the shipped ones. trouble: why one could not be used",
    )
    op.create_table(
        "notice_progress",
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        comment="The last day whose reminders were queued",
    )


def _postings() -> None:
    op.create_table(
        "postings",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("debit", sa.String(80), nullable=False),
        sa.Column("credit", sa.String(80), nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.String(160), nullable=False),
        sa.CheckConstraint("cents > 0", name="ck_postings_cents"),
        sa.CheckConstraint("debit <> credit", name="ck_postings_accounts"),
        comment="Double entry: each row takes cents from one account and gives them to another, so that all accounts "
        "sum to zero whatever is written. Triggers refuse every change. Accounts: patron:ID, income:KIND, paid:METHOD, "
        "correction",
    )
    op.create_index("ix_postings_debit", "postings", ["debit"])
    op.create_index("ix_postings_credit", "postings", ["credit"])
    into = "INSERT INTO postings (at, debit, credit, cents, reference) SELECT at, "
    op.execute(
        f"{into}'patron:' || patron, 'income:' || kind, amount_cents, 'charge:' || id FROM charges "
        "WHERE amount_cents > 0 ORDER BY at, id"
    )
    op.execute(
        f"{into}'paid:' || method, 'patron:' || patron, amount_cents, 'payment:' || id FROM payments "
        "WHERE amount_cents > 0 ORDER BY at, id"
    )
    if op.get_context().dialect.name == "sqlite":
        refuses = "BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END"
        op.execute(f"CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings {refuses}")
        op.execute(f"CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings {refuses}")
        known = "EXISTS (SELECT 1 FROM postings WHERE id = NEW.id)"
        op.execute(f"CREATE TRIGGER postings_no_replace BEFORE INSERT ON postings WHEN {known} {refuses}")
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION postings_stand() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'postings are append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER postings_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON postings "
        "FOR EACH STATEMENT EXECUTE FUNCTION postings_stand()"
    )


def _orders() -> None:
    op.create_table(
        "payment_orders",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("charges", sa.Text, nullable=False, server_default="[]"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("code", sa.Text, nullable=False, server_default=""),
        sa.Column("transaction", sa.String(64)),
        sa.Column("paid_at", INSTANT),
        comment="Orders that are paid by phone. code: what the QR code holds. transaction: the provider's number",
    )
    op.create_index("ix_payment_orders_patron", "payment_orders", ["patron"])
    op.create_index("ix_payment_orders_state_made_at", "payment_orders", ["state", "made_at", "id"])

"""Tables of money that moves: the postings, which stand, and orders that patrons pay by phone."""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, CheckConstraint, Column, Index, String, Table, Text, event

from kiosk.central.store.tables import LongId, UtcTime, metadata

postings = Table(
    "postings",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("debit", String(80), nullable=False),
    Column("credit", String(80), nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("reference", String(160), nullable=False),
    CheckConstraint("cents > 0", name="ck_postings_cents"),
    CheckConstraint("debit <> credit", name="ck_postings_accounts"),
    Index("ix_postings_debit", "debit"),
    Index("ix_postings_credit", "credit"),
    comment="Double entry: each row takes cents from one account and gives them to another, so that all accounts "
    "sum to zero whatever is written. Triggers refuse every change. Accounts: patron:ID, income:KIND, paid:METHOD, "
    "correction",
)

payment_orders = Table(
    "payment_orders",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("patron", String(64), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("charges", Text, nullable=False, server_default="[]"),
    Column("state", String(16), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("code", Text, nullable=False, server_default=""),
    Column("transaction", String(64)),
    Column("paid_at", UtcTime),
    Column("number", String(32), nullable=False, server_default=""),
    Column("provider", String(16), nullable=False, server_default="wechat"),
    Index("ix_payment_orders_patron", "patron"),
    Index("ix_payment_orders_number", "number", unique=True),
    Index("ix_payment_orders_state_made_at", "state", "made_at", "id"),
    comment="Orders that are paid by phone. code: what the QR code holds. transaction: the provider's number",
)

STANDS = {
    "sqlite": (
        "CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings "
        "BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END",
        "CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings "
        "BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END",
        "CREATE TRIGGER postings_no_replace BEFORE INSERT ON postings "
        "WHEN EXISTS (SELECT 1 FROM postings WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION postings_stand() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'postings are append-only'; END $$",
        "CREATE TRIGGER postings_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON postings "
        "FOR EACH STATEMENT EXECUTE FUNCTION postings_stand()",
    ),
}
"""What keeps the postings as they are, on each database."""

for _dialect, _statements in STANDS.items():
    for _statement in _statements:
        _ddl = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(postings, "after_create", _ddl)

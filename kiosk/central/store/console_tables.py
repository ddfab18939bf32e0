"""Tables of the staff console: accounts, sessions, the audit trail, papers, imports, findings; and what its lists are
sorted by."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    event,
    text,
)

from kiosk.central.store.tables import LongId, UtcTime, charges, holds, items, loans, metadata, patrons
from kiosk.web import staff_tables

staff_identities = Table(
    "staff_identities",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("staff", String(64), nullable=False),
    Index("ix_staff_identities_staff", "staff", unique=True),
    comment="Who staff are at the provider of OpenID Connect that they sign in by",
)

sign_in_flows = Table(
    "sign_in_flows",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    comment="Signings in that are at the provider now. state, browser: SHA-256 of what its answer and the cookie have",
)

staff = staff_tables.staff.to_metadata(metadata)
staff_sessions = staff_tables.staff_sessions.to_metadata(metadata)
sign_in_tries = staff_tables.sign_in_tries.to_metadata(metadata)
audit = staff_tables.audit.to_metadata(metadata)

applications = Table(
    "applications",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", String(32), nullable=False),
    Column("patron", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("decided_by", String(64)),
    Column("decided_at", UtcTime),
    Column("answer", Text, nullable=False, server_default=""),
    Index("ix_applications_state_made_at", "state", "made_at"),
    Index("ix_applications_number", "number", unique=True),
    comment="Cards that were asked for at a kiosk. id: of the question that asked; made_by: the station",
)

waivers = Table(
    "waivers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patron", String(64), nullable=False, index=True),
    Column("charge", String(64), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_by", String(64)),
    Column("decided_at", UtcTime),
    Column("answer", Text, nullable=False, server_default=""),
    Column("number", String(32), nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_waivers_state_made_at", "state", "made_at"),
    Index("ix_waivers_number", "number", unique=True),
    comment="Waivers above the limit, which somebody else approves or refuses",
)

document_numbers = Table(
    "document_numbers",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    comment="The last number of each kind of paper in each year",
)

damages = Table(
    "damages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("item", String(64), nullable=False),
    Column("loan", String(64)),
    Column("patron", String(64)),
    Column("kind", String(32), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("photo", String(64)),
    Column("price_cents", BigInteger, nullable=False),
    Column("age_years", Integer, nullable=False),
    Column("of_a_set", Boolean, nullable=False),
    Column("amount_cents", BigInteger, nullable=False, server_default="0"),
    Column("charge", String(64)),
    Index("ix_damages_number", "number", unique=True),
    Index("ix_damages_state_made_at", "state", "made_at", "id"),
    Index("ix_damages_item", "item"),
    Index("ix_damages_patron", "patron"),
    comment="Damaged copies. patron and loan: who had it. photo: SHA-256 of the file in the folder of photographs. "
    "amount_cents, charge: what was asked for it",
)

imports = Table(
    "imports",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("file", Text, nullable=False),
    Column("who", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    comment="Files of patrons that were checked and wait for a yes; they go when it is given, or after a day",
)

findings = Table(
    "findings",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("found_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("settled_at", UtcTime),
    Column("settled_by", String(64)),
    Index("ix_findings_state_id", "state", "id"),
    Index("ix_findings_kind_subject", "kind", "subject"),
    comment="What the nightly audit found to be not as it should be",
)

lent_days = Table(
    "lent_days",
    metadata,
    Column("zone", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("branch", String(64), primary_key=True),
    Column("loan_class", String(32), primary_key=True),
    Column("station", String(32), primary_key=True),
    Column("loans", Integer, nullable=False),
    Column("renewals", Integer, nullable=False),
    comment="Loans of each day that is over, summed up at night, so that a report need not read a year of them. zone: "
    "whose days; a day without a loan has one line of zeros, so that it is known to be summed",
)

Index("ix_audit_action_at", audit.c.action, audit.c.at)
Index("ix_loans_made_at", loans.c.made_at)
Index(
    "ix_loans_running",
    loans.c.due,
    loans.c.intent,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)
Index("ix_items_state", items.c.state, items.c.id)
Index("ix_items_loan_class", items.c.loan_class)
Index("ix_charges_open_at", charges.c.open, charges.c.at, charges.c.id)
Index("ix_holds_state_placed_at", holds.c.state, holds.c.placed_at, holds.c.id)

BEGINS = {
    "sqlite": "CREATE INDEX ix_{table}_{column}_begins ON {table} (lower({column}))",
    "postgresql": 'CREATE INDEX ix_{table}_{column}_begins ON {table} (lower({column}) COLLATE "C")',
}
"""For names by their beginning, in the order of code points on both databases."""
BEGUN = ((patrons, "given_name"), (patrons, "family_name"))


def _after(table: Table, dialect: str, statement: str) -> None:
    """Make it with the table, on this database."""
    ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl)


for _dialect in ("sqlite", "postgresql"):
    for _table, _column in BEGUN:
        _after(_table, _dialect, BEGINS[_dialect].format(table=_table.name, column=_column))
staff_tables.guard(audit)

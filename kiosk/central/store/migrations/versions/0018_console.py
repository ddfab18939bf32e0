"""Imports that can be taken back; numbers of payment orders; versions of exceptions; how patrons want to be told;
signing in by the town's or university's OpenID Connect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _imports()
    _orders()
    op.add_column("exceptions", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("patrons", sa.Column("phone", sa.String(32)))
    op.add_column("patrons", sa.Column("wecom", sa.String(64)))
    op.add_column("patrons", sa.Column("channels", sa.String(64), nullable=False, server_default=""))
    op.add_column("notices", sa.Column("channel", sa.String(16), nullable=False, server_default=""))
    _identities()


def _imports() -> None:
    op.create_table(
        "imported",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("fresh", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        comment="Files that were imported. kind: patron-import or record-import. fresh, changed, copies: how many",
    )
    op.create_index("ix_imported_number", "imported", ["number"], unique=True)
    op.create_index("ix_imported_made_at", "imported", ["made_at", "id"])
    op.create_table(
        "imported_rows",
        sa.Column("paper", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("print", sa.String(64), nullable=False),
        sa.Column("before", sa.LargeBinary),
        comment="What came by each import, for thirty days. print: SHA-256 of the row as it was entered: another one "
        "means that somebody changed it since. before: the bytes of the record that it replaced",
    )
    op.create_index("ix_imported_rows_subject", "imported_rows", ["subject", "kind"])


def _orders() -> None:
    """Those that are there get their numbers in the order in which they were made, by the years of UTC."""
    op.add_column("payment_orders", sa.Column("number", sa.String(32), nullable=False, server_default=""))
    op.add_column("payment_orders", sa.Column("provider", sa.String(16), nullable=False, server_default="wechat"))
    orders = sa.table("payment_orders", *map(sa.column, ("id", "number", "made_at")))
    numbers = sa.table("document_numbers", *map(sa.column, ("kind", "year", "last")))
    connection, last = op.get_bind(), dict[int, int]()
    made_at = sa.type_coerce(orders.c.made_at, sa.DateTime(timezone=True))
    for name, at in connection.execute(sa.select(orders.c.id, made_at).order_by(orders.c.made_at, orders.c.id)).all():
        last[at.year] = last.get(at.year, 0) + 1
        number = f"PY-{at.year}-{last[at.year]:04d}"
        connection.execute(sa.update(orders).where(orders.c.id == name).values(number=number))
    for year, count in last.items():
        connection.execute(sa.insert(numbers).values(kind="order", year=year, last=count))
    op.create_index("ix_payment_orders_number", "payment_orders", ["number"], unique=True)


def _identities() -> None:
    op.create_table(
        "staff_identities",
        sa.Column("issuer", sa.String(255), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("staff", sa.String(64), nullable=False),
        comment="Who staff are at the provider of OpenID Connect that they sign in by",
    )
    op.create_index("ix_staff_identities_staff", "staff_identities", ["staff"], unique=True)
    op.create_table(
        "sign_in_flows",
        sa.Column("state", sa.String(64), primary_key=True),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        comment="Signings in that are at the provider now. state, browser: SHA-256 of what its answer and the "
        "cookie have",
    )

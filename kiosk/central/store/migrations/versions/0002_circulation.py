"""Circulation: holds, charges and payments, renewals, guardians, owners of exceptions, keys of programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CARRIED = "carried-over"


def upgrade() -> None:
    _items()
    _money()
    _people()
    _loans()
    _exceptions()
    _holds()
    _keys()


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")


def _items() -> None:
    op.add_column("items", sa.Column("price_cents", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("items", _text("age_mark", 32))
    op.add_column("items", _text("location", 64))
    op.add_column("items", _text("state", 16))


def _people() -> None:
    """What a patron owed becomes a charge: one place for money."""
    op.execute(
        sa.text(
            "INSERT INTO charges (id, patron, kind, amount_cents, at, open, why) "
            f"SELECT '{CARRIED}-' || id, id, '{CARRIED}', debt_cents, CURRENT_TIMESTAMP, :open, '' "
            "FROM patrons WHERE debt_cents > 0"
        ).bindparams(sa.bindparam("open", True, sa.Boolean))
    )
    op.drop_column("patrons", "debt_cents")
    op.add_column("patrons", sa.Column("born", sa.Date))
    op.add_column("patrons", sa.Column("guardian", sa.String(64)))
    op.add_column("patrons", _flag("card_lost"))
    op.add_column("patrons", sa.Column("suspended_until", sa.Date))


def _loans() -> None:
    op.add_column("loans", sa.Column("renewals", sa.Integer, nullable=False, server_default="0"))
    op.add_column("loans", _flag("recalled"))
    op.add_column("loans", _flag("claimed_returned"))
    op.add_column("loans", sa.Column("lost_at", INSTANT))
    op.add_column("loans", _text("policy", 64))


def _exceptions() -> None:
    op.add_column("exceptions", sa.Column("owner", sa.String(64)))
    op.create_table(
        "exception_notes",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("exception", sa.BigInteger, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("did", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        comment="The history of each exception: opened, taken, noted, closed, opened again",
    )
    op.create_index("ix_exception_notes_exception", "exception_notes", ["exception"])


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("control_number", sa.String(64)),
        sa.Column("item", sa.String(64)),
        _text("pickup", 64),
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("trapped", sa.String(64)),
        sa.Column("ready_at", INSTANT),
        sa.Column("expires", sa.Date),
        sa.Column("ended_at", INSTANT),
        comment="Who waits: for any copy of a title, or for one copy. trapped: the copy that was set aside",
    )
    for column in ("control_number", "item", "patron", "trapped"):
        op.create_index(f"ix_holds_{column}_state", "holds", [column, "state"])


def _money() -> None:
    op.create_table(
        "charges",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("item", sa.String(64)),
        sa.Column("loan", sa.String(64)),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("paid_cents", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        comment="What is owed, in cents. Nothing is deleted: a waiver is a payment of kind waived",
    )
    op.create_index("ix_charges_patron_open", "charges", ["patron", "open"])
    op.create_index("ix_charges_loan", "charges", ["loan"])
    op.create_table(
        "payments",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("patron", sa.String(64), nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _text("station", 32),
        _text("reference", 128),
        sa.Column("credit_cents", sa.BigInteger, nullable=False, server_default="0"),
        comment="What was paid or waived; credit_cents is what no charge took. One id is one payment, whoever tells it "
        "twice",
    )
    op.create_index("ix_payments_patron", "payments", ["patron"])
    op.create_table(
        "allocations",
        sa.Column("payment", sa.String(64), primary_key=True),
        sa.Column("charge", sa.String(64), primary_key=True),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        comment="Which charges a payment paid, the oldest first unless it named some",
    )


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        comment="Keys of programs that use REST. digest: SHA-256 of the secret, which is shown once. scopes: words",
    )

"""The first schema: catalogue, people, loans, facts, stations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _catalogue()
    _people()
    _lending()
    _facts()
    _stations()


def _catalogue() -> None:
    op.create_table(
        "records",
        sa.Column("control_number", sa.String(64), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False, server_default=""),
        sa.Column("call_number", sa.Text, nullable=False, server_default=""),
        sa.Column("isbn", sa.Text, nullable=False, server_default=""),
        sa.Column("language", sa.String(8), nullable=False, server_default=""),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("original", sa.LargeBinary, nullable=False),
        comment="Bibliographic records: the bytes as they came, and the flat row that screens show",
    )
    op.create_table(
        "items",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("control_number", sa.String(64)),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("call_number", sa.Text, nullable=False, server_default=""),
        sa.Column("branch", sa.String(64), nullable=False, server_default=""),
        sa.Column("loan_class", sa.String(32), nullable=False),
        sa.Column("not_for_loan", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("held_for", sa.String(64)),
        comment="Copies. title and call_number only where they differ from the record's, or there is no record",
    )
    op.create_index("ix_items_control_number", "items", ["control_number"])


def _people() -> None:
    op.create_table(
        "patrons",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False, server_default=""),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("expires", sa.Date),
        sa.Column("blocked", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("debt_cents", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("language", sa.String(8)),
    )
    op.create_table(
        "cards",
        sa.Column("token", sa.String(128), primary_key=True),
        sa.Column("patron", sa.String(64), nullable=False),
        comment="What a reader or scanner reads off a card, and whose it is. Hex tokens in upper case",
    )
    op.create_index("ix_cards_patron", "cards", ["patron"])


def _lending() -> None:
    op.create_table(
        "loans",
        sa.Column("intent", sa.String(64), primary_key=True),
        sa.Column("patron", sa.String(200), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("end_why", sa.String(32)),
        sa.Column("end_station", sa.String(32)),
        sa.Column("end_seq", sa.BigInteger),
        sa.Column("opened", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("provisional", sa.Boolean, nullable=False, server_default=sa.false()),
        comment="(made_at, station, seq) and (ended_at, end_station, end_seq) place both ends in the item's story",
    )
    op.create_index("ix_loans_item_made_at", "loans", ["item", "made_at"])
    op.create_index("ix_loans_patron_ended_at", "loans", ["patron", "ended_at"])
    op.create_table(
        "returns",
        sa.Column("station", sa.String(32), primary_key=True),
        sa.Column("epoch", sa.String(64), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_returns_item_at", "returns", ["item", "at"])
    op.create_table(
        "decisions",
        sa.Column("ask", sa.String(64), primary_key=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("patron", sa.String(200), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("allowed", sa.Boolean, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("promised_until", INSTANT),
        comment="Answers to questions for a loan. A yes counts towards the limit until its fact, or promised_until",
    )
    op.create_index("ix_decisions_patron_promised_until", "decisions", ["patron", "promised_until"])


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("told_at", INSTANT),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("item", sa.String(64)),
        sa.Column("data", sa.Text, nullable=False),
        sa.UniqueConstraint("station", "epoch", "seq", name="uq_facts_station_epoch_seq"),
        comment="Every fact once. told_at is the station's clock; at never runs backwards within a station's epoch",
    )
    op.create_table(
        "progress",
        sa.Column("station", sa.String(32), primary_key=True),
        sa.Column("epoch", sa.String(64), primary_key=True),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        comment="The last contiguous seq of each station's epoch, and how far its time has come",
    )
    op.create_table(
        "exceptions",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("intent", sa.String(64)),
        sa.Column("item", sa.String(64)),
        sa.Column("why", sa.String(64), nullable=False),
        sa.Column("details", sa.Text, nullable=False, server_default="{}"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        comment="What staff have to look at; details is a JSON object of text values",
    )
    op.create_index("ix_exceptions_intent", "exceptions", ["intent"])


def _stations() -> None:
    op.create_table(
        "stations",
        sa.Column("station", sa.String(32), primary_key=True),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="{}"),
        sa.Column("health", sa.Text, nullable=False, server_default="{}"),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", LONG_ID, primary_key=True, autoincrement=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        comment="Messages that could not be read at all, for the technician; the oldest go first",
    )

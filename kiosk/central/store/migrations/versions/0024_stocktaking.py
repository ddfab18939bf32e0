"""Stock-taking."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _papers()
    _told()
    _found()


def _papers() -> None:
    op.create_table(
        "stocktakings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("branch", sa.String(200)),
        sa.Column("from_number", sa.String(200)),
        sa.Column("to_number", sa.String(200)),
        sa.Column("security_byte", sa.String(200)),
        comment="Papers of the duty stocktaking",
    )
    op.create_index("ix_stocktakings_number", "stocktakings", ["number"], unique=True)
    op.create_index("ix_stocktakings_made_at", "stocktakings", ["made_at", "id"])
    op.create_index("ix_stocktakings_state_made_at", "stocktakings", ["state", "made_at", "id"])


def _told() -> None:
    op.create_table(
        "stock_expected",
        sa.Column("session", sa.String(32), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("call_number", sa.Text, nullable=False),
        sa.Column("absent", sa.String(16), nullable=False),
        comment="The list of a stock-taking as it was when that began, in shelf order. absent: why a copy is not "
        "expected to stand there; empty: it is",
    )
    op.create_table(
        "stock_seen",
        sa.Column("station", sa.String(32), primary_key=True),
        sa.Column("epoch", sa.String(64), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("sweep", sa.Integer, nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("uid", sa.String(64), nullable=False),
        sa.Column("afi", sa.Integer),
        sa.Column("at", UtcTime, nullable=False),
        comment="Tags that a wand saw, in its order: of the fact and in it. session: the number of a stock-taking, as "
        "the wand says it. item or uid is empty",
    )
    op.create_index("ix_stock_seen_session_at", "stock_seen", ["session", "at"])


def _found() -> None:
    op.create_table(
        "stock_findings",
        sa.Column("session", sa.String(32), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("uid", sa.String(64), nullable=False),
        sa.Column("detail", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("settled_at", UtcTime),
        comment="What a stock-taking found, in walking order. outcome: empty until somebody has settled it",
    )
    op.create_index("ix_stock_findings_session_kind", "stock_findings", ["session", "kind", "n"])
    op.create_table(
        "stock_figures",
        sa.Column("session", sa.String(32), primary_key=True),
        sa.Column("expected", sa.Integer, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("small_swaps", sa.Integer, nullable=False),
        sa.Column("unreadable", sa.Integer, nullable=False),
        sa.Column("sightings", sa.Integer, nullable=False),
        sa.Column("counted_at", UtcTime, nullable=False),
        comment="A stock-taking in figures, as it was counted last. unreadable: call numbers that have no place in the "
        "shelf's order",
    )

"""Papers with numbers and versions: waivers become such, damage is new; a trail that REPLACE cannot change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "document_numbers",
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
        comment="The last number of each kind of paper in each year",
    )
    _waivers()
    _damages()
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit "
            "WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
        )


def _waivers() -> None:
    op.drop_index("ix_waivers_state_asked_at", "waivers")
    for before, after in (("asked_by", "made_by"), ("asked_at", "made_at")):
        op.execute(f"ALTER TABLE waivers RENAME COLUMN {before} TO {after}")
    op.add_column("waivers", sa.Column("number", sa.String(32), nullable=False, server_default=""))
    op.add_column("waivers", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    waivers = sa.table("waivers", *map(sa.column, ("id", "number", "made_at")))
    numbers = sa.table("document_numbers", *map(sa.column, ("kind", "year", "last")))
    last: dict[int, int] = {}
    connection = op.get_bind()
    for name, at in connection.execute(sa.select(waivers.c.id, waivers.c.made_at).order_by(waivers.c.made_at)).all():
        year = int(str(at)[:4])
        last[year] = last.get(year, 0) + 1
        given = f"WV-{year}-{last[year]:04d}"
        connection.execute(sa.update(waivers).where(waivers.c.id == name).values(number=given))
    for year, count in last.items():
        connection.execute(sa.insert(numbers).values(kind="waiver", year=year, last=count))
    op.create_index("ix_waivers_state_made_at", "waivers", ["state", "made_at"])
    op.create_index("ix_waivers_number", "waivers", ["number"], unique=True)


def _damages() -> None:
    op.create_table(
        "damages",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("loan", sa.String(64)),
        sa.Column("patron", sa.String(64)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("photo", sa.String(64)),
        sa.Column("price_cents", sa.BigInteger, nullable=False),
        sa.Column("age_years", sa.Integer, nullable=False),
        sa.Column("of_a_set", sa.Boolean, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("charge", sa.String(64)),
        comment="Damaged copies. patron and loan: who had it. photo: SHA-256 of the file in the folder of photographs. "
        "amount_cents, charge: what was asked for it",
    )
    op.create_index("ix_damages_number", "damages", ["number"], unique=True)
    op.create_index("ix_damages_state_made_at", "damages", ["state", "made_at", "id"])
    op.create_index("ix_damages_item", "damages", ["item"])
    op.create_index("ix_damages_patron", "damages", ["patron"])

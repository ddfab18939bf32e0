"""The papers of the library's duties: repair, digitisation, activities, equipment, rounds, drills, incidents, posts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kiosk.central.store.tables import UtcTime

revision = "0026"
down_revision = "0020"
branch_labels = None
depends_on = None


def _line(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(200), nullable=nullable)


def _code(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(32), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _cents(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcTime, nullable=nullable)


def _paper(table: str, kind: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        *columns,
        comment=f"Papers of the duty {kind}",
    )
    op.create_index(f"ix_{table}_number", table, ["number"], unique=True)
    op.create_index(f"ix_{table}_made_at", table, ["made_at", "id"])
    op.create_index(f"ix_{table}_state_made_at", table, ["state", "made_at", "id"])


def upgrade() -> None:
    _repair_and_activities()
    _premises()
    _house()
    _posts()


def _repair_and_activities() -> None:
    _paper(
        "repairs",
        "repair",
        _line("item"),
        _code("harm"),
        _code("found"),
        _text("note", nullable=True),
        _text("treatment", nullable=True),
        _cents("cost", nullable=True),
        _line("material", nullable=True),
        _number("minutes", nullable=True),
        _cents("paid", nullable=True),
    )
    _paper(
        "digitisations",
        "digitisation",
        _line("title"),
        _line("item", nullable=True),
        _number("pages"),
        _text("why"),
        _code("rights", nullable=True),
        _text("rights_note", nullable=True),
        _number("scanned", nullable=True),
        _number("dpi", nullable=True),
        _line("subject", nullable=True),
        _text("described", nullable=True),
    )
    _paper(
        "activities",
        "activity",
        _line("title"),
        _line("title_en", nullable=True),
        _code("audience"),
        _line("room"),
        _moment("begins"),
        _moment("ends"),
        _number("places"),
        _number("least_age", nullable=True),
        _cents("cost", nullable=True),
        _text("about"),
        _number("came", nullable=True),
        _cents("spent", nullable=True),
        _text("learned", nullable=True),
    )
    _paper(
        "articles",
        "article",
        _line("title"),
        _line("title_en", nullable=True),
        _line("activity", nullable=True),
        _text("text_zh"),
        _text("text_en", nullable=True),
        _day("until", nullable=True),
    )


def _premises() -> None:
    _paper(
        "assets",
        "asset",
        _line("name"),
        _code("sort"),
        _line("serial", nullable=True),
        _line("place"),
        _line("supplier", nullable=True),
        _cents("price", nullable=True),
        _day("warranty", nullable=True),
    )
    _paper(
        "tickets",
        "ticket",
        _line("fault"),
        _line("asset", nullable=True),
        _line("place", nullable=True),
        _text("note", nullable=True),
        _line("who_works", nullable=True),
        _line("waits_for", nullable=True),
        _text("remedy", nullable=True),
        _number("minutes", nullable=True),
        _cents("spent", nullable=True),
    )
    _paper(
        "upkeeps",
        "upkeep",
        _line("work"),
        _line("asset"),
        _number("every_days"),
        _day("next_day"),
        _day("done_on", nullable=True),
        _text("result", nullable=True),
    )


def _house() -> None:
    _paper(
        "rounds",
        "round",
        _line("work"),
        _code("sort"),
        _line("place"),
        _line("label"),
        _text("points"),
        _number("every_days"),
        _day("next_day"),
        _line("seen_label", nullable=True),
        _day("done_on", nullable=True),
        _code("outcome", nullable=True),
        _text("note", nullable=True),
    )
    _paper(
        "drills",
        "drill",
        _line("title"),
        _code("sort"),
        _day("day"),
        _text("scenario"),
        _text("roles"),
        _moment("began", nullable=True),
        _moment("ended", nullable=True),
        _number("inside", nullable=True),
        _number("outside", nullable=True),
        _text("learned", nullable=True),
    )
    _paper(
        "incidents",
        "incident",
        _line("title"),
        _code("sort"),
        _line("place"),
        _moment("at"),
        _line("told_whom"),
        _text("happened"),
        _text("measures", nullable=True),
    )


def _posts() -> None:
    _paper(
        "posts",
        "post",
        _code("post"),
        _line("holder"),
        _line("deputy", nullable=True),
        _day("since"),
        _day("until", nullable=True),
        _text("duties"),
    )
    _paper(
        "absences",
        "absence",
        _line("holder"),
        _line("deputy"),
        _day("since"),
        _day("until"),
    )
    _paper(
        "trainings",
        "training",
        _line("subject"),
        _line("holder"),
        _day("day"),
        _line("trainer", nullable=True),
        _day("valid_until", nullable=True),
    )

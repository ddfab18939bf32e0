"""The migrations of central's database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from kiosk.database.schema import Migrations
from kiosk.database.schema import NewerSchema as NewerSchema

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", 7305801)


def known_revisions() -> frozenset[str]:
    """Every version of the schema that this program knows."""
    return MIGRATIONS.known()


def upgrade(engine: Engine, to: str = "head") -> None:
    """As `Migrations.upgrade`."""
    MIGRATIONS.upgrade(engine, to)

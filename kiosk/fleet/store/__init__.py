"""The fleet's database: schema, migrations, and what is kept."""

from __future__ import annotations

from pathlib import Path

from kiosk.database.schema import Migrations

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", 7305802)

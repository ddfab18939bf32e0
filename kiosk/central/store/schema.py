"""Bringing a database to the schema of this version, by Alembic, from code: no ini file, no command of its own."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from kiosk.central.store.engine import writing

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerSchema(Exception):
    """The database was made by a later version of this program."""


def known_revisions() -> frozenset[str]:
    """Every version of the schema that this program knows."""
    return frozenset(script.revision for script in _scripts(_config()).walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts(config: Config) -> ScriptDirectory:
    return ScriptDirectory.from_config(config)


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run every migration up to `to` that the database has not seen, in one transaction. Two processes may do so at
    once."""
    config = _config()
    scripts = _scripts(config)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7305801)")
        current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        if current is not None and current not in known_revisions():
            raise NewerSchema(
                f"the database has schema {current}, which this version does not know: use a later version"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, to)

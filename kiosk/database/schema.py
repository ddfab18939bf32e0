"""Bringing a database to the schema of this version, by Alembic, from code: no ini file, no command of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from kiosk.database.engine import writing


class NewerSchema(Exception):
    """The database was made by a later version of this program."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migrations of one program's database."""

    folder: Path
    lock: int
    """Number of the advisory lock that PostgreSQL's migrations take turns by."""

    def known(self) -> frozenset[str]:
        """Every version of the schema that this program knows."""
        return frozenset(script.revision for script in ScriptDirectory.from_config(self._config()).walk_revisions())

    def upgrade(self, engine: Engine, to: str = "head") -> None:
        """Run every migration up to `to` that the database has not seen, in one transaction. Two processes may do so
        at once. Raises `NewerSchema`."""
        config = self._config()
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({self.lock})")
            current = MigrationContext.configure(connection).get_current_revision()
            if current == ScriptDirectory.from_config(config).get_current_head():
                return
            if current is not None and current not in self.known():
                raise NewerSchema(
                    f"the database has schema {current}, which this version does not know: use a later version"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, to)

    def _config(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        return config

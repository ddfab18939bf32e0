"""What both databases have in common: when a backup may be made or restored, and where it stands meanwhile.

What stations have told since a backup was made is told again by themselves (decision record 0106).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, select
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from kiosk.central.backup import postgresql, sqlite
from kiosk.central.backup.failing import BackupFailed
from kiosk.central.backup.files import beside
from kiosk.central.store import database_url, open_store
from kiosk.central.store.every_table import metadata
from kiosk.central.store.running import InUse, working_on


def backup(url: str, file: Path) -> None:
    """Write a checked backup of the database at `url` to `file`, whole or not at all. Raises `BackupFailed`."""
    place = database_url(url)
    with _failing(file), beside(file) as part:
        if place.drivername == "sqlite":
            sqlite.save(Path(place.database or ""), part)
        else:
            with _opened(url) as engine:
                postgresql.save(engine, part)


def restore(url: str, file: Path, *, force: bool) -> None:
    """Put a backup in the place of the database at `url`. Raises `BackupFailed`; the database is then as it was."""
    if not file.is_file():
        raise BackupFailed(f"{file}: there is no such file")
    with _failing(file), _opened(url) as engine, working_on(engine, alone=True):
        if not force and not _is_empty(engine):
            raise BackupFailed("the database holds something; --force puts the backup in its place")
        if engine.dialect.name == "sqlite":
            engine.dispose()
            database = Path(engine.url.database or "")
            with beside(database) as part:
                sqlite.bring_back(file, part, database)
        else:
            with TemporaryDirectory(prefix="kiosk-restore-") as folder:
                postgresql.bring_back(engine, file, Path(folder) / "script.sql")


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_store(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _failing(file: Path) -> Iterator[None]:
    """What the file, its place or the server refuses becomes `BackupFailed`."""
    try:
        yield
    except InUse:
        raise BackupFailed("a central works on this database; stop it first") from None
    except OSError as trouble:
        raise BackupFailed(f"{trouble.filename or file}: {trouble.strerror or trouble}") from None
    except DBAPIError as trouble:
        words = " ".join(str(trouble.orig).split())
        raise BackupFailed(f"the database cannot be used ({words}); see database.url in central.toml") from None


def _is_empty(engine: Engine) -> bool:
    """Whether nothing would be lost. What is damaged is not empty."""
    try:
        with engine.connect() as connection:
            there = {name for name in metadata.tables if engine.dialect.has_table(connection, name)}
            tables = [table for name, table in metadata.tables.items() if name in there]
            return all(connection.execute(select(table).limit(1)).first() is None for table in tables)
    except OperationalError:
        raise  # it cannot be asked
    except DatabaseError:
        return False

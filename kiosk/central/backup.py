"""Backups of the store while central runs, and their way back.

SQLite: its own online backup, into a file beside, flushed and renamed. PostgreSQL: pg_dump and pg_restore of the
installed client. What stations have told since is told again by themselves (decision record 0106).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.engine import URL

from kiosk.central.store import database_url, known_revisions, open_store
from kiosk.central.store.running import InUse, working_on
from kiosk.central.store.tables import metadata

PAGES_A_STEP = 2_000
"""Between two steps of SQLite's backup, writers go on."""
TOOL_S = 3_600.0
SIDE_FILES = ("-wal", "-shm")
DUMP_BEGINS = b"PGDMP"


class BackupFailed(Exception):
    """It was not done, and nothing was changed; the text says why and what to do."""


def backup(url: str, file: Path) -> None:
    """Write a backup of the database at `url` to `file`, whole or not at all. Raises `BackupFailed`."""
    place = database_url(url)
    beside = file.with_name(file.name + ".part")
    try:
        if place.drivername == "sqlite":
            _backup_sqlite(Path(place.database or ""), beside)
        else:
            _tool(place, ["pg_dump", "--format=custom", "--no-owner", f"--file={beside}"])
        _flush(beside)
        beside.replace(file)
    except OSError as trouble:
        raise BackupFailed(f"{file}: {trouble.strerror or trouble}") from None
    finally:
        with suppress(OSError):
            beside.unlink()


def restore(url: str, file: Path, *, force: bool) -> None:
    """Put a backup in the place of the database at `url`. Raises `BackupFailed`; the database is then as it was."""
    place = database_url(url)
    if not file.is_file():
        raise BackupFailed(f"{file}: there is no such file")
    engine = open_store(url)
    try:
        with working_on(engine, alone=True):
            if not force and not _is_empty(engine):
                raise BackupFailed("the database holds something; --force puts the backup in its place")
            if place.drivername == "sqlite":
                engine.dispose()
                _restore_sqlite(Path(place.database or ""), file)
            else:
                _restore_postgresql(place, file)
    except InUse:
        raise BackupFailed("a central works on this database; stop it first") from None
    except OSError as trouble:
        raise BackupFailed(f"{trouble.filename or file}: {trouble.strerror or trouble}") from None
    finally:
        engine.dispose()


def _is_empty(engine: Engine) -> bool:
    with engine.connect() as connection:
        there = {name for name in metadata.tables if engine.dialect.has_table(connection, name)}
        tables = [table for name, table in metadata.tables.items() if name in there]
        return all(connection.execute(select(table).limit(1)).first() is None for table in tables)


def _backup_sqlite(database: Path, file: Path) -> None:
    if not database.is_file():
        raise BackupFailed(f"{database}: there is no database")
    try:
        whole = f"file:{database}?mode=ro"
        with closing(sqlite3.connect(whole, uri=True)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy, pages=PAGES_A_STEP)
        _check_sqlite(file)
    except sqlite3.Error as trouble:
        raise BackupFailed(f"{database}: {trouble}") from None


def _check_sqlite(file: Path) -> None:
    """Whether this is a whole database of central, of a version that is known here."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            (sound,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as trouble:
        raise BackupFailed(f"{file}: this is no backup of a central ({trouble})") from None
    if sound != "ok":
        raise BackupFailed(f"{file}: the backup is damaged ({sound})")
    if row is None or row[0] not in known_revisions():
        raise BackupFailed(f"{file}: the backup was made by a later version of this program")


def _restore_sqlite(database: Path, file: Path) -> None:
    _check_sqlite(file)
    beside = database.with_name(database.name + ".part")
    try:
        shutil.copyfile(file, beside)
        _flush(beside)
        for suffix in SIDE_FILES:
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        beside.replace(database)
        _flush(database.parent)
    finally:
        beside.unlink(missing_ok=True)


def _restore_postgresql(place: URL, file: Path) -> None:
    with file.open("rb") as content:
        if content.read(len(DUMP_BEGINS)) != DUMP_BEGINS:
            raise BackupFailed(f"{file}: this is no backup of a PostgreSQL database")
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
    _tool(place, ["pg_restore", *options, f"--dbname={place.database}", str(file)], names_database=False)


def _tool(place: URL, command: Sequence[str], *, names_database: bool = True) -> None:
    """Run PostgreSQL's own client. The password goes by the environment, never by the command line."""
    if shutil.which(command[0]) is None:
        raise BackupFailed(f"{command[0]} is missing: apt-get install postgresql-client")
    where = [f"--host={place.host}"] if place.host else []
    where += [f"--port={place.port}"] if place.port else []
    where += [f"--username={place.username}"] if place.username else []
    database = [str(place.database)] if names_database else []
    secret: Mapping[str, str] = {"PGPASSWORD": place.password} if place.password else {}
    words = [command[0], "--no-password", *where, *command[1:], *database]
    try:
        done = subprocess.run(
            words, env={**os.environ, **secret}, capture_output=True, text=True, timeout=TOOL_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise BackupFailed(f"{command[0]} took longer than {TOOL_S:.0f} s") from None
    if done.returncode != 0:
        raise BackupFailed(f"{command[0]}: {' '.join(done.stderr.split()) or 'failed'}")


def _flush(path: Path) -> None:
    """Onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""SQLite's own online backup, and a checked copy renamed over the database."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.central.backup.failing import BackupFailed, expect_known
from kiosk.central.backup.files import belong_like

WAIT_S = 5.0
"""For whoever closes the database just now."""
SIDE_FILES = ("-wal", "-shm")


def save(database: Path, part: Path) -> None:
    """Copy the database into the empty file `part`, as it is at this instant, while others write. Check the copy.

    Raises `BackupFailed`.
    """
    if not database.is_file():
        raise BackupFailed(f"{database}: there is no database")
    try:
        with (
            closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            # One step, which sees one instant and holds up no writer (WAL). Between several, every commit of another
            # connection makes SQLite begin again (https://sqlite.org/c3ref/backup_finish.html): 300 MB beside a busy
            # central never ended.
            source.backup(copy)
    except sqlite3.Error as trouble:
        raise BackupFailed(f"{database}: {trouble}") from None
    check(part)


def check(part: Path) -> None:
    """Whether our own copy of a backup is a whole database of central, of a schema that is known here.

    Raises `BackupFailed`.
    """
    try:
        with closing(sqlite3.connect(part)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            (sound,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as trouble:
        raise BackupFailed(f"this is no backup of a central ({trouble})") from None
    if sound != "ok":
        raise BackupFailed(f"the backup is damaged ({sound})")
    if row is None:
        raise BackupFailed("this is no backup of a central (it has no schema)")
    expect_known(row[0])


def bring_back(file: Path, part: Path, database: Path) -> None:
    """Copy `file` into `part`, check that, and make `database` ready to be replaced by it. Raises `BackupFailed`."""
    shutil.copyfile(file, part)
    check(part)
    belong_like(part, database)
    if database.exists():
        _close(database)


def _close(database: Path) -> None:
    """Put the log into its database and remove it: beside the new file it would be applied to that one.

    Until the new file takes its place, the old one is whole.
    """
    try:
        with closing(sqlite3.connect(database, timeout=WAIT_S)) as old:
            old.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as trouble:
        raise BackupFailed(f"{database}: {trouble}; end what uses it") from None
    except sqlite3.DatabaseError:  # it cannot be read: that may be why a backup is restored
        for suffix in SIDE_FILES:
            database.with_name(database.name + suffix).unlink(missing_ok=True)

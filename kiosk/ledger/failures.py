"""How storing can fail, and what is made of SQLite's ways of saying so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, OperationalError

PRIMARY_CODE = 0xFF
"""The low byte of an extended result code is the primary one (SQLite, "Result and Error Codes")."""


class StorageFailure(Exception):
    """A transaction did not happen: nothing of it is on disk as far as SQLite can tell."""

    def __init__(self, detail: str, disk_full: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.disk_full = disk_full
        """True where freeing space mends it; otherwise the disk or the file itself is at fault."""


class LedgerRefused(Exception):
    """A ledger file that must not be used. The text says why and what to do."""


@contextmanager
def storage() -> Iterator[None]:
    """Turn what the disk or the file refuses into `StorageFailure`; our own mistakes stay what they are."""
    try:
        yield
    except DatabaseError as failure:
        # Of DatabaseError's children only OperationalError is the world's fault; a bare DatabaseError is a broken file.
        if type(failure) not in (DatabaseError, OperationalError):
            raise
        raise as_storage_failure(failure.orig) from failure


def as_storage_failure(cause: BaseException | None) -> StorageFailure:
    """What `cause`, an exception of sqlite3, means for the kiosk."""
    name = getattr(cause, "sqlite_errorname", "") or type(cause).__name__
    code = getattr(cause, "sqlite_errorcode", 0)
    return StorageFailure(f"{name}: {cause}", code & PRIMARY_CODE == sqlite3.SQLITE_FULL)


def is_damage(cause: BaseException | None) -> bool:
    """Whether the file is broken, rather than the disk, its permissions or another process.

    SQLITE_ERROR is a schema that is not ours; no code at all is text in the file that is no UTF-8.
    """
    code = getattr(cause, "sqlite_errorcode", None)
    return code is None or code & PRIMARY_CODE in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)

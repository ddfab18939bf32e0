"""Whether a central works on a database: each holds a shared lock for its life, and a restore takes it alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

ADVISORY = 7305802
"""PostgreSQL's number for this lock (`pg_advisory_lock`)."""


class InUse(Exception):
    """Another process works on this database."""


@contextmanager
def working_on(engine: Engine, *, alone: bool) -> Iterator[None]:
    """Hold the lock. Raises `InUse`, at once, where it cannot be had."""
    if engine.dialect.name == "sqlite":
        assert engine.url.database is not None
        with _file_lock(Path(engine.url.database + ".lock"), alone=alone):
            yield
    else:
        with _advisory_lock(engine, alone=alone):
            yield


@contextmanager
def _file_lock(path: Path, *, alone: bool) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise InUse("another process works on this database") from None
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _advisory_lock(engine: Engine, *, alone: bool) -> Iterator[None]:
    """Of a session: it ends with the connection, however the process ends."""
    name = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
    with engine.connect() as connection:
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        if not free.scalar(text(f"SELECT {name}(:number)"), {"number": ADVISORY}):
            raise InUse("another process works on this database")
        try:
            yield
        finally:
            connection.invalidate()  # a pooled session would keep it

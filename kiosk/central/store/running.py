"""Whether a central works on a database: each holds a shared lock for its life, and a restore takes it alone."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import psycopg
from sqlalchemy import Engine, event, text
from sqlalchemy.pool import ConnectionPoolEntry

ADVISORY = 7305802
"""PostgreSQL's number for this lock (`pg_advisory_lock`)."""
PATIENCE_S, AGAIN_S = 2.0, 0.1
"""The server ends the sessions of a process that has ended a moment later. Waiting in its own queue would not do: what
waits there keeps new sessions of a running central away."""


class InUse(Exception):
    """Another process works on this database, and one of the two wants it alone."""


@contextmanager
def working_on(engine: Engine, *, alone: bool) -> Iterator[None]:
    """Hold the lock. Raises `InUse`, soon, where it cannot be had; `OSError` or SQLAlchemy's where nothing can."""
    if engine.dialect.name == "sqlite":
        assert engine.url.database is not None
        with _file_lock(Path(engine.url.database + ".lock"), alone=alone):
            yield
    elif alone:
        with _alone(engine):
            yield
    else:
        with _each_shares(engine):
            yield


class Duty(Enum):
    """What must not be done by two processes at once."""

    TELLING = "telling"
    """To tell the library's own system what has happened."""
    ASKING = "asking"
    """To ask it for stations whose messages are not shared out."""
    NOTIFYING = "notices"
    """To send notices."""
    MAILING = "receipts"
    """To send receipts by e-mail."""


@contextmanager
def on_duty(engine: Engine, duty: Duty, *, alone: bool = True) -> Iterator[Callable[[], None]]:
    """Hold this duty, alone or with others who share it. Raises `InUse` at once where somebody else has it. What is
    given raises SQLAlchemy's `DBAPIError` once the lock is gone: then somebody else may have it."""
    if engine.dialect.name == "sqlite":
        assert engine.url.database is not None
        with _file_lock(Path(f"{engine.url.database}.{duty.value}.lock"), alone=alone):
            yield lambda: None  # it is ours until the process ends
        return
    take = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
    number = ADVISORY + 1 + list(Duty).index(duty)
    with engine.connect() as connection:
        session = connection.execution_options(isolation_level="AUTOCOMMIT")
        if not session.scalar(text(f"SELECT {take}(:number)"), {"number": number}):
            raise InUse(f"another process is {duty.value}")
        try:
            yield lambda: session.execute(text("SELECT 1")).close()
        finally:
            session.invalidate()  # the lock ends with its session


@contextmanager
def _file_lock(path: Path, *, alone: bool) -> Iterator[None]:
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if is_new and os.geteuid() == 0:  # a restore by root must not lock a service's own user out
            there = path.parent.stat()
            os.fchown(descriptor, there.st_uid, there.st_gid)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse("another process works on this database") from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Of one session: the lock ends with its connection, however the process ends."""
    with engine.connect() as connection:
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        end_s = time.monotonic() + PATIENCE_S
        while not free.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": ADVISORY}):
            if time.monotonic() > end_s:
                raise InUse("another process works on this database")
            time.sleep(AGAIN_S)  # the server tells nobody when a session has ended
        try:
            yield
        finally:
            free.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": ADVISORY})


@contextmanager
def _each_shares(engine: Engine) -> Iterator[None]:
    """Every session of the engine holds the lock. One session alone would lose it when the server starts anew, and
    the others would go on without it."""

    def share(session: psycopg.Connection[tuple[object, ...]], _entry: ConnectionPoolEntry) -> None:
        row = session.execute("SELECT pg_try_advisory_lock_shared(%s)", (ADVISORY,)).fetchone()
        session.commit()
        if row is None or not row[0]:
            session.close()
            raise InUse("another process works on this database")

    engine.dispose()  # sessions from before would not hold it
    event.listen(engine, "connect", share)
    try:
        with engine.connect():
            pass
        yield
    finally:
        event.remove(engine, "connect", share)
        engine.dispose()

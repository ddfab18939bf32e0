"""Opening the database by URL: SQLite (WAL, synchronous=FULL) or PostgreSQL (psycopg)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from kiosk.sqlite import SNAPSHOT, at_once, sqlite_engine

BUSY_MS = 10_000


class BadDatabaseUrl(ValueError):
    """A database address that cannot be used; the text says what was expected."""


def database_url(text: str) -> URL:
    """The address, with our driver for PostgreSQL; raise `BadDatabaseUrl` for anything that is neither database."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise BadDatabaseUrl("expected sqlite:///PATH or postgresql://USER@HOST/DATABASE") from None
    match url.drivername:
        case "sqlite" if url.database and url.database != ":memory:":
            return url
        case "postgresql" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case _:
            raise BadDatabaseUrl("expected sqlite:///PATH or postgresql://USER@HOST/DATABASE")


def open_store(text: str) -> Engine:
    """An engine on the database at `text`; a SQLite file and its folder are made where they are missing.

    Raises `BadDatabaseUrl`, or SQLAlchemy's `OperationalError` at the first use of a server that is not there.
    """
    url = database_url(text)
    if url.drivername == "sqlite":
        assert url.database is not None
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        pragmas = {"busy_timeout": BUSY_MS, "journal_mode": "WAL", "synchronous": "FULL"}
        return sqlite_engine(url, begins=SNAPSHOT, pragmas=pragmas)
    try:
        return create_engine(url, pool_pre_ping=True)
    except NoSuchModuleError as trouble:
        raise BadDatabaseUrl(str(trouble)) from None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that will write. SQLite takes its write lock at once, so it cannot fail half way."""
    with engine.connect() as connection, writing_on(connection):
        yield connection


@contextmanager
def lazily(engine: Engine) -> Iterator[Connection]:
    """A connection whose commits are not flushed to the disk one by one: they survive the end of this process, but a
    power cut only once somebody else has committed after them. A statement is a transaction: to begin and to commit one
    costs PostgreSQL two answers more than the statement.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            with connection.begin():
                connection.exec_driver_sql("SET synchronous_commit TO off")
            try:
                yield connection
            finally:
                connection.invalidate()  # this session is not one for others
            return
        handle = connection.connection.driver_connection
        assert handle is not None
        handle.execute("PRAGMA synchronous = NORMAL")
        try:
            with at_once(connection):
                yield connection
        finally:
            handle.execute("PRAGMA synchronous = FULL")


@contextmanager
def writing_on(connection: Connection) -> Iterator[None]:
    """The same on a connection that is kept."""
    with at_once(connection), connection.begin():
        yield

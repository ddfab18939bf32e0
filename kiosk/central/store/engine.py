"""Opening the database by URL: SQLite (WAL, synchronous=FULL) or PostgreSQL (psycopg)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MS = 10_000
WRITES = {"central_writes": True}


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
    try:
        engine = create_engine(url, pool_pre_ping=url.drivername != "sqlite")
    except NoSuchModuleError as trouble:
        raise BadDatabaseUrl(str(trouble)) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that will write. SQLite takes its write lock at once, so it cannot fail half way."""
    with engine.connect() as plain:
        connection = plain.execution_options(**WRITES)
        with connection.begin():
            yield connection


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event says BEGIN itself: pysqlite's own comes too late
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("central_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

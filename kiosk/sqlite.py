"""SQLite with transactions that begin when they are said to begin, and as they are said to.

Python's driver sends its BEGIN late, before the first change, and always as a deferred one; SQLAlchemy's "begin" event
would send ours, and then costs at every statement. The dialect's own place for it costs nothing. A savepoint costs
SQLAlchemy ten times as much as SQLite, for it is compiled anew each time; here it is three words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import PoolProxiedConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, Pool

AT_ONCE = "BEGIN IMMEDIATE"
"""Take the lock for writing first, so that a transaction cannot fail half way because another one writes."""
SNAPSHOT = "BEGIN"
"""See one instant of the file, beside whoever writes."""
BUSY_TRIES = 20
PRIMARY = 0xFF
"""Of a result code, without what extends it (sqlite.org/rescode.html)."""
_DRIVER = "sqlite+begun"


class _Handle(sqlite3.Connection):
    """The driver's connection, which knows how its next transaction begins."""

    begins = SNAPSHOT


class Begun(SQLiteDialect_pysqlite):
    """SQLAlchemy's dialect of SQLite, but for its BEGIN."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        handle = dbapi_connection.driver_connection
        assert isinstance(handle, _Handle)
        handle.execute(handle.begins)

    def do_savepoint(self, connection: Connection, name: str) -> None:
        _execute(connection, f"SAVEPOINT {name}")

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        _execute(connection, f"ROLLBACK TO SAVEPOINT {name}")

    def do_release_savepoint(self, connection: Connection, name: str) -> None:
        _execute(connection, f"RELEASE SAVEPOINT {name}")


def _execute(connection: Connection, statement: str) -> None:
    handle = connection.connection.driver_connection
    assert isinstance(handle, _Handle)
    try:
        handle.execute(statement)
    except sqlite3.Error as failure:
        raise DBAPIError.instance(statement, None, failure, sqlite3.Error, dialect=connection.dialect) from failure


registry.register("sqlite.begun", __name__, Begun.__name__)


def sqlite_engine(
    url: URL, *, begins: str, pragmas: Mapping[str, object], poolclass: type[Pool] | None = None, **arguments: bool
) -> Engine:
    """An engine on the file at `url` whose connections have `pragmas` and whose transactions begin with `begins`;
    `arguments` are the driver's."""
    options = {} if poolclass is None else {"poolclass": poolclass}
    engine = create_engine(url.set(drivername=_DRIVER), connect_args={"factory": _Handle} | arguments, **options)

    @event.listens_for(engine, "connect")
    def _configure(handle: _Handle, _entry: ConnectionPoolEntry) -> None:
        handle.isolation_level = None  # the driver sends no BEGIN of its own
        handle.begins = begins
        for name, value in pragmas.items():
            _configured(handle, f"PRAGMA {name} = {value}")

    return engine


def _configured(handle: sqlite3.Connection, pragma: str) -> None:
    """A change to WAL fails at once while another process makes the same change, whatever `busy_timeout` says; so we
    wait for that one by asking for the lock for writing, and try again."""
    for _ in range(BUSY_TRIES):
        try:
            handle.execute(pragma)
        except sqlite3.OperationalError as trouble:
            if trouble.sqlite_errorcode & PRIMARY != sqlite3.SQLITE_BUSY:
                raise
            handle.execute(AT_ONCE)
            handle.execute("ROLLBACK")
        else:
            return
    handle.execute(pragma)


@contextmanager
def at_once(connection: Connection) -> Iterator[None]:
    """Transactions that begin within are for writing. Without effect on another database than SQLite."""
    handle = connection.connection.driver_connection
    if not isinstance(handle, _Handle):
        yield
        return
    before, handle.begins = handle.begins, AT_ONCE
    try:
        yield
    finally:
        handle.begins = before

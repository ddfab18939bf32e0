"""PostgreSQL's own client: pg_dump writes a backup, pg_restore and psql bring it back in one transaction."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from kiosk.central.backup.failing import BackupFailed, expect_known
from kiosk.central.store.every_table import metadata

TOOL_S = 3_600.0
OUTSIDE_THE_TABLES = ("search_index", "alembic_version")
"""What migrations make, and no table of ours describes."""
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_REVISION = re.compile(r"^COPY \S*alembic_version \(version_num\) FROM stdin;\n(.+)\n", re.MULTILINE)


def save(engine: Engine, part: Path) -> None:
    """Dump one instant of the database into the empty file `part`, and read the dump. Raises `BackupFailed`."""
    _expect_tool("pg_dump", engine)
    _run(engine.url, "pg_dump", "--no-password", "--format=custom", f"--file={part}", _database(engine.url))
    check(engine, part)
    _run(engine.url, "pg_restore", f"--file={os.devnull}", str(part))


def check(engine: Engine, dump: Path) -> None:
    """Whether this is a dump of central's database, of a schema that is known here. Raises `BackupFailed`."""
    _expect_tool("pg_restore", engine)
    told = _run(engine.url, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(dump))
    found = _REVISION.search(told)
    if found is None:
        raise BackupFailed("this is no backup of a central (it has no schema)")
    expect_known(found[1])


def bring_back(engine: Engine, dump: Path, script: Path) -> None:
    """Put `dump` in the place of what the database holds, in one transaction. `script` is an empty file to write to.

    pg_restore alone drops only what the dump knows: tables of a later schema would stay, and stop the next upgrade.
    Roles that this server does not have must not stop it, so rights are not restored. Raises `BackupFailed`.
    """
    check(engine, dump)
    _expect_tool("psql", engine)
    _run(engine.url, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-acl", f"--file={script}", str(dump))
    names = ", ".join([*metadata.tables, *OUTSIDE_THE_TABLES])
    _run(
        engine.url,
        "psql",
        "--no-password",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--command=DROP TABLE IF EXISTS {names} CASCADE",
        f"--file={script}",
        _database(engine.url),
    )


def _expect_tool(name: str, engine: Engine) -> None:
    """Raise `BackupFailed` where the tool is missing, or older than the server (then it refuses half way)."""
    if shutil.which(name) is None:
        raise BackupFailed(f"{name} is missing: apt-get install postgresql-client")
    found = _VERSION.search(_run(engine.url, name, "--version"))
    with engine.connect() as connection:
        known = connection.dialect.server_version_info
    assert known is not None, "it is known from the first connection on"
    if found is None or int(found[1]) < int(known[0]):
        raise BackupFailed(
            f"{name} is older than the server: install postgresql-client-{known[0]}, which is the server's version"
        )


def _database(url: URL) -> str:
    """The option that names the database, without its password: everybody on the machine sees a command line."""
    query = {name: value for name, value in url.query.items() if isinstance(value, str) and name != "password"}
    parts = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    return f"--dbname={make_conninfo(**query, **{name: str(part) for name, part in parts.items() if part is not None})}"


def _run(url: URL, *words: str) -> str:
    """Run one tool; what it says. The password goes by the environment, where `.pgpass` does not say it."""
    secret = url.password or url.query.get("password")
    variables = {**os.environ, "LC_ALL": "C"} | ({"PGPASSWORD": secret} if isinstance(secret, str) else {})
    try:
        done = subprocess.run(words, env=variables, capture_output=True, text=True, timeout=TOOL_S, check=False)
    except subprocess.TimeoutExpired:
        raise BackupFailed(f"{words[0]} took longer than {TOOL_S:.0f} s") from None
    if done.returncode != 0:
        raise BackupFailed(f"{words[0]}: {' '.join(done.stderr.split()) or 'failed'}")
    return done.stdout

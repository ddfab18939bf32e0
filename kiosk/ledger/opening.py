"""Opening a ledger file: its lock, its connections, its version, and what is done with a damaged one."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import URL, Connection, Engine, insert, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from kiosk.ledger import schema
from kiosk.ledger.doubts import mark_settled, read_doubts
from kiosk.ledger.failures import LedgerRefused, StorageFailure, as_storage_failure, is_damage, storage
from kiosk.model.ids import Epoch
from kiosk.sqlite import AT_ONCE, SNAPSHOT, sqlite_engine
from kiosk.wire import Station

BUSY_MS = 5_000
"""How long a writer waits for the other one, which writes a few rows at a time."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
TOLD_BOOT_ID = "KIOSK_BOOT_ID"
"""Where the service manager tells it to a process that sees nothing of /proc but processes (systemd.unit(5), %b)."""
SIDE_FILES = ("", "-wal", "-shm")


class OpenedKind(StrEnum):
    """What was found."""

    NEW = "new"
    KEPT = "kept"
    DAMAGED = "damaged"
    """The file could not be trusted: it was kept aside and a new epoch was begun."""


@dataclass(frozen=True, slots=True)
class Opened:
    """How opening went; `detail` is a sentence for the operator, empty where there is nothing to say."""

    kind: OpenedKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Durability:
    """How far a commit goes before it returns."""

    synchronous: str
    begins: str


LASTING = Durability("FULL", AT_ONCE)
"""On the disk. For the journal."""
PASSING = Durability("NORMAL", AT_ONCE)
"""May be forgotten by a power cut, never half written. For what can be learned again."""
READING = Durability("NORMAL", SNAPSHOT)


def boot_id() -> str:
    """The id of this machine's boot, which `mono_ms` counts from (proc(5), random/boot_id), as the kernel writes it.

    Raises `ValueError` where the service manager tells something else.
    """
    told = os.environ.get(TOLD_BOOT_ID)
    return BOOT_ID.read_text(encoding="ascii").strip() if told is None else str(UUID(hex=told))


@dataclass(frozen=True, slots=True)
class Origin:
    """What a ledger's rows are named by, beside their numbers. A world of virtual time gives its own."""

    boot: str
    """What `mono_ms` counts from."""
    epoch: Epoch
    """For a file that is made now; one that is there has its own."""

    @classmethod
    def here(cls) -> Self:
        """This machine's boot, and an epoch that nobody ever had."""
        return cls(boot_id(), Epoch(secrets.token_hex(8)))


def engine_of(path: Path, durability: Durability) -> Engine:
    """An engine on `path` whose transactions are as durable as asked. The file is made when it is not there."""
    url = URL.create("sqlite", database=str(path))
    pragmas = {
        "busy_timeout": BUSY_MS,
        "journal_mode": "WAL",
        "synchronous": durability.synchronous,
        "foreign_keys": "ON",
    }
    return sqlite_engine(url, begins=durability.begins, pragmas=pragmas, poolclass=NullPool, check_same_thread=False)


def reading_engine(path: Path) -> Engine:
    """An engine that cannot change the file, for tools beside a running kiosk. A transaction sees one instant."""
    url = URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    return sqlite_engine(url, begins=READING.begins, pragmas={}, poolclass=NullPool)


def lock(path: Path) -> int:
    """Hold the ledger for this process; the descriptor is closed to let it go. Raises `LedgerRefused`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as failure:
        raise StorageFailure(f"{path}: {failure.strerror}", failure.errno == errno.ENOSPC) from failure
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise LedgerRefused(f"{path}: another process uses this ledger; stop it, or give this one its own") from None
    return descriptor


def prepare(path: Path, station: Station, at: datetime, epoch: Epoch) -> tuple[Opened, Epoch]:
    """Make, check or put aside the file at `path`; one that is made has `epoch`. Raises `LedgerRefused`,
    `StorageFailure`."""
    fresh = not path.exists()
    damage = "" if fresh else _damage(path)
    aside = _keep_aside(path, at) if damage else None
    if fresh or aside is not None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives -wal and -shm the same mode
    engine = engine_of(path, LASTING)
    try:
        with storage():
            epoch = _ours(engine, path, station, at, epoch)
    finally:
        engine.dispose()
    if aside is not None:
        detail = (
            f"the ledger was damaged ({damage}) and is kept as {aside.name}; a new epoch begins. What central had not "
            "acknowledged is only in that file: `kiosk journal show` reads what can be read of it"
        )
        return Opened(OpenedKind.DAMAGED, detail), epoch
    return Opened(OpenedKind.NEW if fresh else OpenedKind.KEPT), epoch


def _damage(path: Path) -> str:
    """What is wrong with the file, or nothing: SQLite's own check, and whether what the start needs makes sense."""
    engine = engine_of(path, READING)
    try:
        with engine.connect() as connection:
            version = connection.scalar(text("PRAGMA user_version"))
            if version > schema.VERSION:
                return ""
            found = connection.scalars(text("PRAGMA quick_check(1)")).all()
            if found != ["ok"]:
                return str(found[0])
            if version == 0:
                return "" if not _table_names(connection) else "tables without a version"
            if len(connection.execute(select(schema.meta.c.epoch)).all()) != 1:
                return "the row that names the epoch is missing"
            read_doubts(connection, settled=None if version == schema.VERSION else 0)
            return _senseless_facts(connection)
    except ValueError as strange:
        return str(strange)
    except DatabaseError as failure:
        if is_damage(failure.orig):
            return str(failure.orig)
        raise as_storage_failure(failure.orig) from failure
    finally:
        engine.dispose()


def _table_names(connection: Connection) -> list[str]:
    return list(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))


def _senseless_facts(connection: Connection) -> str:
    """What makes facts that are still to be told untellable, or nothing."""
    acked = select(schema.meta.c.acked_seq).scalar_subquery()
    waiting = (
        select(schema.outbox.c.seq, schema.outbox.c.type, schema.outbox.c.data, schema.journal.c.at)
        .outerjoin(schema.journal, schema.journal.c.id == schema.outbox.c.journal)
        .where(schema.outbox.c.seq > acked)
        .order_by(schema.outbox.c.seq)
    )
    expected: int | None = None
    for row in connection.execute(waiting):
        if expected not in (None, row.seq):
            return f"fact {expected} is missing"
        expected = row.seq + 1
        if row.at is None or not isinstance(json.loads(row.data), dict):
            return f"fact {row.seq} makes no sense"
        datetime.fromisoformat(row.at)
    return ""


def _keep_aside(path: Path, at: datetime) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")
    for suffix in SIDE_FILES:
        side = path.with_name(path.name + suffix)
        if side.exists():
            side.rename(aside.with_name(aside.name + suffix))
    return aside


def _ours(engine: Engine, path: Path, station: Station, at: datetime, epoch: Epoch) -> Epoch:
    """The epoch of this station's ledger; made when the file is empty. Raises `LedgerRefused`."""
    with engine.begin() as connection:
        version = connection.scalar(text("PRAGMA user_version"))
        if version > schema.VERSION:
            raise LedgerRefused(
                f"{path}: written by a newer version of Library Kiosk (ledger version {version}, this one knows "
                f"{schema.VERSION}); install that version again, the file is unchanged"
            )
        if version == 0:
            schema.metadata.create_all(connection)
            row = {"id": 1, "epoch": epoch, "made_at": at.astimezone(UTC).isoformat(), "acked_seq": 0}
            connection.execute(insert(schema.meta).values(row | {"station": station.source}))
            connection.execute(text(f"PRAGMA user_version = {schema.VERSION}"))
            return epoch
        found = connection.execute(select(schema.meta.c.epoch, schema.meta.c.station)).one()
        if found.station != station.source:
            raise LedgerRefused(
                f"{path}: the ledger of {found.station}, not of {station.source}; give this station a file of its "
                "own, or its old name until central has acknowledged everything"
            )
        for older in range(version, schema.VERSION):
            connection.execute(text(schema.UPGRADES[older]))
        connection.execute(text(f"PRAGMA user_version = {schema.VERSION}"))
        mark_settled(connection)
        return Epoch(found.epoch)

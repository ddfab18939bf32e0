"""The overlay on disk, so that a gate that starts without a network still knows the loans of today.

It is written on a thread of its own: what has been heard counts at once, and no judgement waits for the disk.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Boolean, Column, Executable, Integer, MetaData, Table, Text, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from kiosk.gate.copy.overlay import Entry
from kiosk.ledger.failures import StorageFailure, storage
from kiosk.ledger.opening import PASSING, engine_of
from kiosk.model.ids import Epoch

metadata = MetaData()
heard = Table(
    "heard",
    metadata,
    Column("key", Text, primary_key=True, comment="16 hex digits: SQLite's numbers have a sign"),
    Column("lent", Boolean, nullable=False),
    Column("at", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("epoch", Text),
    Column("seq", Integer, nullable=False),
    comment="What was told since the copy was made",
)
told = Table(
    "told",
    metadata,
    Column("station", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    comment="How far each station was heard, so that nothing of it is believed a second time",
)
stand = Table(
    "stand",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("current_at", Text, comment="When the copy was last known to be current"),
)
STOP_S = 15.0
_PUT = insert(heard)
_REPLACE = _PUT.on_conflict_do_update(
    [heard.c.key], set_={name: _PUT.excluded[name] for name in ("lent", "at", "station", "epoch", "seq")}
)
_STAND = insert(stand)
_STANDS = _STAND.on_conflict_do_update(
    [stand.c.id], set_={name: _STAND.excluded[name] for name in ("version", "current_at")}
)
_TOLD = insert(told)
_TOLD_UP_TO = _TOLD.on_conflict_do_update([told.c.station, told.c.epoch], set_={"seq": _TOLD.excluded.seq})
_DROP = delete(heard).where(heard.c.key == bindparam("gone"))

log = logging.getLogger(__name__)


class KeptOverlay:
    """The file. A power cut, or a disk that refuses, may forget the last changes: central and the kiosks tell them
    again."""

    def __init__(self, path: Path) -> None:
        """Raises `StorageFailure` where the file cannot be used at all."""
        self._engine = engine_of(path, PASSING)
        with storage():
            metadata.create_all(self._engine)
            self._connection = self._engine.connect()
        self._writes: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="overlay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is left, and let go of the file."""
        self._writes.put(None)
        self._thread.join(STOP_S)
        self._connection.close()
        self._engine.dispose()

    def read(self) -> tuple[dict[int, Entry], int, datetime | None]:
        """The entries, the version that they come up to, and when the copy was last known to be current. Before
        anything is written. Raises `StorageFailure`."""
        with storage(), self._connection.begin(), closing(self._connection.execute(select(heard))) as rows:
            entries = {
                int(row.key, 16): Entry(
                    row.lent,
                    datetime.fromisoformat(row.at),
                    row.station,
                    None if row.epoch is None else Epoch(row.epoch),
                    row.seq,
                )
                for row in rows
            }
            at = self._connection.execute(select(stand)).one_or_none()
        if at is None:
            return entries, 0, None
        return entries, at.version, None if at.current_at is None else datetime.fromisoformat(at.current_at)

    def put(self, fresh: Sequence[tuple[int, Entry]]) -> None:
        """Write entries down, soon."""
        rows = [
            {
                "key": f"{key:016x}",
                "lent": entry.lent,
                "at": entry.at.astimezone(UTC).isoformat(),
                "station": entry.station,
                "epoch": entry.epoch,
                "seq": entry.seq,
            }
            for key, entry in fresh
        ]
        self._later(_REPLACE, rows)

    def read_told(self) -> dict[tuple[str, Epoch], int]:
        """How far each station was heard. Before anything is written. Raises `StorageFailure`."""
        with storage(), self._connection.begin(), closing(self._connection.execute(select(told))) as rows:
            return {(row.station, Epoch(row.epoch)): row.seq for row in rows}

    def told_up_to(self, station: str, epoch: Epoch, seq: int) -> None:
        """A station was heard this far."""
        self._later(_TOLD_UP_TO, [{"station": station, "epoch": epoch, "seq": seq}])

    def stands_at(self, version: int, current_at: datetime | None) -> None:
        """How far central was heard."""
        values = {"id": 1, "version": version, "current_at": None if current_at is None else current_at.isoformat()}
        self._later(_STANDS, [values])

    def drop(self, keys: Iterable[int]) -> None:
        """Forget what a new copy holds."""
        self._later(_DROP, [{"gone": f"{key:016x}"} for key in keys])

    def _later(self, statement: Executable, rows: Sequence[Mapping[str, object]]) -> None:
        def write() -> None:
            with storage(), self._connection.begin():
                self._connection.execute(statement, rows)

        if rows:
            self._writes.put(write)

    def _run(self) -> None:
        while (write := self._writes.get()) is not None:
            try:
                write()
            except StorageFailure as failure:
                log.warning("what was heard is not on disk: %s", failure)

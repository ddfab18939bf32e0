"""The ledger as the station's one writer sees it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn, Self

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kiosk.ledger.doors import in_boxes, left_in_drop
from kiosk.ledger.doubts import read_doubts
from kiosk.ledger.failures import StorageFailure, as_storage_failure, storage
from kiosk.ledger.opening import LASTING, PASSING, Opened, Origin, engine_of, lock, prepare
from kiosk.ledger.outbox import Outbox
from kiosk.ledger.pruning import prune
from kiosk.ledger.rehearsal import PowerCut, Rehearsal, pull_the_plug
from kiosk.ledger.rows import StoredRow, columns_of, row_of, storable
from kiosk.ledger.schema import journal, outbox, probe, titles
from kiosk.ledger.staff import left_by_staff, newest
from kiosk.model.circulation import Item
from kiosk.model.facts import Decided
from kiosk.model.ids import Epoch, ItemId
from kiosk.model.journal import Doubt, InBox, JournalLine, LeftByStaff, LeftInDrop, LentAlone, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.wire import Station, fact_body

_NEWEST = select(func.coalesce(func.max(titles.c.seen), 0) + 1).scalar_subquery()
_TITLE = upsert(titles).values(
    item=bindparam("item"),
    title=bindparam("title"),
    author=bindparam("author"),
    call_number=bindparam("call_number"),
    seen=_NEWEST,
)
_REMEMBER = _TITLE.on_conflict_do_update(
    [titles.c.item],
    set_={name: _TITLE.excluded[name] for name in ("title", "author", "call_number", "seen")},
)
_DECIDED_ALONE = (
    select(journal)
    .where(
        journal.c.kind == RowKind.BORROW_DECIDED.value,
        journal.c.note == Decided.OFFLINE.value,
        journal.c.at >= bindparam("since"),
    )
    .order_by(journal.c.id)
)
_ADD_ROWS, _ADD_FACTS = insert(journal), insert(outbox)
BALLAST_BYTES = 64 * 1024
"""A full disk counts as mended when it takes this much: more than any step's rows."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What a transaction added."""

    seqs: tuple[int, ...]
    """Of the facts, in their order; empty where the step told none."""


class Ledger:
    """One kiosk's journal, outbox and titles. Used by one thread; `outbox()` gives the uplink's thread its own way in.

    Every method that touches the disk raises `StorageFailure` when the disk or the file refuses.
    """

    def __init__(self, path: Path, opened: Opened, epoch: Epoch, boot: str, locked: int) -> None:
        self.path = path
        self.opened = opened
        self.epoch = epoch
        self._lock: int | None = locked
        self._boot = boot
        self._rehearsal = Rehearsal()
        self._engines: list[Engine] = []
        self._connections: list[Connection] = []
        self._last_row = self._last_seq = 0
        self._uncertain = True
        try:
            self._lasting = self._connect(engine_of(path, LASTING))
            self._passing = self._connect(engine_of(path, PASSING))
            self._look_again()
            self._empty_the_log()
        except BaseException:
            self._let_go()
            raise

    @classmethod
    def open(cls, path: Path, station: Station, origin: Origin | None = None) -> Self:
        """Open or make the ledger of `station`. Raises `LedgerRefused` for a file that must not be used, and
        `StorageFailure`. A damaged file is kept aside and a new epoch begins: see `opened`."""
        named = Origin.here() if origin is None else origin
        locked = lock(path)
        try:
            opened, epoch = prepare(path, station, datetime.now(UTC), named.epoch)
            return cls(path, opened, epoch, named.boot, locked)
        except BaseException:
            os.close(locked)
            raise

    def close(self) -> None:
        """Let go of the file. Safe to call again."""
        if self._lock is None:
            return
        self._let_go()
        os.close(self._lock)
        self._lock = None

    def outbox(self) -> Outbox:
        """A way in for the uplink's thread, with a connection of its own; closed by its owner."""
        return Outbox(self.path, self.epoch)

    def commit(self, effects: Sequence[Journal], moment: Moment) -> Committed:
        """Write rows and facts in one transaction; they are on the disk when this returns, or none of them is."""
        kinds = [effect.row.kind for effect in effects]
        self._rehearsal.before_commit(kinds)
        if self._uncertain:
            self._look_again()
        first = self._last_row + 1
        mono_ms = int(moment.mono_s * 1000)
        rows = [
            columns_of(StoredRow(row_id, first, moment.utc, mono_ms, self._boot, effect.row))
            for row_id, effect in enumerate(effects, start=first)
        ]
        told = [(row_id, effect.fact) for row_id, effect in enumerate(effects, start=first) if effect.fact is not None]
        facts = [
            {"seq": seq, "journal": row_id, "type": fact.type, "data": fact_body(fact, mono_ms, self._boot)}
            for seq, (row_id, fact) in enumerate(told, start=self._last_seq + 1)
        ]
        self._uncertain = True
        with storage(), self._lasting.begin():
            self._lasting.execute(_ADD_ROWS, rows)
            if facts:
                self._lasting.execute(_ADD_FACTS, facts)
        self._uncertain = False
        self._last_row += len(rows)
        self._last_seq += len(facts)
        self._rehearsal.after_commit(kinds)
        return Committed(tuple(range(self._last_seq - len(facts) + 1, self._last_seq + 1)))

    def doubts(self) -> list[Doubt]:
        """Open intents, oldest first."""
        with storage(), self._passing.begin():
            return read_doubts(self._passing)

    def rows(self, since: int = 0) -> list[StoredRow]:
        """Rows with an id above `since`."""
        with storage(), self._passing.begin():
            found = self._passing.execute(select(journal).where(journal.c.id > since).order_by(journal.c.id))
            return [row_of(columns) for columns in found]

    @property
    def last_row(self) -> int:
        """The newest row's number; 0 where there is none."""
        return self._last_row

    @property
    def last_seq(self) -> int:
        """Of the newest fact; 0 where there is none."""
        return self._last_seq

    def remember(self, item: Item) -> None:
        """Keep a title for the time without a line. Not synced: a power cut may forget it."""
        said = {"item": item.id, "title": item.title, "author": item.author, "call_number": item.call_number}
        with storage(), self._passing.begin():
            self._passing.execute(_REMEMBER, {name: storable(text) for name, text in said.items()})

    def known_titles(self, limit: int) -> list[Item]:
        """Titles remembered last, newest first."""
        with storage(), self._passing.begin():
            found = self._passing.execute(select(titles).order_by(titles.c.seen.desc()).limit(limit))
            return [Item(ItemId(row.item), row.title, row.author, row.call_number) for row in found]

    def lent_alone(self, since: datetime) -> tuple[LentAlone, ...]:
        """What was lent without central after `since` (aware), oldest first."""
        with storage(), self._passing.begin():
            found = [row_of(columns) for columns in self._passing.execute(_DECIDED_ALONE, {"since": _day_of(since)})]
        return tuple(
            LentAlone(stored.row.patron, stored.at)
            for stored in found
            if stored.at > since and stored.row.patron is not None
        )

    def left_by_staff(self) -> LeftByStaff:
        """What still holds of what staff did before this start."""
        with storage(), self._passing.begin():
            return left_by_staff(self._passing)

    def left_in_drop(self) -> LeftInDrop:
        """What lies in a book-drop, as far as the journal knows."""
        with storage(), self._passing.begin():
            return left_in_drop(self._passing)

    def in_boxes(self) -> tuple[InBox, ...]:
        """What lies behind the doors of a locker, as far as the journal knows."""
        with storage(), self._passing.begin():
            return in_boxes(self._passing)

    def newest(self, count: int) -> tuple[JournalLine, ...]:
        """The last rows for staff, the newest first, without patrons."""
        with storage(), self._passing.begin():
            return newest(self._passing, count)

    def probe(self) -> None:
        """See whether the disk takes rows again; raises `StorageFailure` while it does not."""
        if not self._empty_the_log():
            raise StorageFailure("the log is being read and could not be emptied", disk_full=False)
        with storage():
            with self._lasting.begin():
                self._lasting.execute(upsert(probe).values(id=1, ballast=bytes(BALLAST_BYTES)).on_conflict_do_nothing())
            with self._lasting.begin():
                self._lasting.execute(delete(probe))

    def prune(self, before: datetime, days_of_service: int = 0) -> int:
        """Forget what was over and acknowledged before `before` (aware), and before the last so many days on which
        anything happened; how many journal rows went."""
        with storage(), self._passing.begin():
            return prune(self._passing, before, days_of_service)

    def rehearse(self, cut: PowerCut, pull: Callable[[], NoReturn] = pull_the_plug) -> None:
        """Order a power cut of this process, or what `pull` ends instead. Only for rehearsals."""
        self._rehearsal.order(cut, pull)

    def _connect(self, engine: Engine) -> Connection:
        self._engines.append(engine)
        with storage():
            connection = engine.connect()
        self._connections.append(connection)
        return connection

    def _let_go(self) -> None:
        for connection in self._connections:
            connection.close()
        for engine in self._engines:
            engine.dispose()

    def _empty_the_log(self) -> bool:
        """Write everything from the log (WAL) into the file, synced, and empty the log; False where somebody reads.

        After a sync that failed, the kernel may have given up pages of the log for good, and a power cut would find a
        hole there: what stands behind it would be lost, although it was synced later (decision record 0194).
        """
        handle = self._lasting.connection.driver_connection
        assert isinstance(handle, sqlite3.Connection)
        try:
            busy, _, _ = handle.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.DatabaseError as failure:
            raise as_storage_failure(failure) from failure
        return not busy

    def _look_again(self) -> None:
        """Read where the file stands: at the start, and after a commit whose outcome the disk did not tell."""
        with storage(), self._lasting.begin():
            self._last_row = self._lasting.scalar(select(func.coalesce(func.max(journal.c.id), 0))) or 0
            self._last_seq = self._lasting.scalar(select(func.coalesce(func.max(outbox.c.seq), 0))) or 0
        self._uncertain = False


def _day_of(at: datetime) -> str:
    """The day in UTC, with which every later instant of the journal compares as later text."""
    return at.astimezone(UTC).date().isoformat()

"""Making a copy of what is lent, for gates: `kiosk.wire.lent_file` says how it looks. In memory, 8 bytes a key."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from kiosk.central.lent.log import newest_version
from kiosk.central.store.tables import items, loans, progress, tags
from kiosk.model.ids import Epoch, ItemId, Uid
from kiosk.wire.lent_file import LENT_BIT, LentHeader, encode_head, item_key, uid_key
from kiosk.wire.policy import Ready

NAME = "ledger"
HREF = "/api/v1/gates/copies"
BUCKETS = 256
"""Keys are sorted in pieces, so that no list of five million numbers is made."""
KEPT_FILES = 2
"""A gate may be fetching the one before."""
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Copies:
    """The folder of copies."""

    folder: Path

    def make(self, engine: Engine, now: datetime) -> Ready:
        """Write a copy of this instant; what is to be announced. Raises what the database and the disk raise."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with _one_instant(engine) as connection:
            version = newest_version(connection)
            taken = {
                (row.station, Epoch(row.epoch)): int(row.last_seq)
                for row in connection.execute(select(progress.c.station, progress.c.epoch, progress.c.last_seq))
            }
            keys = sorted_keys(_names(connection))
        header = LentHeader(version, now, sum(map(len, keys)), taken)
        part = self.folder / "copy.part"
        digest = hashlib.sha256()
        with part.open("wb") as file:
            for piece in (encode_head(header), *(bucket.tobytes() for bucket in keys)):
                file.write(piece)
                digest.update(piece)
            file.flush()
            os.fsync(file.fileno())
        path = self.folder / f"lent-{version}-{digest.hexdigest()[:16]}.bin"
        part.rename(path)
        old = sorted(self.folder.glob("lent-*.bin"), key=lambda one: one.stat().st_mtime)
        for other in old[:-KEPT_FILES]:
            other.unlink(missing_ok=True)
        return Ready(NAME, version, digest.hexdigest(), f"{HREF}/{path.name}", now)

    def file(self, name: str) -> Path | None:
        """The copy of this name; None where there is none, or the name is no copy's."""
        return next((path for path in self.folder.glob("lent-*.bin") if path.name == name), None)


def sorted_keys(names: Iterator[tuple[int, bool]]) -> list[array[int]]:
    """Keys with their lent bit, ascending over all buckets."""
    buckets = [array("Q") for _ in range(BUCKETS)]
    for key, lent in names:
        buckets[key >> 56].append(key | LENT_BIT if lent else key)
    for place, bucket in enumerate(buckets):
        buckets[place] = array("Q", sorted(bucket))
    return buckets


def _names(connection: Connection) -> Iterator[tuple[int, bool]]:
    """Every item and tag that central knows, and whether it is lent."""
    lent = set()
    for row in connection.execution_options(yield_per=AT_ONCE).execute(
        select(loans.c.item).where(loans.c.ended_at.is_(None))
    ):
        if row.item not in lent:
            lent.add(row.item)
            yield item_key(ItemId(row.item)), True
    for row in connection.execution_options(yield_per=AT_ONCE).execute(select(items.c.id)):
        if row.id not in lent:
            yield item_key(ItemId(row.id)), False
    for row in connection.execution_options(yield_per=AT_ONCE).execute(select(tags.c.uid, tags.c.item)):
        yield uid_key(Uid(row.uid)), row.item in lent


def _one_instant(engine: Engine) -> Connection:
    """A connection whose transaction sees the database as it is now, however long it reads. SQLite's always do."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    return connection

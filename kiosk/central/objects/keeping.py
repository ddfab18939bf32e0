"""Files of the digital store: taken whole or not at all, in two folders, and compared with their checksums for ever.

Each file is read at least once in `EVERY`; one that is damaged is put right from the other folder, and one that is
lost in both is said. The order on disk: the file in both folders, then its row, so that a row never speaks of nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from kiosk.central.by_digest import ByDigest
from kiosk.central.documents import PaperRow
from kiosk.central.objects.medium import File
from kiosk.central.store import writing
from kiosk.central.store.object_tables import digital_objects
from kiosk.web.trail import record

EVERY = timedelta(days=90)
EACH_NIGHT = timedelta(days=1)
WHO = "housekeeping"

log = logging.getLogger(__name__)
ObjectRow = Row[tuple[object, ...]]


class Health(StrEnum):
    WHOLE = "whole"
    REPAIRED = "repaired"
    LOST = "lost"
    """Damaged or gone in both folders."""


class Objects:
    """Two folders with the same files; without a second one there is nothing to repair from."""

    def __init__(self, folder: Path, replica: Path | None) -> None:
        self._main = ByDigest(folder)
        self._replica = None if replica is None else ByDigest(replica)

    def keep(self, content: bytes) -> str:
        """In both folders; the digest. Raises `OSError`."""
        if self._replica is not None:
            self._replica.keep(content)
        return self._main.keep(content)

    def read(self, digest: str) -> bytes | None:
        """From either folder, if it is what was kept."""
        found = self._main.read(digest)
        return found if found is not None or self._replica is None else self._replica.read(digest)

    def look(self, digest: str) -> Health:
        """Compare both with the checksum, and put right what can be. Raises `OSError` where it cannot be written."""
        here = self._main.read(digest)
        there = None if self._replica is None else self._replica.read(digest)
        if here is None and there is None:
            return Health.LOST
        if here is None and there is not None:
            self._main.put_right(there)
            return Health.REPAIRED
        if here is not None and there is None and self._replica is not None:
            self._replica.put_right(here)
            return Health.REPAIRED
        return Health.WHOLE


def add(
    connection: Connection, objects: Objects, paper: PaperRow, file: File, content: bytes, *, who: str, now: datetime
) -> str:
    """Take a file for a digitisation; its id. The same file twice is one. Raises `OSError`: then it is not taken."""
    digest = objects.keep(content)
    known = select(digital_objects.c.id).where(
        digital_objects.c.digitisation == paper.number, digital_objects.c.digest == digest
    )
    there = connection.scalar(known)
    if there is not None:
        return str(there)
    name = str(uuid.uuid4())
    values = {
        "id": name,
        "digitisation": paper.number,
        "digest": digest,
        "name": file.name,
        "medium": file.medium.value,
    }
    values |= {"bytes": len(content), "state": Health.WHOLE.value, "added_at": now, "made_by": who, "checked_at": now}
    connection.execute(insert(digital_objects).values(values))
    record(connection, who, "object.add", f"digitisation:{paper.number}", now, changes={"file": ("", file.name)})
    return name


def of_digitisation(connection: Connection, number: str) -> Sequence[ObjectRow]:
    """Its files, in the order in which they came."""
    of_it = select(digital_objects).where(digital_objects.c.digitisation == number)
    return connection.execute(of_it.order_by(digital_objects.c.added_at, digital_objects.c.id)).all()


def one(connection: Connection, name: str) -> ObjectRow | None:
    return connection.execute(select(digital_objects).where(digital_objects.c.id == name[:36])).one_or_none()


def look_at_some(engine: Engine, objects: Objects, now: datetime) -> dict[Health, int]:
    """A night's share: so many files that each comes at its turn within `EVERY`; what came of them."""
    told = dict.fromkeys(Health, 0)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(digital_objects)) or 0
        share = -(-count * int(EACH_NIGHT.total_seconds()) // int(EVERY.total_seconds()))
        due = select(digital_objects).where(digital_objects.c.checked_at <= now - EACH_NIGHT)
        rows = connection.execute(due.order_by(digital_objects.c.checked_at, digital_objects.c.id).limit(share)).all()
    for row in rows:
        try:
            health = objects.look(str(row.digest))
        except OSError as trouble:
            log.error("a damaged file of the digital store cannot be put right: %s", trouble.strerror)
            continue
        told[health] += 1
        with writing(engine) as connection:
            here = digital_objects.c.id == row.id
            connection.execute(update(digital_objects).where(here).values(state=health.value, checked_at=now))
            if health is not Health.WHOLE:
                record(connection, WHO, f"object.{health}", f"digitisation:{row.digitisation}", now)
    return told

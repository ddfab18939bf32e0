"""The outbox as the uplink sees it: what is still to be told, and what central has."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, update

from kiosk.ledger.failures import storage
from kiosk.ledger.opening import PASSING, engine_of
from kiosk.ledger.schema import journal, meta, outbox
from kiosk.model.ids import Epoch
from kiosk.wire import OutboxFact


class Outbox:
    """Facts in order, over a connection of its own, for one thread. Methods raise `StorageFailure`.

    A release is not synced: if a power cut forgets one, central acknowledges again.
    """

    def __init__(self, path: Path, epoch: Epoch) -> None:
        self.epoch = epoch
        self._engine = engine_of(path, PASSING)
        with storage():
            self._connection = self._engine.connect()

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def facts_after(self, seq: int, limit: int) -> list[OutboxFact]:
        """The first `limit` facts above `seq`, released or not."""
        wanted = (
            select(outbox.c.seq, outbox.c.type, journal.c.at, outbox.c.data)
            .join(journal, journal.c.id == outbox.c.journal)
            .where(outbox.c.seq > seq)
            .order_by(outbox.c.seq)
            .limit(limit)
        )
        with storage(), self._connection.begin():
            return [
                OutboxFact(row.seq, row.type, datetime.fromisoformat(row.at), row.data)
                for row in self._connection.execute(wanted)
            ]

    def release(self, seq: int, at: datetime) -> None:
        """Central has everything up to `seq`. A lower one than before is taken too: central was restored, and the
        facts above it are told again."""
        with storage(), self._connection.begin():
            self._connection.execute(update(meta).values(acked_seq=seq))
            self._connection.execute(
                update(outbox)
                .where(outbox.c.seq <= seq, outbox.c.released_at.is_(None))
                .values(released_at=at.astimezone(UTC).isoformat())
            )

    def acked_seq(self) -> int:
        """What central acknowledged last."""
        with storage(), self._connection.begin():
            return int(self._connection.execute(select(meta.c.acked_seq)).scalar_one())

    def last_seq(self) -> int:
        """Of the newest fact; 0 where there is none."""
        with storage(), self._connection.begin():
            return int(self._connection.execute(select(func.coalesce(func.max(outbox.c.seq), 0))).scalar_one())

    def oldest_seq(self) -> int:
        """Of the oldest fact that is kept; 1 where there is none."""
        with storage(), self._connection.begin():
            return int(self._connection.execute(select(func.coalesce(func.min(outbox.c.seq), 1))).scalar_one())

"""The outbox as the uplink sees it: what is still to be told, and what central has."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import bindparam, func, select, update

from kiosk.ledger.failures import storage
from kiosk.ledger.opening import PASSING, engine_of
from kiosk.ledger.schema import journal, meta, outbox
from kiosk.model.ids import Epoch
from kiosk.wire import OutboxFact

_FACTS_AFTER = (
    select(outbox.c.seq, outbox.c.type, journal.c.at, outbox.c.data)
    .join(journal, journal.c.id == outbox.c.journal)
    .where(outbox.c.seq > bindparam("above"))
    .order_by(outbox.c.seq)
    .limit(bindparam("most"))
)
_ACKED = select(meta.c.acked_seq)
_ACKNOWLEDGE = update(meta).values(acked_seq=bindparam("acked"))
_RELEASE = (
    update(outbox)
    .where(outbox.c.seq > bindparam("above"), outbox.c.seq <= bindparam("acked"), outbox.c.released_at.is_(None))
    .values(released_at=bindparam("at"))
)
_LAST = select(func.coalesce(func.max(outbox.c.seq), 0))
_SPAN = select(
    select(func.coalesce(func.min(outbox.c.seq), 1)).scalar_subquery(),
    select(func.coalesce(func.max(outbox.c.seq), 0)).scalar_subquery(),
)
"""Each by itself is one look into the index; both in one SELECT would scan the table."""


class Outbox:
    """Facts in order, over a connection of its own, for one thread. Methods raise `StorageFailure`.

    A release is not synced: if a power cut forgets one, central acknowledges again.
    """

    def __init__(self, path: Path, epoch: Epoch) -> None:
        self.epoch = epoch
        self._acked: int | None = None
        """What was released here last, so that a release reads nothing. None: nothing yet, or a release failed."""
        self._engine = engine_of(path, PASSING)
        with storage():
            self._connection = self._engine.connect()

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def facts_after(self, seq: int, limit: int) -> list[OutboxFact]:
        """The first `limit` facts above `seq`, released or not."""
        with storage(), self._connection.begin():
            return [
                OutboxFact(row.seq, row.type, datetime.fromisoformat(row.at), row.data)
                for row in self._connection.execute(_FACTS_AFTER, {"above": seq, "most": limit})
            ]

    def release(self, seq: int, at: datetime) -> None:
        """Central has everything up to `seq`. A lower one than before is taken too: central was restored, and the
        facts above it are told again.

        Both are one transaction, so whatever was acknowledged before is released already: only what lies above is
        looked at, however many months the outbox holds.
        """
        before = self.acked_seq() if self._acked is None else self._acked
        if seq == before:
            self._acked = seq
            return
        self._acked = None
        with storage(), self._connection.begin():
            self._connection.execute(_ACKNOWLEDGE, {"acked": seq})
            if seq > before:
                released = {"above": before, "acked": seq, "at": at.astimezone(UTC).isoformat()}
                self._connection.execute(_RELEASE, released)
        self._acked = seq

    def acked_seq(self) -> int:
        """What central acknowledged last, whoever released it."""
        with storage(), self._connection.begin():
            return int(self._connection.execute(_ACKED).scalar_one())

    def last_seq(self) -> int:
        """Of the newest fact; 0 where there is none."""
        with storage(), self._connection.begin():
            return int(self._connection.execute(_LAST).scalar_one())

    def span(self) -> tuple[int, int]:
        """Seqs of the oldest fact that is kept and of the newest; (1, 0) where there is none."""
        with storage(), self._connection.begin():
            row = self._connection.execute(_SPAN).one()
            return int(row[0]), int(row[1])

"""A ledger file read by another process than its kiosk: tools, tests, the demo. Never changes it."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import func, select, text

from kiosk.ledger import schema
from kiosk.ledger.failures import LedgerRefused, storage
from kiosk.ledger.opening import reading_engine
from kiosk.ledger.rows import StoredRow, row_of
from kiosk.ledger.schema import journal, meta, outbox
from kiosk.model.ids import Epoch


class LedgerFile:
    """Context manager around a read-only connection. Methods raise `StorageFailure` where the file cannot be read."""

    def __init__(self, path: Path) -> None:
        """Raises `LedgerRefused` where there is no ledger of a known version, `StorageFailure`."""
        if not os.path.isfile(path):  # noqa: PTH113 - pathlib raises where a folder may not be entered
            raise LedgerRefused(f"{path}: there is no such file; give the ledger's path ([ledger] path in kiosk.toml)")
        self._engine = reading_engine(path)
        with storage():
            self.connection = self._engine.connect()
        with storage(), self.connection.begin():
            version = self.connection.scalar(text("PRAGMA user_version")) or 0
        if not 1 <= version <= schema.VERSION:
            self.close()
            raise LedgerRefused(f"{path}: ledger version {version}, this program reads version {schema.VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()
        self._engine.dispose()

    def rows(self, since: int = 0) -> list[StoredRow]:
        """Journal rows with an id above `since`, in order. Raises `ValueError` at a row that makes no sense."""
        with storage(), self.connection.begin():
            found = self.connection.execute(select(journal).where(journal.c.id > since).order_by(journal.c.id))
            return [row_of(columns) for columns in found]

    def epoch(self) -> Epoch:
        with storage(), self.connection.begin():
            return Epoch(self.connection.execute(select(meta.c.epoch)).scalar_one())

    def unacknowledged(self) -> int:
        """Facts that central has not acknowledged."""
        with storage(), self.connection.begin():
            acked = select(meta.c.acked_seq).scalar_subquery()
            return int(self.connection.execute(select(func.count()).where(outbox.c.seq > acked)).scalar_one())

"""Journal rows as a ledger would give them."""

from __future__ import annotations

from datetime import UTC, datetime

from kiosk.ledger import StoredRow
from kiosk.model.journal import JournalRow


def stored(row: JournalRow) -> StoredRow:
    return StoredRow(1, 1, datetime(2026, 11, 26, tzinfo=UTC), 0, "boot", row)

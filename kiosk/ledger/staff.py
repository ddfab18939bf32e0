"""What the journal tells of staff's work, and to staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from kiosk.ledger.rows import row_of
from kiosk.ledger.schema import journal
from kiosk.model.journal import JournalLine, LeftByStaff, RowKind

STAFFS = (
    RowKind.STAFF_ENTERED,
    RowKind.STAFF_REFUSED,
    RowKind.BIN_EMPTIED,
    RowKind.STATION_CLOSED,
    RowKind.STATION_OPENED,
)


def left_by_staff(connection: Connection) -> LeftByStaff:
    """What still holds of what staff did before this start."""
    kinds = [kind.value for kind in STAFFS]
    rows = select(journal.c.id, journal.c.at, journal.c.kind).where(journal.c.kind.in_(kinds)).order_by(journal.c.id)
    closed, emptied, wrong, wrong_at = False, 0, 0, None
    for row in connection.execute(rows):
        match RowKind(row.kind):
            case RowKind.STAFF_ENTERED:
                wrong, wrong_at = 0, None
            case RowKind.STAFF_REFUSED:
                wrong, wrong_at = wrong + 1, datetime.fromisoformat(row.at)
            case RowKind.BIN_EMPTIED:
                emptied = row.id
            case kind:
                closed = kind is RowKind.STATION_CLOSED
    returned = select(func.count()).where(journal.c.kind == RowKind.RETURN_DONE.value, journal.c.id > emptied)
    return LeftByStaff(closed, int(connection.scalar(returned) or 0), wrong, wrong_at)


def newest(connection: Connection, count: int) -> tuple[JournalLine, ...]:
    """The last rows, the newest first, without patrons."""
    found = connection.execute(select(journal).order_by(journal.c.id.desc()).limit(count))
    stored = [row_of(columns) for columns in found]
    return tuple(JournalLine(one.at, one.row.kind, one.row.item) for one in stored)

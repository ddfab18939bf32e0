"""Which intents are open: the one reading of the journal that the next start goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from kiosk.ledger.rows import StoredRow, row_of
from kiosk.ledger.schema import journal
from kiosk.model.circulation import Purpose
from kiosk.model.ids import IntentId, ItemId, SessionId, Uid
from kiosk.model.journal import CLOSING, Doubt, RowKind

OPENS: Mapping[RowKind, Purpose] = {
    RowKind.BORROW_INTENDED: Purpose.BORROW,
    RowKind.RETURN_INTENDED: Purpose.RETURN,
}


def read_doubts(connection: Connection) -> list[Doubt]:
    """Open intents of the file, oldest first. Raises what SQLAlchemy raises, and `ValueError` for senseless rows."""
    closed = select(journal.c.intent).where(journal.c.kind.in_(sorted(CLOSING)), journal.c.intent.is_not(None))
    begun = select(journal.c.intent).where(journal.c.kind.in_(sorted(OPENS)), journal.c.intent.not_in(closed))
    found = connection.execute(select(journal).where(journal.c.intent.in_(begun)).order_by(journal.c.id))
    return doubts_of([row_of(columns) for columns in found])


def doubts_of(rows: Iterable[StoredRow]) -> list[Doubt]:
    """Open intents, oldest first. `rows` hold every row of each intent that they hold any of, by id."""
    stories: dict[IntentId, list[StoredRow]] = {}
    for stored in rows:
        if stored.row.intent is not None:
            stories.setdefault(stored.row.intent, []).append(stored)
    return [doubt for intent, story in stories.items() if (doubt := _doubt(intent, story)) is not None]


def _doubt(intent: IntentId, story: Sequence[StoredRow]) -> Doubt | None:
    first = next((stored for stored in story if stored.row.kind in OPENS), None)
    if first is None or any(stored.row.kind in CLOSING for stored in story):
        return None
    loan = next((stored.row for stored in story if stored.row.kind is RowKind.LOAN_MADE), None)
    return Doubt(
        intent=intent,
        session=first.row.session or SessionId(""),
        purpose=OPENS[first.row.kind],
        item=first.row.item or ItemId(""),
        uid=first.row.uid or Uid(""),
        patron=first.row.patron,
        loan_made=loan is not None,
        due=None if loan is None else loan.due,
        since=first.at,
        afi_before=first.row.afi,
        told=any(stored.row.kind is RowKind.DOUBTFUL for stored in story),
    )

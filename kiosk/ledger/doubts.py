"""Which intents are open: the one reading of the journal that the next start goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Select, func, select, update

from kiosk.ledger.rows import StoredRow, row_of
from kiosk.ledger.schema import journal, meta
from kiosk.model.circulation import Purpose
from kiosk.model.ids import IntentId, ItemId, SessionId, Uid
from kiosk.model.journal import CLOSING, Doubt, RowKind

OPENS: Mapping[RowKind, Purpose] = {
    RowKind.BORROW_INTENDED: Purpose.BORROW,
    RowKind.RETURN_INTENDED: Purpose.RETURN,
    RowKind.RENEW_INTENDED: Purpose.ACCOUNT,
}


_SETTLED = select(meta.c.settled)


def read_doubts(connection: Connection, settled: int | None = None) -> list[Doubt]:
    """Open intents of the file, oldest first. Raises what SQLAlchemy raises, and `ValueError` for senseless rows.

    No intent that began up to row `settled` is looked at; None goes by the file's own mark.
    """
    above = _settled(connection) if settled is None else settled
    found = connection.execute(select(journal).where(journal.c.intent.in_(_begun(above))).order_by(journal.c.id))
    return doubts_of([row_of(columns) for columns in found])


def mark_settled(connection: Connection) -> None:
    """Keep up to which row every intent is closed: closed ones never open again, so that a start need not look at
    months of them. The caller's transaction commits."""
    before = _settled(connection)
    first_open = connection.scalar(select(func.min(journal.c.id)).where(journal.c.intent.in_(_begun(before))))
    newest = connection.scalar(select(func.max(journal.c.id))) or 0
    settled = newest if first_open is None else first_open - 1
    if settled > before:
        connection.execute(update(meta).values(settled=settled))


def _settled(connection: Connection) -> int:
    return int(connection.execute(_SETTLED).scalar_one())


def _begun(above: int) -> Select[tuple[str | None]]:
    """Intents that began above this row and are not closed."""
    closing = journal.alias()
    closed = select(closing.c.id).where(closing.c.intent == journal.c.intent, closing.c.kind.in_(sorted(CLOSING)))
    return select(journal.c.intent).where(
        journal.c.id > above, journal.c.kind.in_(sorted(OPENS)), ~closed.correlate(journal).exists()
    )


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

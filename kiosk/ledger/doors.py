"""What the journal tells of doors at a start: what lies in a book-drop's tray and bins, and behind which door."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from kiosk.ledger.rows import row_of
from kiosk.ledger.schema import journal
from kiosk.model.journal import InBox, JournalRow, LeftInDrop, RowKind
from kiosk.model.shelf_facts import ShelfChange

NEWEST = 50
"""So many returns are looked at: a tray holds a few."""


def left_in_drop(connection: Connection) -> LeftInDrop:
    """Items in each bin since it was emptied, and returns of which nobody wrote down that they fell."""
    emptied: dict[str, int] = {}
    rows = select(journal.c.note, func.max(journal.c.id)).where(journal.c.kind == RowKind.BIN_EMPTIED.value)
    for note, newest in connection.execute(rows.group_by(journal.c.note)):
        emptied[note] = newest
    counts: dict[str, int] = {}
    fallen = select(journal.c.id, journal.c.note).where(journal.c.kind == RowKind.DROP_RELEASED.value)
    for row_id, note in connection.execute(fallen):
        if note and row_id > emptied.get(note, 0):
            counts[note] = counts.get(note, 0) + 1
    done = (
        select(journal).where(journal.c.kind == RowKind.RETURN_DONE.value).order_by(journal.c.id.desc()).limit(NEWEST)
    )
    inside: list[JournalRow] = []
    for columns in connection.execute(done):
        released = select(journal.c.id).where(
            journal.c.intent == columns.intent, journal.c.kind == RowKind.DROP_RELEASED.value
        )
        if connection.execute(released).first() is None:
            inside.append(row_of(columns).row)
    return LeftInDrop(counts, tuple(inside))


def in_boxes(connection: Connection) -> tuple[InBox, ...]:
    """What lies behind which door, by the last inventories; of each, whether it was lent since."""
    kinds = (RowKind.SHELF_CHANGED, RowKind.BORROW_DONE, RowKind.RETURN_DONE, RowKind.LOAN_UNDONE)
    found: dict[str, InBox] = {}
    rows = select(journal).where(journal.c.kind.in_([kind.value for kind in kinds])).order_by(journal.c.id)
    for columns in connection.execute(rows):
        row = row_of(columns).row
        if row.uid is None or row.item is None:
            continue
        known = found.get(row.uid)
        match row.kind:
            case RowKind.SHELF_CHANGED if ShelfChange.LAID_IN.value in row.reasons:
                found[row.uid] = InBox(row.note, row.item, row.uid, None)
            case RowKind.SHELF_CHANGED:
                found.pop(row.uid, None)
            case RowKind.BORROW_DONE if known is not None:
                found[row.uid] = InBox(known.box, known.item, known.uid, row.intent)
            case _ if known is not None:
                found[row.uid] = InBox(known.box, known.item, known.uid, None)
            case _:
                pass
    return tuple(found.values())

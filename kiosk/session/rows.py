"""The live list of a session: its rows as an immutable tuple, one row a tag."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from kiosk.model.ids import ItemId, Uid
from kiosk.session.state import Row, Stage

Rows = tuple[Row, ...]

COMMITTED = frozenset({Stage.WRITING, Stage.PUT_BACK})
"""The journal says that the tag is to be written, and it is not known to be."""
UNDER_WAY = COMMITTED | {Stage.READING, Stage.ASKING}
ENDED_BADLY = frozenset({Stage.REFUSED, Stage.UNREADABLE, Stage.UNDONE, Stage.DOUBTFUL})
AGAIN_WHEN_LAID_DOWN = frozenset({Stage.REFUSED, Stage.UNREADABLE, Stage.UNDONE})
"""An item that ended so is tried anew when it was taken off and is laid down again."""


def find(rows: Rows, uid: Uid) -> Row | None:
    return next((row for row in rows if row.uid == uid), None)


def put(rows: Rows, row: Row) -> Rows:
    """With `row` in the place of the one that has its tag, or at the end."""
    if find(rows, row.uid) is None:
        return (*rows, row)
    return tuple(row if kept.uid == row.uid else kept for kept in rows)


def without(rows: Rows, uid: Uid) -> Rows:
    return tuple(row for row in rows if row.uid != uid)


def without_tags_of(rows: Rows, later: Rows) -> Rows:
    """Rows whose item did not come up again in `later`: what was brought back after it was lent is not lent."""
    again = {row.uid for row in later}
    return tuple(row for row in rows if row.uid not in again)


def in_stage(rows: Rows, stages: Collection[Stage]) -> Rows:
    return tuple(row for row in rows if row.stage in stages)


def are_settled(rows: Rows) -> bool:
    """Whether nothing is under way any more."""
    return not in_stage(rows, UNDER_WAY)


def twins(rows: Rows, row: Row, item: ItemId) -> Rows:
    """Rows of other tags with the same item number, as far as they lie there or have been acted on."""
    return tuple(
        other
        for other in rows
        if other.uid != row.uid
        and other.item is not None
        and other.item.id == item
        and (other.present or other.stage in COMMITTED | {Stage.ASKING, Stage.DONE, Stage.DOUBTFUL})
    )


def reading(uid: Uid, now_s: float) -> Row:
    return Row(uid, Stage.READING, now_s)


def seen(rows: Rows, uid: Uid, now_s: float) -> Rows:
    """A tag has come into the field: a new row, or the old one is there again."""
    row = find(rows, uid)
    if row is None or (row.stage in AGAIN_WHEN_LAID_DOWN and not row.present):
        return put(rows, reading(uid, now_s))
    laid_back = row.stage is Stage.PUT_BACK and not row.present
    return put(rows, replace(row, present=True, since_s=now_s if laid_back else row.since_s))

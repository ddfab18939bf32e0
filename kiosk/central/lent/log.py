"""Which items became lent or not, in the order of commits; and which tag is in which item."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from kiosk.central.store.tables import lent_log, tags
from kiosk.model.ids import ItemId, Uid

IN_ORDER = 7305806
"""PostgreSQL's number for the lock that makes ids grow in the order of commits."""
LONGEST_UID = 64

_ADD = insert(lent_log)
_ITEM_OF = select(tags.c.item).where(tags.c.uid == bindparam("tag"))
_ADD_TAG, _MOVE_TAG = insert(tags), update(tags).where(tags.c.uid == bindparam("tag"))
_NEWEST = select(func.coalesce(func.max(lent_log.c.id), 0))
_TAKE_TURN = text(f"SELECT pg_advisory_xact_lock({IN_ORDER})")


def note_changed(connection: Connection, item: ItemId) -> None:
    """A loan of this item began or ended in the caller's transaction.

    SQLite lets one writer at a time, so ids grow in the order of commits; PostgreSQL has to be told to. A copy of the
    ledger at version N would otherwise lack a change below N that commits later.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_TAKE_TURN)
    connection.execute(_ADD, {"item": item})


def note_tag(connection: Connection, uid: Uid, item: ItemId) -> None:
    """A kiosk has seen this tag in this item."""
    if not uid or len(uid) > LONGEST_UID:
        return
    known = connection.execute(_ITEM_OF, {"tag": uid}).scalar()
    if known is None:
        connection.execute(_ADD_TAG, {"uid": uid, "item": item})
    elif known != item:
        connection.execute(_MOVE_TAG.values(item=item), {"tag": uid})


def newest_version(connection: Connection) -> int:
    """Of the gates' ledger; 0 before the first loan."""
    return int(connection.execute(_NEWEST).scalar_one())

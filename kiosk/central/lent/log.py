"""Which items became lent or not, in the order of commits; and which tag is in which item."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from kiosk.central.store.slate import Lookup, Slate
from kiosk.central.store.tables import lent_log, tags
from kiosk.model.ids import ItemId, Uid

LONGEST_UID = 64
TAG = Lookup(tags.c.uid)

_NEWEST = select(func.coalesce(func.max(lent_log.c.id), 0))


def note_changed(slate: Slate, item: ItemId) -> None:
    """A loan of this item began or ended. See `lent_log` for the order in which it is written."""
    slate.add(lent_log, {"item": item})


def note_tag(slate: Slate, uid: Uid, item: ItemId) -> None:
    """A kiosk has seen this tag in this item."""
    if not uid or len(uid) > LONGEST_UID:
        return
    known = slate.one(TAG, uid)
    if known is None:
        slate.add(tags, {"uid": uid, "item": item})
    elif known.item != item:
        slate.change(tags, known, item=item)


def newest_version(connection: Connection) -> int:
    """Of the gates' ledger; 0 before the first loan."""
    return int(connection.execute(_NEWEST).scalar_one())

"""What the inventories of smart shelves and lockers change: where an item lies. No loan begins or ends by it."""

from __future__ import annotations

from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.lent.log import note_tag
from kiosk.central.store.shelf_tables import shelved
from kiosk.central.store.slate import Lookup, Slate
from kiosk.central.story import Fresh
from kiosk.model.shelf_facts import ShelfChange, ShelfChanged

NOWHERE = ""
"""The compartment of an item that is behind no door any more."""
SHELVED = Lookup(shelved.c.item)


def apply(slate: Slate, fresh: Fresh, fact: ShelfChanged) -> None:
    """Change where the item lies; one that somebody took who had no loan of it is put before staff."""
    note_tag(slate, fact.uid, fact.item)
    row = slate.one(SHELVED, fact.item)
    at = fresh.place.at
    lies = {"station": fresh.place.station, "compartment": fact.compartment, "uid": fact.uid, "at": at}
    if fact.change is ShelfChange.LAID_IN:
        if row is None:
            slate.add(shelved, {"item": fact.item, **lies})
        else:
            slate.change(shelved, row, **lies)
    elif row is not None and row.station == fresh.place.station:
        slate.change(shelved, row, compartment=NOWHERE, at=at)
    if fact.change is ShelfChange.MISSING:
        note(slate, fresh.place, fresh.epoch, Notable(Why.TAKEN_UNLENT, fact.intent, fact.item, _where(fact)))


def _where(fact: ShelfChanged) -> dict[str, str]:
    return {"compartment": fact.compartment}

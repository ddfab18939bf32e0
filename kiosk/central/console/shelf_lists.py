"""What lies behind the doors of lockers and smart shelves, and since when."""

from __future__ import annotations

from sqlalchemy import select

from kiosk.central.console.asked import Asked
from kiosk.central.holdings import TITLE
from kiosk.central.shelf_facts import NOWHERE
from kiosk.central.store.shelf_tables import shelved
from kiosk.central.store.tables import items, records
from kiosk.web.listing import Column, Filter, Kind, Listing

ITEM = "/console/item?id="


def lockers(asked: Asked) -> Listing:
    """By compartment; whom an item is kept for stands on its own page."""
    with_titles = shelved.outerjoin(items, items.c.id == shelved.c.item).outerjoin(
        records, items.c.control_number == records.c.control_number
    )
    return Listing(
        "lockers",
        lambda columns: select(*columns).select_from(with_titles).where(shelved.c.compartment != NOWHERE),
        shelved.c.item,
        (
            Column("compartment", shelved.c.compartment, sorts=True),
            Column("item", shelved.c.item, link=ITEM),
            Column("title", TITLE),
            Column("station", shelved.c.station),
            Column("since", shelved.c.at, Kind.TIME, sorts=True),
        ),
        "compartment",
        (Filter("station", lambda value: shelved.c.station == value),),
    )

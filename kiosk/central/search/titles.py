"""What hits are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from kiosk.central.search.finding import Hit
from kiosk.central.store.tables import items, records


@dataclass(frozen=True, slots=True)
class Title:
    """A hit as it is shown."""

    key: str
    """Its control number, or the number of the copy."""
    title: str
    author: str


def titles_of(connection: Connection, hits: Sequence[Hit]) -> list[Title]:
    """In the order of the hits."""
    numbers = [hit.control_number for hit in hits if hit.control_number is not None]
    copies = [hit.item for hit in hits if hit.item is not None]
    of_records = select(records.c.control_number, records.c.title, records.c.author)
    found: dict[Hit, Title] = {}
    for row in connection.execute(of_records.where(records.c.control_number.in_(numbers))):
        found[Hit(row.control_number, None)] = Title(row.control_number, row.title, row.author)
    for copy in connection.execute(select(items.c.id, items.c.title).where(items.c.id.in_(copies))):
        found[Hit(None, copy.id)] = Title(copy.id, copy.title, "")
    return [found[hit] for hit in hits if hit in found]

"""Items and what their records say of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, func, select

from kiosk.central.store.tables import items, records
from kiosk.model.circulation import Item
from kiosk.model.ids import ItemId, PatronRef


@dataclass(frozen=True, slots=True)
class ItemOnFile:
    """A copy of the store with what a screen shows of it, and what the rules ask of it."""

    item: Item
    loan_class: str
    not_for_loan: bool
    held_for: PatronRef | None


TITLE = func.coalesce(func.nullif(items.c.title, ""), records.c.title, items.c.id).label("shown_title")
CALL_NUMBER = func.coalesce(func.nullif(items.c.call_number, ""), records.c.call_number, "").label("shown_call_number")


def shown_items() -> Select[tuple[object, ...]]:
    """Every item with the title, author, call number and ISBN that are shown."""
    return select(
        items,
        TITLE,
        CALL_NUMBER,
        func.coalesce(records.c.author, "").label("author"),
        func.coalesce(records.c.isbn, "").label("isbn"),
    ).select_from(items.outerjoin(records, items.c.control_number == records.c.control_number))


_ITEM = shown_items().where(items.c.id == bindparam("item"))
_ITEM_LOCKED = _ITEM.with_for_update(of=items)


def item_on_file(connection: Connection, item: ItemId, *, lock: bool = False) -> ItemOnFile | None:
    """One item, None where central has no such number; `lock` keeps other transactions from changing its story."""
    row = connection.execute(_ITEM_LOCKED if lock else _ITEM, {"item": item}).one_or_none()
    if row is None:
        return None
    return ItemOnFile(
        item=Item(ItemId(row.id), row.shown_title, row.author, row.shown_call_number),
        loan_class=row.loan_class,
        not_for_loan=row.not_for_loan,
        held_for=None if row.held_for is None else PatronRef(row.held_for),
    )

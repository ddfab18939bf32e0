"""Items and what their records say of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Select, bindparam, func, select

from kiosk.central.store.tables import holds, items, records
from kiosk.model.circulation import Item
from kiosk.model.ids import ItemId, PatronRef


class ItemState(StrEnum):
    """What has become of a copy; in circulation there is nothing to say."""

    IN_CIRCULATION = ""
    LOST = "lost"
    MISSING = "missing"
    DAMAGED = "damaged"
    WITHDRAWN = "withdrawn"


class HoldState(StrEnum):
    """Where a hold is on its way."""

    WAITING = "waiting"
    IN_TRANSIT = "in-transit"
    """Its copy is on the way to the branch where it is collected."""
    READY = "ready"
    """On the hold shelf."""
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Nobody came for it."""


@dataclass(frozen=True, slots=True)
class ItemOnFile:
    """A copy of the store with what a screen shows of it, and what the rules ask of it."""

    item: Item
    loan_class: str
    not_for_loan: bool
    held_for: PatronRef | None
    """It is set aside for this patron."""
    control_number: str | None = None
    branch: str = ""
    """Where it belongs; empty: nowhere else than here."""
    price_cents: int = 0
    age_mark: str = ""
    state: str = ""
    """See `ItemState`."""
    wanted: bool = False
    """Somebody waits for it or for its title."""


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


_WAITS = select(holds.c.id).where(holds.c.state == HoldState.WAITING.value)
_WANTED = (
    _WAITS.where(holds.c.item.is_(None), holds.c.control_number == items.c.control_number).exists()
    | _WAITS.where(holds.c.item == items.c.id).exists()
)
_ITEM = shown_items().add_columns(_WANTED.label("wanted")).where(items.c.id == bindparam("item"))
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
        control_number=row.control_number,
        branch=row.branch,
        price_cents=row.price_cents,
        age_mark=row.age_mark,
        state=row.state,
        wanted=bool(row.wanted),
    )

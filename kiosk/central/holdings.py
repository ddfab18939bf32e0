"""Items and what their records say of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, func, select

from kiosk.central.store.slate import Entry, Lookup, Slate, Source, slate_of
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


RUNNING = (HoldState.WAITING.value, HoldState.IN_TRANSIT.value, HoldState.READY.value)
SET_ASIDE = (HoldState.IN_TRANSIT.value, HoldState.READY.value)


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


ITEM = Lookup(items.c.id, locks=True)
SEEN_ITEM = Lookup(items.c.id)
"""Only looked at."""
RECORD = Lookup(
    records.c.control_number, only=(records.c.control_number, records.c.title, records.c.author, records.c.call_number)
)
HOLDS_ON_ITEM = Lookup(holds.c.item, holds.c.state.in_(RUNNING), locks=True)
HOLDS_ON_TITLE = Lookup(holds.c.control_number, holds.c.state.in_(RUNNING), locks=True)


def item_on_file(source: Source, item: ItemId, *, lock: bool = False) -> ItemOnFile | None:
    """One item, None where central has no such number; `lock` keeps other transactions from changing its story."""
    slate = slate_of(source, locks=lock)
    row = slate.one(ITEM, item)
    if row is None:
        return None
    record = None if row.control_number is None else slate.one(RECORD, row.control_number)
    return ItemOnFile(
        item=_shown(row, record),
        loan_class=row.loan_class,
        not_for_loan=row.not_for_loan,
        held_for=None if row.held_for is None else PatronRef(row.held_for),
        control_number=row.control_number,
        branch=row.branch,
        price_cents=row.price_cents,
        age_mark=row.age_mark,
        state=row.state,
        wanted=bool(waiting_here(slate, item, row.control_number)),
    )


def waiting_here(slate: Slate, item: str, control_number: str | None) -> list[Entry]:
    """Holds of those who wait for this copy, or for any copy of its title."""
    found = list(slate.find(HOLDS_ON_ITEM, item))
    if control_number is not None:
        found += [row for row in slate.find(HOLDS_ON_TITLE, control_number) if row.item is None]
    return [row for row in found if row.state == HoldState.WAITING.value]


def _shown(row: Entry, record: Entry | None) -> Item:
    """As `shown_items` has it."""
    if record is None:
        return Item(ItemId(row.id), row.title or row.id, "", row.call_number)
    return Item(ItemId(row.id), row.title or record.title, record.author, row.call_number or record.call_number)

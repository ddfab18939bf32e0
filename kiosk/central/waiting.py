"""Holds: who waits for what, which copy is set aside for whom, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from kiosk.central.holdings import ITEM, RUNNING, SET_ASIDE, HoldState, ItemOnFile, item_on_file, waiting_here
from kiosk.central.store.slate import Entry, Lookup, Slate, Source, changing, slate_of
from kiosk.central.store.tables import holds, items, loans
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.lending import Setting
from kiosk.rules.policy import ALL
from kiosk.rules.queue import Hold, first_served, others, waits_until
from kiosk.rules.subjects import Waiting


@dataclass(frozen=True, slots=True)
class Trapped:
    """A copy that came back and is kept for somebody."""

    hold: str
    patron: PatronRef
    pickup: str
    """Branch; empty: here."""
    state: HoldState


HOLD = Lookup(holds.c.id, locks=True)
HOLDS_OF = Lookup(holds.c.patron, holds.c.state.in_(RUNNING), locks=True)
KEPT_COPY = Lookup(holds.c.trapped, holds.c.state.in_(SET_ASIDE), locks=True)
_OTHERS_IN = (
    select(func.count())
    .select_from(items)
    .where(
        items.c.control_number == bindparam("control_number"),
        items.c.id != bindparam("item"),
        items.c.not_for_loan.is_(False),
        items.c.held_for.is_(None),
        items.c.state == "",
        ~select(loans.c.intent).where(loans.c.item == items.c.id, loans.c.ended_at.is_(None)).exists(),
    )
)


def place(slate: Slate, hold: Hold, control_number: str | None) -> bool:
    """Enter a hold, once; False where this id is known, or the patron waits for the same thing already."""
    same = any((row.item, row.control_number) == (hold.item, control_number) for row in of_patron(slate, hold.patron))
    if same or slate.one(HOLD, hold.id) is not None:
        return False
    slate.add(
        holds,
        {
            "id": hold.id,
            "patron": hold.patron,
            "control_number": control_number,
            "item": hold.item,
            "pickup": hold.pickup,
            "priority": hold.priority,
            "placed_at": hold.placed_at,
            "state": HoldState.WAITING.value,
        },
    )
    return True


def of_patron(source: Source, patron: PatronRef) -> list[Entry]:
    """Running holds, in the order in which they were placed."""
    running = [row for row in slate_of(source).find(HOLDS_OF, patron) if row.state in RUNNING]
    return sorted(running, key=lambda row: (row.placed_at, row.id))


def waiting_for(source: Source, item: ItemOnFile, patron: PatronRef) -> Waiting:
    """Who else waits for this copy or its title."""
    if not item.wanted:
        return Waiting()
    slate = slate_of(source)
    values = {"item": item.item.id, "control_number": item.control_number or ""}
    available = slate.connection.scalar(_OTHERS_IN, values) or 0
    return others(_queue(slate, item), item.item.id, patron, available)


def trap(slate: Slate, setting: Setting, item: ItemOnFile, at: datetime) -> Trapped | None:
    """A copy has come back: set it aside for whoever is first, if somebody waits."""
    if not item.wanted:
        return None
    hold = first_served(_queue(slate, item), item.item.id)
    if hold is None:
        return None
    elsewhere = bool(hold.pickup) and hold.pickup not in (setting.branch, ALL) and setting.branch != ALL
    state = HoldState.IN_TRANSIT if elsewhere else HoldState.READY
    _set_aside(slate, setting, hold, item, state, at)
    return Trapped(hold.id, hold.patron, hold.pickup, state)


def fulfil(slate: Slate, item: ItemOnFile, patron: PatronRef, at: datetime) -> None:
    """The patron has borrowed this copy: what they waited for has come."""
    for row in of_patron(slate, patron):
        if (
            row.trapped == item.item.id
            or row.item == item.item.id
            or (row.item is None and row.control_number is not None and row.control_number == item.control_number)
        ):
            _ended(slate, row, HoldState.FULFILLED, at)
            return


def cancel(slate: Slate, setting: Setting, hold: str, patron: PatronRef) -> bool:
    """End a running hold of this patron; its copy goes to the next. False where the patron has no such hold."""
    for row in of_patron(slate, patron):
        if row.id == hold:
            _pass_on(slate, setting, _ended(slate, row, HoldState.CANCELLED, setting.now))
            return True
    return False


def expire(source: Source, setting: Setting) -> list[ItemId]:
    """End holds that nobody came for; the copies, which are set aside for the next or go back to the shelf."""
    today = setting.policy.calendar.local(setting.now).date()
    over = select(holds.c.id).where(holds.c.state.in_(SET_ASIDE), holds.c.expires < today).order_by(holds.c.id)
    with changing(source) as slate:
        numbers = slate.connection.scalars(over).all()
        slate.fetch(HOLD, numbers)
        rows = [row for number in numbers if (row := slate.one(HOLD, number)) is not None]
        freed = [_ended(slate, row, HoldState.EXPIRED, setting.now) for row in rows if row.state in SET_ASIDE]
        for item in freed:
            _pass_on(slate, setting, item)
    return [item for item in freed if item is not None]


def arrived(slate: Slate, setting: Setting, item: ItemOnFile, at: datetime) -> Trapped | None:
    """A copy that was on its way has come to the branch where it is collected."""
    kept = slate.find(KEPT_COPY, item.item.id)
    row = next((row for row in kept if row.state == HoldState.IN_TRANSIT.value), None)
    if row is None:
        return None
    hold = _hold(row)
    here = hold.pickup == setting.branch
    state = HoldState.READY if here else HoldState.IN_TRANSIT
    if here:
        _set_aside(slate, setting, hold, item, state, at)
    return Trapped(hold.id, hold.patron, hold.pickup, state)


def next_for(slate: Slate, item: ItemOnFile) -> Hold | None:
    """Who would get this copy if it came back now."""
    return first_served(_queue(slate, item), item.item.id) if item.wanted else None


def _queue(slate: Slate, item: ItemOnFile) -> list[Hold]:
    """Everybody who waits for this copy or its title."""
    return [_hold(row) for row in waiting_here(slate, item.item.id, item.control_number)]


def _pass_on(slate: Slate, setting: Setting, copy: ItemId | None) -> None:
    """A copy that was set aside is free: whoever is next gets it."""
    on_file = None if copy is None else item_on_file(slate, copy)
    if on_file is not None:
        trap(slate, setting, on_file, setting.now)


def _set_aside(slate: Slate, setting: Setting, hold: Hold, item: ItemOnFile, state: HoldState, at: datetime) -> None:
    terms = setting.terms(loan_class=item.loan_class)
    until = waits_until(terms, setting.policy.calendar, at) if state is HoldState.READY else None
    row = slate.one(HOLD, hold.id)
    assert row is not None, "it has just been found"
    slate.change(holds, row, state=state.value, trapped=item.item.id, ready_at=at, expires=until)
    keep_for(slate, item.item.id, hold.patron)


def keep_for(slate: Slate, copy: ItemId, patron: PatronRef | None) -> None:
    """A copy is kept for this patron, or for nobody."""
    row = slate.one(ITEM, copy)
    if row is not None:
        slate.change(items, row, held_for=patron)


def _ended(slate: Slate, row: Entry, state: HoldState, at: datetime) -> ItemId | None:
    slate.change(holds, row, state=state.value, ended_at=at)
    if row.trapped is None:
        return None
    keep_for(slate, row.trapped, None)
    return ItemId(row.trapped)


def _hold(row: Entry) -> Hold:
    return Hold(row.id, PatronRef(row.patron), row.placed_at, row.priority, row.item, row.pickup)

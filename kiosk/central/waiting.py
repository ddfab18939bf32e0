"""Holds: who waits for what, which copy is set aside for whom, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from kiosk.central.holdings import HoldState, ItemOnFile, item_on_file
from kiosk.central.store.tables import holds, items, loans
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.lending import Setting
from kiosk.rules.policy import ALL
from kiosk.rules.queue import Hold, first_served, others, waits_until
from kiosk.rules.subjects import Waiting

RUNNING = (HoldState.WAITING.value, HoldState.IN_TRANSIT.value, HoldState.READY.value)
SET_ASIDE = (HoldState.IN_TRANSIT.value, HoldState.READY.value)


@dataclass(frozen=True, slots=True)
class Trapped:
    """A copy that came back and is kept for somebody."""

    hold: str
    patron: PatronRef
    pickup: str
    """Branch; empty: here."""
    state: HoldState


_OF_PATRON = select(holds).where(holds.c.patron == bindparam("patron"), holds.c.state.in_(RUNNING))
_FOR_ITEM = (
    select(holds)
    .where(
        holds.c.state == HoldState.WAITING.value,
        or_(
            holds.c.item == bindparam("item"),
            and_(holds.c.item.is_(None), holds.c.control_number == bindparam("control_number")),
        ),
    )
    .with_for_update()
)
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
_ON_ITS_WAY = select(holds).where(holds.c.trapped == bindparam("copy"), holds.c.state == HoldState.IN_TRANSIT.value)
_SET_ASIDE = (
    update(holds)
    .where(holds.c.id == bindparam("of"))
    .values(
        state=bindparam("becomes"),
        trapped=bindparam("copy"),
        ready_at=bindparam("at"),
        expires=bindparam("until"),
    )
)
_KEEP_FOR = update(items).where(items.c.id == bindparam("copy")).values(held_for=bindparam("who"))
_END = update(holds).where(holds.c.id == bindparam("of")).values(state=bindparam("becomes"), ended_at=bindparam("at"))


def place(connection: Connection, hold: Hold, control_number: str | None) -> bool:
    """Enter a hold, once; False where this id is known, or the patron waits for the same thing already."""
    known = connection.execute(select(holds.c.id).where(holds.c.id == hold.id)).first()
    same = any(
        (row.item, row.control_number) == (hold.item, control_number) for row in of_patron(connection, hold.patron)
    )
    if known is not None or same:
        return False
    connection.execute(
        insert(holds).values(
            id=hold.id,
            patron=hold.patron,
            control_number=control_number,
            item=hold.item,
            pickup=hold.pickup,
            priority=hold.priority,
            placed_at=hold.placed_at,
            state=HoldState.WAITING.value,
        )
    )
    return True


def of_patron(connection: Connection, patron: PatronRef) -> list[Row[tuple[object, ...]]]:
    """Running holds, in the order in which they were placed."""
    rows = connection.execute(_OF_PATRON, {"patron": patron}).all()
    return sorted(rows, key=lambda row: (row.placed_at, row.id))


def waiting_for(connection: Connection, item: ItemOnFile, patron: PatronRef) -> Waiting:
    """Who else waits for this copy or its title."""
    if not item.wanted:
        return Waiting()
    values = {"item": item.item.id, "control_number": item.control_number or ""}
    available = connection.scalar(_OTHERS_IN, values) or 0
    return others(_queue(connection, item), item.item.id, patron, available)


def trap(connection: Connection, setting: Setting, item: ItemOnFile, at: datetime) -> Trapped | None:
    """A copy has come back: set it aside for whoever is first, if somebody waits."""
    if not item.wanted:
        return None
    hold = first_served(_queue(connection, item), item.item.id)
    if hold is None:
        return None
    elsewhere = bool(hold.pickup) and hold.pickup not in (setting.branch, ALL) and setting.branch != ALL
    state = HoldState.IN_TRANSIT if elsewhere else HoldState.READY
    _set_aside(connection, setting, hold, item, state, at)
    return Trapped(hold.id, hold.patron, hold.pickup, state)


def fulfil(connection: Connection, item: ItemOnFile, patron: PatronRef, at: datetime) -> None:
    """The patron has borrowed this copy: what they waited for has come."""
    for row in of_patron(connection, patron):
        if (
            row.trapped == item.item.id
            or row.item == item.item.id
            or (row.item is None and row.control_number is not None and row.control_number == item.control_number)
        ):
            _ended(connection, row, HoldState.FULFILLED, at)
            return


def cancel(connection: Connection, setting: Setting, hold: str, patron: PatronRef) -> bool:
    """End a running hold of this patron; its copy goes to the next. False where the patron has no such hold."""
    for row in of_patron(connection, patron):
        if row.id == hold:
            _pass_on(connection, setting, _ended(connection, row, HoldState.CANCELLED, setting.now))
            return True
    return False


def expire(connection: Connection, setting: Setting) -> list[ItemId]:
    """End holds that nobody came for; the copies, which are set aside for the next or go back to the shelf."""
    today = setting.policy.calendar.local(setting.now).date()
    over = select(holds).where(holds.c.state.in_(SET_ASIDE), holds.c.expires < today).with_for_update()
    freed = [_ended(connection, row, HoldState.EXPIRED, setting.now) for row in connection.execute(over).all()]
    for item in freed:
        _pass_on(connection, setting, item)
    return [item for item in freed if item is not None]


def arrived(connection: Connection, setting: Setting, item: ItemOnFile, at: datetime) -> Trapped | None:
    """A copy that was on its way has come to the branch where it is collected."""
    row = connection.execute(_ON_ITS_WAY, {"copy": item.item.id}).first()
    if row is None:
        return None
    hold = _hold(row)
    here = hold.pickup == setting.branch
    state = HoldState.READY if here else HoldState.IN_TRANSIT
    if here:
        _set_aside(connection, setting, hold, item, state, at)
    return Trapped(hold.id, hold.patron, hold.pickup, state)


def _queue(connection: Connection, item: ItemOnFile) -> list[Hold]:
    """Everybody who waits for this copy or its title."""
    rows = connection.execute(_FOR_ITEM, {"item": item.item.id, "control_number": item.control_number or ""})
    return [_hold(row) for row in rows]


def _pass_on(connection: Connection, setting: Setting, copy: ItemId | None) -> None:
    """A copy that was set aside is free: whoever is next gets it."""
    on_file = None if copy is None else item_on_file(connection, copy, lock=True)
    if on_file is not None:
        trap(connection, setting, on_file, setting.now)


def _set_aside(
    connection: Connection, setting: Setting, hold: Hold, item: ItemOnFile, state: HoldState, at: datetime
) -> None:
    terms = setting.terms(loan_class=item.loan_class)
    until = waits_until(terms, setting.policy.calendar, at) if state is HoldState.READY else None
    values = {"of": hold.id, "becomes": state.value, "copy": item.item.id, "at": at, "until": until}
    connection.execute(_SET_ASIDE, values)
    connection.execute(_KEEP_FOR, {"copy": item.item.id, "who": hold.patron})


def _ended(connection: Connection, row: Row[tuple[object, ...]], state: HoldState, at: datetime) -> ItemId | None:
    connection.execute(_END, {"of": row.id, "becomes": state.value, "at": at})
    if row.trapped is None:
        return None
    connection.execute(_KEEP_FOR, {"copy": row.trapped, "who": None})
    return ItemId(row.trapped)


def _hold(row: Row[tuple[object, ...]]) -> Hold:
    return Hold(row.id, PatronRef(row.patron), row.placed_at, row.priority, row.item, row.pickup)

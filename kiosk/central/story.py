"""The story of one item: its loans and returns along time, each loan ending at the first thing that ends it.

Facts of one station come in order; those of different stations come in any. So nothing here depends on the order of
arrival: a loan ends at the earliest of its own undoing, the next return of the item, and the next loan of the item.
Each function keeps exactly that true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from kiosk.central.lent.log import note_changed
from kiosk.central.store.tables import loans, returns
from kiosk.model.facts import LoanMade
from kiosk.model.ids import Epoch, IntentId, ItemId, PatronRef
from kiosk.rules.lending import Setting


class EndWhy(StrEnum):
    """How a loan ended."""

    RETURNED = "returned"
    UNDONE = "undone"
    IMPLIED_RETURN = "implied-return"
    """The item was lent again: it must have been back."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in an item's story. Stations break ties, so that the order is the same everywhere."""

    at: datetime
    station: str
    seq: int


@dataclass(frozen=True, slots=True)
class Fresh:
    """Where a new fact stands, and the rules that it is held against."""

    place: Place
    epoch: Epoch
    setting: Setting
    """Where and when it happened, and the rules that it is held against."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A loan that a fact has ended."""

    intent: IntentId
    patron: PatronRef
    due: datetime
    lost_at: datetime | None
    """When it counted as lost."""


@dataclass(frozen=True, slots=True)
class Told:
    """What adding a loan meant for the item's story."""

    ended: Ended | None
    """The loan that this one ended."""
    overtaken: bool
    """Another station had already told of something later."""


_LOAN = select(loans).where(loans.c.intent == bindparam("intent"))
_FROM_THEN_ON = select(loans).where(
    loans.c.item == bindparam("item"),
    loans.c.ended_at.is_(None) | (loans.c.ended_at >= bindparam("at")) | (loans.c.made_at >= bindparam("at")),
)
_BACK_AFTER = select(returns).where(returns.c.item == bindparam("item"), returns.c.at >= bindparam("at"))
_END = (
    update(loans)
    .where(loans.c.intent == bindparam("of"))
    .values(
        ended_at=bindparam("at"),
        end_station=bindparam("ending_station"),
        end_seq=bindparam("ending_seq"),
        end_why=bindparam("why"),
    )
)
_ADD_LOAN, _ADD_RETURN = insert(loans), insert(returns)


def add_loan(connection: Connection, fact: LoanMade, patron: PatronRef, place: Place) -> Told:
    """Put a new loan into the story. `fact.intent` must not be there yet."""
    from_then_on = _from_then_on(connection, fact.item, place)
    after = _next_after(connection, fact.item, place, from_then_on)
    before = _running_at(from_then_on, place)
    if before is not None:
        _end(connection, before.intent, place, EndWhy.IMPLIED_RETURN)
    connection.execute(
        _ADD_LOAN,
        {
            "intent": fact.intent,
            "patron": patron,
            "item": fact.item,
            "station": place.station,
            "seq": place.seq,
            "made_at": place.at,
            "due": fact.due,
            "opened": False,
            "provisional": fact.provisional,
        },
    )
    if after is not None:
        _end(connection, fact.intent, *after)
    note_changed(connection, fact.item)
    return Told(None if before is None else _ended(before), after is not None and after[0].station != place.station)


def add_return(connection: Connection, item: ItemId, place: Place, epoch: Epoch) -> Ended | None:
    """Put a return into the story; the loan that it ends, if one was running then."""
    row = {"station": place.station, "epoch": epoch, "seq": place.seq, "item": item, "at": place.at}
    connection.execute(_ADD_RETURN, row)
    running = _running_at(_from_then_on(connection, item, place), place)
    if running is None:
        return None
    _end(connection, running.intent, place, EndWhy.RETURNED)
    note_changed(connection, item)
    return _ended(running)


def undo(connection: Connection, intent: IntentId, place: Place) -> bool:
    """Take a loan back: the item never left. False where there is no such loan."""
    row = loan_of(connection, intent)
    if row is None:
        return False
    ended = _end_of(row)
    if ended is None or ended > place:
        _end(connection, intent, place, EndWhy.UNDONE)
        note_changed(connection, ItemId(row.item))
    return True


def loan_of(connection: Connection, intent: IntentId) -> Row[tuple[object, ...]] | None:
    """The row of the loan under this intent."""
    return connection.execute(_LOAN, {"intent": intent}).one_or_none()


def _from_then_on(connection: Connection, item: ItemId, place: Place) -> Sequence[Row[tuple[object, ...]]]:
    """The item's loans that had not ended before `place`, or were made after it."""
    return connection.execute(_FROM_THEN_ON, {"item": item, "at": place.at}).all()


def _running_at(from_then_on: Sequence[Row[tuple[object, ...]]], place: Place) -> Row[tuple[object, ...]] | None:
    """The loan that runs at `place`: begun before it and not ended before it."""
    running = [row for row in from_then_on if _start_of(row) < place and _still_runs(_end_of(row), place)]
    return max(running, key=_start_of, default=None)


def _next_after(
    connection: Connection, item: ItemId, place: Place, from_then_on: Sequence[Row[tuple[object, ...]]]
) -> tuple[Place, EndWhy] | None:
    """The first loan or return of the item after `place`."""
    back = connection.execute(_BACK_AFTER, {"item": item, "at": place.at})
    found = [
        *((_start_of(row), EndWhy.IMPLIED_RETURN) for row in from_then_on),
        *((Place(row.at, row.station, row.seq), EndWhy.RETURNED) for row in back),
    ]
    return min((one for one in found if one[0] > place), default=None)


def _still_runs(end: Place | None, place: Place) -> bool:
    return end is None or end > place


def _start_of(row: Row[tuple[object, ...]]) -> Place:
    return Place(row.made_at, row.station, row.seq)


def _end_of(row: Row[tuple[object, ...]]) -> Place | None:
    return None if row.ended_at is None else Place(row.ended_at, row.end_station, row.end_seq)


def _ended(row: Row[tuple[object, ...]]) -> Ended:
    return Ended(IntentId(row.intent), PatronRef(row.patron), row.due, row.lost_at)


def _end(connection: Connection, intent: str, place: Place, why: EndWhy) -> None:
    end = {"of": intent, "at": place.at, "ending_station": place.station, "ending_seq": place.seq, "why": why.value}
    connection.execute(_END, end)

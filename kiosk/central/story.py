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
from typing import NamedTuple

from kiosk.central.lent.log import note_changed
from kiosk.central.store.slate import SINCE, Entry, Lookup, Slate, Source, slate_of
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


class Place(NamedTuple):
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
    made_at: datetime
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


LOAN = Lookup(loans.c.intent)
LOANS_OF_ITEM = Lookup(
    loans.c.item, loans.c.ended_at.is_(None) | (loans.c.ended_at >= SINCE) | (loans.c.made_at >= SINCE)
)
RETURNS_OF_ITEM = Lookup(returns.c.item, returns.c.at >= SINCE)


def add_loan(slate: Slate, fact: LoanMade, patron: PatronRef, place: Place) -> Told:
    """Put a new loan into the story. `fact.intent` must not be there yet."""
    others = slate.find(LOANS_OF_ITEM, fact.item)
    after = _next_after(slate, fact.item, place, others)
    before = _running_at(others, place)
    if before is not None:
        _end(slate, before, place, EndWhy.IMPLIED_RETURN)
    made = slate.add(
        loans,
        {
            "intent": fact.intent,
            "patron": patron,
            "item": fact.item,
            "station": place.station,
            "seq": place.seq,
            "made_at": place.at,
            "due": fact.due,
            "provisional": fact.provisional,
        },
    )
    if after is not None:
        _end(slate, made, *after)
    note_changed(slate, fact.item)
    return Told(None if before is None else _ended(before), after is not None and after[0].station != place.station)


def add_return(slate: Slate, item: ItemId, place: Place, epoch: Epoch) -> Ended | None:
    """Put a return into the story; the loan that it ends, if one was running then."""
    row = {"station": place.station, "epoch": epoch, "seq": place.seq, "item": item, "at": place.at}
    slate.add(returns, row)
    running = _running_at(slate.find(LOANS_OF_ITEM, item), place)
    if running is None:
        return None
    _end(slate, running, place, EndWhy.RETURNED)
    note_changed(slate, item)
    return _ended(running)


def undo(slate: Slate, intent: IntentId, place: Place) -> bool:
    """Take a loan back: the item never left. False where there is no such loan."""
    row = loan_of(slate, intent)
    if row is None:
        return False
    ended = _end_of(row)
    if ended is None or ended > place:
        _end(slate, row, place, EndWhy.UNDONE)
        note_changed(slate, ItemId(row.item))
    return True


def loan_of(source: Source, intent: IntentId) -> Entry | None:
    """The loan under this intent."""
    return slate_of(source).one(LOAN, intent)


def _running_at(others: Sequence[Entry], place: Place) -> Entry | None:
    """The loan that runs at `place`: begun before it and not ended before it."""
    running = [row for row in others if _start_of(row) < place and _still_runs(_end_of(row), place)]
    return max(running, key=_start_of, default=None)


def _next_after(slate: Slate, item: ItemId, place: Place, others: Sequence[Entry]) -> tuple[Place, EndWhy] | None:
    """The first loan or return of the item after `place`."""
    found = [
        *((_start_of(row), EndWhy.IMPLIED_RETURN) for row in others),
        *((_place_of(row), EndWhy.RETURNED) for row in slate.find(RETURNS_OF_ITEM, item)),
    ]
    return min((one for one in found if one[0] > place), default=None)


def _still_runs(end: Place | None, place: Place) -> bool:
    return end is None or end > place


def _place_of(row: Entry) -> Place:
    return Place(row.at, row.station, row.seq)


def _start_of(row: Entry) -> Place:
    return Place(row.made_at, row.station, row.seq)


def _end_of(row: Entry) -> Place | None:
    return None if row.ended_at is None else Place(row.ended_at, row.end_station, row.end_seq)


def _ended(row: Entry) -> Ended:
    return Ended(IntentId(row.intent), PatronRef(row.patron), row.made_at, row.due, row.lost_at)


def _end(slate: Slate, row: Entry, place: Place, why: EndWhy) -> None:
    slate.change(loans, row, ended_at=place.at, end_station=place.station, end_seq=place.seq, end_why=why.value)

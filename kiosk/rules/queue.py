"""Who gets a copy that has come back: the queue of holds, and how long it waits on the shelf."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.model.ids import PatronRef
from kiosk.rules.calendar import ONE_DAY, Calendar
from kiosk.rules.subjects import Waiting
from kiosk.rules.terms import Terms

PICKUP_DAYS = 7


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody waits for any copy of a title, or for the copy `item`."""

    id: str
    patron: PatronRef
    placed_at: datetime
    priority: int = 0
    """A higher one is served first."""
    item: str | None = None
    pickup: str = ""
    """Branch where it is collected; empty: any."""


def first_served(holds: Iterable[Hold], item: str) -> Hold | None:
    """Whose hold this copy fills: by priority, then by time. A hold on another copy is none for this one."""
    fitting = (hold for hold in holds if hold.item in (None, item))
    return min(fitting, key=lambda hold: (-hold.priority, hold.placed_at, hold.id), default=None)


def waits_until(terms: Terms, calendar: Calendar, ready_at: datetime) -> date:
    """The last day on which a copy that is ready waits on the shelf: so many open days after its coming."""
    day = calendar.local(ready_at).date()
    for _ in range(terms.pickup_days or PICKUP_DAYS):
        day = calendar.next_open(day + ONE_DAY)
    return day


def others(holds: Iterable[Hold], item: str, patron: PatronRef, other_available: int) -> Waiting:
    """Who waits beside `patron`, as renewals and loans are judged by."""
    rest = [hold for hold in holds if hold.patron != patron]
    this_item = sum(1 for hold in rest if hold.item == item)
    title = sum(1 for hold in rest if hold.item is None)
    return Waiting(title, this_item, other_available)

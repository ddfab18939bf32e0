"""How many of the tags that were carried through its gates a library's gates have told, from what came back.

An item that was lent over night and comes back with a tag that says in stock has gone through a gate that should have
told it, whatever the gate's maker: gates that tell nothing but closed tags tell this one. An item that nobody had lent,
and that comes back all the same, may have been on its shelf until then: those are shown apart, and no rate is made of
them (docs/adr/0167).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from kiosk.central.store.gate_tables import closed_returns, gate_seen
from kiosk.central.store.slate import Slate
from kiosk.central.story import Place
from kiosk.model.ids import ItemId

LOOK_BACK = timedelta(days=60)
"""So long before its return an item that nobody had lent may have rung."""
FEW = 20
"""A rate of fewer is no figure to act on."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What came back in a time."""

    out: int
    """Items that were away for certain, with a tag that says in stock."""
    seen: int
    """Of these, how many a gate had told."""
    unlent: int
    """Items that nobody had lent."""
    rang: int
    """Of these, for how many a gate had rung."""

    @property
    def percent(self) -> int | None:
        """Of what was carried through; None where nothing is known."""
        return round(100 * self.seen / self.out) if self.out else None

    @property
    def is_sure(self) -> bool:
        return self.out >= FEW


def note_closed_return(slate: Slate, place: Place, item: ItemId, lent_at: datetime | None) -> None:
    """An item has come back, and its tag said in stock before anybody wrote it."""
    row = {"station": place.station, "item": item, "at": place.at, "lent_at": lent_at}
    slate.add(closed_returns, row)


def detection(connection: Connection, begins: datetime, ends: datetime, zone: str) -> Detection:
    """Of what came back from `begins` until before `ends` (aware). `zone`: whose nights count."""
    local = ZoneInfo(zone)
    out = seen = unlent = rang = 0
    within = closed_returns.c.at >= begins, closed_returns.c.at < ends
    for row in connection.execute(select(closed_returns).where(*within)):
        since = row.lent_at or row.at - LOOK_BACK
        told = select(func.count()).where(gate_seen.c.item == row.item, gate_seen.c.at >= since)
        was_told = bool(connection.scalar(told.where(gate_seen.c.at <= row.at)))
        if row.lent_at is None:
            unlent, rang = unlent + 1, rang + was_told
        elif row.lent_at.astimezone(local).date() != row.at.astimezone(local).date():
            out, seen = out + 1, seen + was_told
    return Detection(out, seen, unlent, rang)

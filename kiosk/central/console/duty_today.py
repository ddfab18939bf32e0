"""Everybody's own work: what waits for a step that they may take; and the map of the library's duties."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from kiosk.central import duties
from kiosk.central.console.asked import Answer, Asked, Page, Shown
from kiosk.central.console.frame import MENU, address
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.duty_book import BOOK
from kiosk.web.roles import Permission

MOST_WORK = 20


def my_work(asked: Asked) -> list[tuple[str, str, str, str, bool]]:
    """Kind of paper, number, what it is about, its address, and whether its day is over; the oldest first."""
    today = asked.local_now.date()
    found = duties.waiting(asked.connection, frozenset(asked.may), today, MOST_WORK)
    told = []
    for duty, row in found:
        day = getattr(row, duty.due) if duty.due else None
        late = isinstance(day, date) and day < today
        to = address(f"/console/{duty.kind.name}", number=row.number)
        told.append((duty.kind.name, str(row.number), str(getattr(row, duty.fields[0].name)), to, late))
    return told


def duty_map(asked: Asked) -> Answer:
    """Every duty with its page, by area; of those that somebody may see also how many papers are not at their end."""
    areas = []
    for area, of_it in BOOK.items():
        rows = []
        for duty in of_it:
            sees = Permission(duty.read) in asked.may
            table = TABLES[duty.kind.name]
            going = [state.value for state in duty.going()]
            query = select(func.count()).select_from(table).where(table.c.state.in_(going))
            rows.append((duty, sees, asked.connection.scalar(query) if sees else 0))
        areas.append((area.value, rows))
    others = [
        (name, to, needs is None or needs in asked.may) for name, to, needs in MENU if name not in ("today", "duties")
    ]
    return Shown("duties.html", {"areas": areas, "others": others})


PAGES = (Page("/duties", None, duty_map),)

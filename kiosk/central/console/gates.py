"""The gates: how each stands, how many tags they tell, and why one rang."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kiosk.central.console.asked import Answer, Asked, Nothing, Page, Shown
from kiosk.central.detecting import detection
from kiosk.central.gate_state import gates_stand
from kiosk.central.holdings import CALL_NUMBER, TITLE
from kiosk.central.store.gate_tables import gate_alarms, gate_seen
from kiosk.central.store.tables import items, records
from kiosk.web.roles import Permission

SHOWN = timedelta(days=30)
MOST_LINES = 500


def gates(asked: Asked) -> Answer:
    """How they stand, over the last thirty days."""
    begins = asked.now - SHOWN
    values = {
        "gates": gates_stand(asked.connection, begins, asked.now),
        "detection": detection(asked.connection, begins, asked.now, asked.console.time_zone),
        "days": SHOWN.days,
    }
    return Shown("gates.html", values)


def alarm(asked: Asked) -> Answer:
    """Why it rang, what rang, and what was done: the answer of a month later."""
    found = asked.connection.execute(
        select(gate_alarms).where(gate_alarms.c.id == asked.query.get("id", ""))
    ).one_or_none()
    if found is None:
        raise Nothing("problem.alarm")
    with_titles = gate_seen.outerjoin(items, items.c.id == gate_seen.c.item).outerjoin(
        records, items.c.control_number == records.c.control_number
    )
    lines = (
        select(gate_seen, TITLE.label("title"), CALL_NUMBER.label("call_number"))
        .select_from(with_titles)
        .where(gate_seen.c.alarm == found.id)
        .order_by(gate_seen.c.id)
        .limit(MOST_LINES)
    )
    told = asked.connection.execute(lines).all()
    return Shown(
        "alarm.html",
        {
            "found": found,
            "rang": [line for line in told if line.uid or line.item],
            "done": [line for line in told if not (line.uid or line.item)],
        },
    )


PAGES = (
    Page("/gates", Permission.GATE_READ, gates),
    Page("/alarm", Permission.GATE_READ, alarm),
)

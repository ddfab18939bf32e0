"""What the live page shows, as one JSON value. It may hang where patrons see it: no name, and little of a number."""

from __future__ import annotations

import json
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from kiosk.central.holdings import shown_items
from kiosk.central.pages.answers import instant
from kiosk.central.pages.reading import Told, stations_told
from kiosk.central.pages.words import sentence
from kiosk.central.store.tables import exceptions, facts, items, loans, visits
from kiosk.model.facts import ItemReturned, LoanMade, LoanUndone
from kiosk.wire.fields import Json

MOST_EVENTS = 40
MOST_EXCEPTIONS = 30
SHOWN_OF_PATRON = 2
"""Last characters of a patron's number: enough to tell two visitors apart, too little to know who it is."""
KINDS = {LoanMade.type: "lent", ItemReturned.type: "returned", LoanUndone.type: "taken-back"}


def sight(connection: Connection, time_zone: str, now: datetime) -> Told:
    """Figures, the latest events, stations and open exceptions at `now` (aware)."""
    return {
        "now": instant(now),
        "time_zone": time_zone,
        "figures": _figures(connection, time_zone, now),
        "events": _events(connection),
        "stations": stations_told(connection, now),
        "exceptions": _exceptions(connection),
        "visits": _visits(connection, time_zone, now),
    }


def masked(patron: str) -> str:
    """A patron's number as it may be seen over a shoulder; nothing at all of a short one."""
    return "**" + patron[-SHOWN_OF_PATRON:] if len(patron) > SHOWN_OF_PATRON else "**"


def _figures(connection: Connection, time_zone: str, now: datetime) -> Told:
    midnight = datetime.combine(now.astimezone(ZoneInfo(time_zone)).date(), time(), ZoneInfo(time_zone))
    running = loans.c.ended_at.is_(None)
    today = {
        kind: connection.scalar(
            select(func.count()).select_from(facts).where(facts.c.type == of_type, facts.c.at >= midnight)
        )
        for of_type, kind in KINDS.items()
    }
    return {
        "on_loan": connection.scalar(select(func.count()).select_from(loans).where(running)),
        "overdue": connection.scalar(select(func.count()).select_from(loans).where(running, loans.c.due < now)),
        "lent_today": today["lent"],
        "returned_today": today["returned"],
        "exceptions": connection.scalar(select(func.count()).select_from(exceptions).where(exceptions.c.open)),
    }


def _visits(connection: Connection, time_zone: str, now: datetime) -> Told | None:
    """People who came in today, by hour, in opening hours; None where no gate counts."""
    if connection.execute(select(visits.c.id).limit(1)).first() is None:
        return None
    zone = ZoneInfo(time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    today = select(visits.c.begins, visits.c.entered).where(visits.c.begins >= midnight, visits.c.closed.is_(False))
    hours = [0] * 24
    for row in connection.execute(today):
        hours[row.begins.astimezone(zone).hour] += row.entered
    return {"today": sum(hours), "hours": [*hours]}


def _events(connection: Connection) -> list[Json]:
    """The latest loans and returns that stations told, the newest first."""
    query = (
        select(facts.c.id, facts.c.station, facts.c.type, facts.c.at, facts.c.item, facts.c.data)
        .where(facts.c.type.in_(KINDS))
        .order_by(facts.c.id.desc())
        .limit(MOST_EVENTS)
    )
    rows = connection.execute(query).all()
    titles = _titles(connection, {row.item for row in rows if row.item})
    bodies = {row.id: json.loads(row.data) for row in rows}
    intents = {_text(body, "intent") for body in bodies.values()}
    opened = set(connection.scalars(select(loans.c.intent).where(loans.c.intent.in_(intents), loans.c.opened)))
    events: list[Json] = []
    for row in rows:
        body = bodies[row.id]
        kind = KINDS[row.type]
        events.append(
            {
                "id": row.id,
                "at": instant(row.at),
                "station": row.station,
                "kind": kind,
                "item": row.item,
                "title": titles.get(row.item or "", row.item),
                "patron": masked(_text(body, "patron")) if kind == "lent" else None,
                "due": _text(body, "due") if kind == "lent" else None,
                "tag_opened": _text(body, "intent") in opened,
            }
        )
    return events


def _exceptions(connection: Connection) -> list[Json]:
    """Open ones, the newest first; no details, as they may name patrons."""
    query = select(exceptions).where(exceptions.c.open).order_by(exceptions.c.id.desc()).limit(MOST_EXCEPTIONS)
    rows = connection.execute(query).all()
    titles = _titles(connection, {row.item for row in rows if row.item})
    return [
        {
            "id": row.id,
            "at": instant(row.at),
            "station": row.station,
            "why": row.why,
            "says": sentence(row.why),
            "item": row.item,
            "title": titles.get(row.item or ""),
        }
        for row in rows
    ]


def _titles(connection: Connection, numbers: set[str]) -> dict[str, str]:
    query = shown_items().where(items.c.id.in_(numbers))
    return {row.id: row.shown_title for row in connection.execute(query)}


def _text(body: dict[str, object], name: str) -> str:
    """A text of a fact's body, empty where a station told something else there."""
    value = body.get(name)
    return value if isinstance(value, str) else ""

"""Alarms: those that run, those that are over, and what people do with them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from kiosk.fleet.alarms import State
from kiosk.fleet.conditions import Kind
from kiosk.fleet.fleet import Fleet
from kiosk.fleet.pages.book import Asked, Moved, Refused, Shown
from kiosk.fleet.store.keeping import Key, keep_alarm
from kiosk.fleet.store.tables import alarms
from kiosk.web.trail import record
from kiosk.wire import Station

MOST_OVER = 100
SHELVES = {"1h": timedelta(hours=1), "8h": timedelta(hours=8), "1d": timedelta(days=1), "7d": timedelta(days=7)}
ORDER = (State.ACTIVE, State.ACKNOWLEDGED, State.SHELVED, State.PENDING)


def listed(asked: Asked) -> Shown:
    running = [one for one in list(asked.parts.fleet.alarms.values()) if one.alarm.raised_at is not None]
    running.sort(key=lambda one: (ORDER.index(one.alarm.state), -one.alarm.level, one.alarm.since))
    over = select(alarms).where(alarms.c.cleared_at.is_not(None)).order_by(alarms.c.cleared_at.desc()).limit(MOST_OVER)
    with asked.parts.engine.connect() as connection:
        past = connection.execute(over).all()
    return Shown("alarms.html", {"running": running, "past": past, "shelves": list(SHELVES)})


def acknowledge(asked: Asked) -> Moved:
    key, who = _key(asked), asked.session.staff.name

    def does(fleet: Fleet, connection: Connection) -> bool:
        return fleet.acknowledge(key, who, asked.now) and _kept(fleet, connection, key, asked, "acknowledge", "")

    return _answer(asked, asked.parts.watch.order(does))


def shelve(asked: Asked) -> Moved:
    key, who, span = _key(asked), asked.session.staff.name, SHELVES.get(asked.fields.get("span", ""))
    if span is None:
        raise Refused("problem.span")
    until = asked.now + span

    def does(fleet: Fleet, connection: Connection) -> bool:
        reason = asked.fields.get("reason", "")[:200]
        return fleet.shelve(key, who, until, asked.now) and _kept(fleet, connection, key, asked, "shelve", reason)

    return _answer(asked, asked.parts.watch.order(does))


def _key(asked: Asked) -> Key:
    """Which alarm a form is about. Raises `Refused`."""
    fields = asked.fields
    try:
        station = Station(fields.get("site", ""), fields.get("station", ""))
        return Key(station, Kind(fields.get("kind", "")), fields.get("subject", ""))
    except ValueError:
        raise Refused("problem.alarm", 404) from None


def _kept(fleet: Fleet, connection: Connection, key: Key, asked: Asked, action: str, reason: str) -> bool:
    """The alarm and the deed, in one transaction."""
    running = fleet.alarms[key]
    number = keep_alarm(connection, running.number, key, running.alarm)
    fleet.numbered(key, number)
    subject = f"alarm:{key.station.site}/{key.station.station}/{key.kind.value}/{key.subject}"
    record(connection, asked.session.staff.name, f"fleet.{action}", subject, asked.now, reason=reason)
    return True


def _answer(asked: Asked, done: bool) -> Moved:
    if not done:
        raise Refused("problem.alarm", 409)
    back = asked.fields.get("back", "")
    return Moved(back if back.startswith("/station/") else "/alarms")

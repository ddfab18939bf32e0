"""One station: how it is, its devices, what happened, its figures."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from kiosk.fleet.fleet import Fleet
from kiosk.fleet.fleet import Shown as OneShown
from kiosk.fleet.pages import order_pages
from kiosk.fleet.pages.book import Asked, Moved, Refused, Shown
from kiosk.fleet.store.keeping import FINE_S, forget_station
from kiosk.fleet.store.tables import events, series
from kiosk.web.plot import columns
from kiosk.web.trail import record
from kiosk.wire import Station

MOST_EVENTS = 40
DAY_POINTS = 48


def station(asked: Asked) -> Shown:
    shown = _found(asked)
    of = shown.known.station
    alarms = [one for one in list(asked.parts.fleet.alarms.values()) if one.key.station == of and one.alarm.raised_at]
    mine = (events.c.site == of.site, events.c.station == of.station)
    with asked.parts.engine.connect() as connection:
        last = connection.execute(select(events).where(*mine).order_by(events.c.id.desc()).limit(MOST_EVENTS)).all()
        plots = [(name, plot) for name in ("outbox", "temperature_c") if (plot := _plot(connection, asked, of, name))]
        lines = order_pages.of_station(connection, asked, of)
    details = {one.device: one for one in (shown.known.health.details if shown.known.health else ())}
    values = {"one": shown, "station": of, "alarms": alarms, "events": last, "plots": plots}
    values |= {"details": details, "lines": lines, "orderable": _orderable(asked, of)}
    values |= {"seen": asked.parts.pictures.of(of, asked.now)}
    return Shown("station.html", values)


def picture(asked: Asked) -> Shown:
    """What its screen shows, while pictures come."""
    of = _found(asked).known.station
    return Shown("picture.html", {"station": of, "seen": asked.parts.pictures.of(of, asked.now)})


def forget(asked: Asked) -> Moved:
    """A station that was taken away for good is no longer missed."""
    of = _found(asked).known.station

    def does(fleet: Fleet, connection: Connection) -> bool:
        fleet.forget(of)
        forget_station(connection, of)
        record(connection, asked.session.staff.name, "fleet.forget", f"station:{of.site}/{of.station}", asked.now)
        return True

    asked.parts.watch.order(does)
    return Moved("/")


def _found(asked: Asked) -> OneShown:
    try:
        of = Station(asked.path["site"], asked.path["station"])
    except ValueError:
        raise Refused("problem.nothing", 404) from None
    shown = asked.parts.fleet.shown.get(of)
    if shown is None:
        raise Refused("problem.nothing", 404)
    return shown


def _orderable(asked: Asked, of: Station) -> bool:
    """Whether orders are sent to it at all: with keys, to the stations of one site."""
    return asked.parts.settings.keys is not None and of.site == asked.parts.settings.site[0].name


def _plot(connection: Connection, asked: Asked, of: Station, name: str) -> object:
    """The most in each half hour of the last day."""
    half_s = 1_800
    first = int((asked.now - timedelta(days=1)).timestamp()) // half_s * half_s + half_s
    where = (series.c.site == of.site, series.c.station == of.station, series.c.name == name)
    query = select(series.c.at, series.c.most).where(*where, series.c.span_s == FINE_S, series.c.at >= first)
    most: dict[int, int] = {}
    for at, value in connection.execute(query):
        number = (int(at) - first) // half_s
        most[number] = max(most.get(number, 0), int(value))
    if not any(most.values()):
        return None
    start = (asked.now - timedelta(days=1)).astimezone(asked.zone)
    hours = [(start + timedelta(seconds=half_s * (number + 1))).strftime("%H:%M") for number in range(DAY_POINTS)]
    return columns([(hours[number], [most.get(number, 0)]) for number in range(DAY_POINTS)])

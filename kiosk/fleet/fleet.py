"""All stations and their alarms, in the memory of one process: the worker changes it, pages look at it.

Stations and alarms are frozen values, put into dictionaries one by one: a page that looks on another thread sees each
as it was or as it is, never half. `version` of a station grows with every change that a page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from kiosk.fleet import alarms as reducer
from kiosk.fleet import stations as telling
from kiosk.fleet.alarms import Alarm, State, Told
from kiosk.fleet.conditions import Bounds, Condition, Level, conditions, worst
from kiosk.fleet.line import Heard
from kiosk.fleet.stations import Event, Known
from kiosk.fleet.store.keeping import FINE_S, Key, Span, Spans
from kiosk.fleet.strips import marked, quarter
from kiosk.wire import Channel, Station

MOST_STATIONS = 20_000
"""A broker's user that makes up names fills no memory."""
FIGURES = ("temperature_c", "outbox", "disk_free_kb", "clock_offset_ms")


@dataclass(frozen=True, slots=True)
class Shown:
    """A station as pages show it."""

    known: Known
    found: tuple[Condition, ...]
    level: Level
    version: int


@dataclass(frozen=True, slots=True)
class Running:
    """An alarm that is not over, and its number in the database once it was raised."""

    key: Key
    alarm: Alarm
    number: int | None = None


@dataclass(slots=True)
class Unwritten:
    """What has happened since the last commit."""

    events: list[tuple[datetime, Station, Event]] = field(default_factory=list)
    alarms: dict[Key, None] = field(default_factory=dict)
    stations: dict[Station, None] = field(default_factory=dict)
    spans: Spans = field(default_factory=dict)
    over: list[Running] = field(default_factory=list)


class Fleet:
    """What is known of everything. One thread changes it."""

    def __init__(self, bounds: Bounds) -> None:
        self.shown: dict[Station, Shown] = {}
        self.alarms: dict[Key, Running] = {}
        self.version = 0
        self.listening_since: datetime | None = None
        self.turned_away = 0
        """Messages of stations beyond `MOST_STATIONS`."""
        self.unwritten = Unwritten()
        self._bounds = bounds
        self._of: dict[Station, set[Key]] = {}
        self._spans: Spans = {}

    def begin(self, known: Known) -> None:
        """A station that the database has."""
        self.shown[known.station] = Shown(known, (), Level.OK, self._next())

    def begin_alarm(self, number: int, key: Key, alarm: Alarm) -> None:
        self._put(Running(key, alarm, number))

    def hear(self, message: Heard) -> None:
        """One message of one station."""
        before = self.shown.get(message.station)
        if before is None and len(self.shown) >= MOST_STATIONS:
            self.turned_away += 1
            return
        known = telling.newly(message.station, message.at) if before is None else before.known
        fresh, events = telling.heard(known, message.channel, message.payload, message.at)
        if before is None:
            self.unwritten.stations[message.station] = None
        self.unwritten.events += [(message.at, message.station, event) for event in events]
        if message.channel is Channel.HEALTH and fresh.health_at == message.at:
            self._measure(fresh, message.at)
        self._judge(fresh, message.at, told=bool(events) or before is None or _figures(fresh) != _figures(known))

    def look(self, now: datetime, stations: Iterator[Station]) -> None:
        """What changes by time alone, at some of the stations."""
        for station in list(stations):
            self._judge(self.shown[station].known, now, told=False)

    def forget(self, station: Station) -> None:
        """One that was taken away for good. It comes back by telling of itself."""
        self.shown.pop(station, None)
        for key in self._of.pop(station, set()):
            self.alarms.pop(key, None)
        self._next()

    def acknowledge(self, key: Key, who: str, now: datetime) -> bool:
        return self._by_hand(key, lambda alarm: reducer.acknowledge(alarm, who, now))

    def shelve(self, key: Key, who: str, until: datetime, now: datetime) -> bool:
        return self._by_hand(key, lambda alarm: reducer.shelve(alarm, who, until, now))

    def take_spans(self, now: datetime, *, all_of_them: bool = False) -> Spans:
        """The spans that are over; they are no longer here."""
        here = int(now.timestamp()) // FINE_S * FINE_S
        over = {key: span for key, span in self._spans.items() if all_of_them or key[2] < here}
        for key in over:
            del self._spans[key]
        return over

    def people(self, station: Station, gate: str, entered: int, left: int, now: datetime) -> None:
        """People counted at an aisle."""
        for name, value in ((f"in:{gate}", entered), (f"out:{gate}", left)):
            self._add(station, name, value, now)

    def _add(self, station: Station, name: str, value: int, now: datetime) -> None:
        at = int(now.timestamp()) // FINE_S * FINE_S
        span = self._spans.get((station, name, at))
        if span is None:
            self._spans[station, name, at] = Span(value, value, value, 1)
        else:
            span.add(value)

    def _measure(self, known: Known, now: datetime) -> None:
        for name in FIGURES:
            value = getattr(known.health, name)
            if value is not None:
                self._add(known.station, name, value, now)

    def _judge(self, known: Known, now: datetime, *, told: bool) -> None:
        found = conditions(known, now, self._bounds, self.listening_since)
        level = worst(found)
        if quarter(now) != known.strip_at or level > Level.OK:
            strip, at = marked(known.strip, known.strip_at, level, now)
            if (strip, at) != (known.strip, known.strip_at):
                told = told or at != known.strip_at
                known = replace(known, strip=strip, strip_at=at)
                self.unwritten.stations[known.station] = None
        before = self.shown.get(known.station)
        told = told or before is None or before.found != found
        version = self._next() if told or before is None else before.version
        self.shown[known.station] = Shown(known, found, level, version)
        self._alarm(known.station, found, now)

    def _alarm(self, station: Station, found: tuple[Condition, ...], now: datetime) -> None:
        present = {Key(station, one.kind, one.subject): one for one in found if one.level >= Level.WARN}
        for key, one in present.items():
            running = self.alarms.get(key)
            self._step(key, running, reducer.seen(running.alarm if running else None, one.level, one.text, now))
        for key in list(self._of.get(station, ())):
            if key not in present:
                running = self.alarms[key]
                self._step(key, running, reducer.unseen(running.alarm, now))

    def _step(self, key: Key, running: Running | None, step: reducer.Step) -> bool:
        alarm, told = step
        if alarm is None:
            self._drop(key)
            return False
        fresh = Running(key, alarm, running.number if running else None)
        if alarm.state is State.CLEARED:
            self._drop(key)
            self.unwritten.over.append(fresh)
        elif running is None or running.alarm != alarm:
            self._put(fresh)
        if told:
            self._next()
            if Told.CLEARED not in told:
                self.unwritten.alarms[key] = None
        return bool(told)

    def _by_hand(self, key: Key, does: Callable[[Alarm], reducer.Step]) -> bool:
        running = self.alarms.get(key)
        return running is not None and self._step(key, running, does(running.alarm))

    def numbered(self, key: Key, number: int) -> None:
        """It stands in the database."""
        running = self.alarms.get(key)
        if running is not None and running.number is None:
            self.alarms[key] = replace(running, number=number)

    def _put(self, running: Running) -> None:
        self.alarms[running.key] = running
        self._of.setdefault(running.key.station, set()).add(running.key)

    def _drop(self, key: Key) -> None:
        self.alarms.pop(key, None)
        self._of.get(key.station, set()).discard(key)

    def _next(self) -> int:
        self.version += 1
        return self.version


def _figures(known: Known) -> tuple[object, ...]:
    """What a tile shows beside what is wrong."""
    health, status = known.health, known.status
    software = status.software if status is not None else ""
    return (status is None, software, None if health is None else (health.paper, health.outbox))

"""The one thread that changes the fleet: messages, time, what people ask; each round ends in one commit."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from kiosk.database.engine import writing
from kiosk.fleet.fleet import Fleet, Unwritten
from kiosk.fleet.line import Heard, LineChanged
from kiosk.fleet.settings import Keeping
from kiosk.fleet.store.keeping import (
    Key,
    add_events,
    add_spans,
    keep_alarm,
    keep_station,
    known_stations,
    running_alarms,
    thin_out,
)
from kiosk.web.own_thread import OwnThread
from kiosk.wire import Channel, MessageRefused, SetAside
from kiosk.wire.gate_told import decode_count

MOST_WAITING = 50_000
A_ROUND = 2_000
ROUND_S = 0.2
SWEEP_PARTS = 5
"""Each second a fifth of the stations is looked at for what only time tells."""
THIN_EVERY = timedelta(hours=1)
MOST_UNWRITTEN = 20_000
"""Events that are kept while the database does not take them; the oldest go."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks of the fleet, to be done on its thread, together with what is written of it."""

    does: Callable[[Fleet, Connection], bool]
    done: Future[bool]


@dataclass(slots=True)
class Counts:
    """Since the process began."""

    messages: int = 0
    dropped: int = 0
    commits: int = 0
    store_failures: int = 0
    store_works: bool = True


class Watch(OwnThread):
    """Hears, judges, writes. `also` hears every message and each second's tick on this thread: commands."""

    def __init__(
        self,
        engine: Engine,
        fleet: Fleet,
        keep: Keeping,
        changed: Callable[[], None],
        also: Callable[[Heard], None] = lambda _: None,
        tick: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        super().__init__("watch", 10)
        self.fleet = fleet
        self.counts = Counts()
        self._engine = engine
        self._keep = keep
        self._changed = changed
        self._also, self._tick = also, tick
        self._inbox: queue.Queue[Heard | LineChanged | Order] = queue.Queue(MOST_WAITING)
        self._second = 0
        self._thinned: datetime | None = None

    def report(self, heard: Heard | LineChanged) -> None:
        """Of the line's thread: never waits. What does not fit is counted; the next heartbeat says it again."""
        try:
            self._inbox.put_nowait(heard)
        except queue.Full:
            self.counts.dropped += 1

    def order(self, does: Callable[[Fleet, Connection], bool]) -> bool:
        """Have it done, and wait. Raises `DBAPIError` where it cannot be written, `TimeoutError` after 10 s."""
        order = Order(does, Future())
        self._inbox.put(order, timeout=5)
        return order.done.result(10)

    def waiting(self) -> int:
        return self._inbox.qsize()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def load(self) -> None:
        """Take over what the database has, before `start`."""
        with self._engine.connect() as connection:
            for known in known_stations(connection):
                self.fleet.begin(known)
            for number, key, alarm in running_alarms(connection):
                self.fleet.begin_alarm(number, key, alarm)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._round()
        self._write(datetime.now(UTC), last=True)

    def _round(self) -> None:
        before = self.fleet.version
        for message in self._taken():
            match message:
                case Heard():
                    self.counts.messages += 1
                    self._hear(message)
                case LineChanged(up, at):
                    self._line(up, at)
                case Order():
                    self._do(message)
        now = datetime.now(UTC)
        if int(now.timestamp()) != self._second:
            self._second = int(now.timestamp())
            part = self._second % SWEEP_PARTS
            self.fleet.look(now, islice(list(self.fleet.shown), part, None, SWEEP_PARTS))
            self._tick(now)
        if self.fleet.version != before:
            self._changed()
        self._write(now)

    def _taken(self) -> list[Heard | LineChanged | Order]:
        taken: list[Heard | LineChanged | Order] = []
        with suppress(queue.Empty):
            taken.append(self._inbox.get(timeout=ROUND_S))
            while len(taken) < A_ROUND:
                taken.append(self._inbox.get_nowait())
        return taken

    def _hear(self, message: Heard) -> None:
        self.fleet.hear(message)
        if message.channel is Channel.COUNT:
            self._count_people(message)
        self._also(message)

    def _count_people(self, message: Heard) -> None:
        try:
            told = decode_count(message.payload)
        except MessageRefused:
            return
        if not isinstance(told, SetAside):
            self.fleet.people(message.station, told.gate, told.entered, told.left, message.at)

    def _line(self, up: bool, at: datetime) -> None:
        self.fleet.listening_since = at if up else None
        self.fleet.version += 1

    def _do(self, order: Order) -> None:
        try:
            with writing(self._engine) as connection:
                done = order.does(self.fleet, connection)
        except DBAPIError as failure:
            order.done.set_exception(failure)
        else:
            order.done.set_result(done)

    def _write(self, now: datetime, *, last: bool = False) -> None:
        fleet, todo = self.fleet, self.fleet.unwritten
        todo.spans |= fleet.take_spans(now, all_of_them=last)
        due = self._thinned is None or now - self._thinned > THIN_EVERY
        if not (todo.events or todo.alarms or todo.stations or todo.spans or todo.over or due):
            return
        try:
            with writing(self._engine) as connection:
                numbers = self._written(connection, todo)
                if due:
                    thin_out(connection, self._keep, now)
        except DBAPIError as failure:
            if self.counts.store_works:
                log.error("the database takes nothing: %s", " ".join(str(failure.orig).split())[:200])
            self.counts.store_failures += 1
            self.counts.store_works = False
            del todo.events[:-MOST_UNWRITTEN]
            self._stopping.wait(1.0)
            return
        for key, number in numbers.items():
            fleet.numbered(key, number)
        self._thinned = now if due else self._thinned
        self.counts.store_works = True
        self.counts.commits += 1
        fleet.unwritten = Unwritten()

    def _written(self, connection: Connection, todo: Unwritten) -> dict[Key, int]:
        fleet = self.fleet
        add_events(connection, todo.events)
        for station in todo.stations:
            if station in fleet.shown:
                keep_station(connection, fleet.shown[station].known)
        for over in todo.over:
            keep_alarm(connection, over.number, over.key, over.alarm)
        numbers: dict[Key, int] = {}
        for key in todo.alarms:
            running = fleet.alarms.get(key)
            if running is not None and running.alarm.raised_at is not None:
                numbers[key] = keep_alarm(connection, running.number, key, running.alarm)
        add_spans(connection, todo.spans)
        return numbers

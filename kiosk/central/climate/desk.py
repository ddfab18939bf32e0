"""Takes what sensors say, in a thread of its own: kept together once a second, judged, and told as alarms.

What comes is bounded: of a sensor that floods, one message a second is judged, and where the queue is full the newest
are dropped and counted. A sensor that nobody has registered is remembered by name alone, so that staff can register it.
"""

from __future__ import annotations

import logging
import queue
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DBAPIError

from kiosk.central import duties
from kiosk.central.climate.readings import Kept, forget, keep
from kiosk.central.store import writing
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.premises.climate import PROFILES, Cause, Change, Of, ProfileName, Raised, Read, Sensor, begun, looked
from kiosk.library.premises.climate import heard as judged
from kiosk.library.premises.sensors import CLIMATE_ALARM, SENSOR, SensorState
from kiosk.web.own_thread import OwnThread
from kiosk.web.trail import record
from kiosk.wire.sensors import BridgeTold, Quantity, Told, read

ROOM = 5_000
"""Messages that wait."""
A_BATCH, BATCH_S = 2_000, 1.0
LOOKS_EVERY = timedelta(seconds=5)
"""Where nothing comes."""
STOP_S = 10.0
APART = timedelta(seconds=1)
"""Of one sensor, messages that come closer to each other than this are not judged."""
RAW_APART = timedelta(seconds=60)
MOST_UNKNOWN = 200
FORGETS_EVERY = timedelta(hours=6)
ZIGBEE = "zigbee2mqtt"
WHO = "climate"
"""Who raises alarms, in the trail."""
_JUDGED = {
    Quantity.TEMPERATURE_C: Of.TEMPERATURE,
    Quantity.HUMIDITY_PCT: Of.HUMIDITY,
    Quantity.CO2_PPM: Of.CO2,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """As it came."""

    topic: str
    payload: bytes
    retained: bool
    at: datetime


@dataclass(slots=True)
class Known:
    """A sensor that is registered, and what was heard of it since the program began."""

    number: str
    place: str
    profile: str
    interval_min: int
    sensor: Sensor
    values: dict[Quantity, float] = field(default_factory=dict)
    heard_at: datetime | None = None
    is_old: bool = False
    """What it shows is a retained message, from some earlier time."""
    behind: str = ""
    """The bridge that speaks for it."""
    raw_at: dict[Quantity, datetime] = field(default_factory=dict)


class ClimateDesk(OwnThread):
    """`changed` is called when an alarm has begun or ended."""

    def __init__(self, engine: Engine, time_zone: str, changed: Callable[[], None]) -> None:
        super().__init__("climate", STOP_S)
        self._engine = engine
        self._zone = ZoneInfo(time_zone)
        self._changed = changed
        self._queue: queue.Queue[Message] = queue.Queue(ROOM)
        self._known: dict[str, Known] = {}
        self._unknown: dict[str, datetime] = {}
        self._forgot_at = datetime.min.replace(tzinfo=UTC)
        self.dropped = 0

    def hears(self, topic: str, payload: bytes, retained: bool, at: datetime) -> None:
        """From the line's thread."""
        try:
            self._queue.put_nowait(Message(topic, payload, retained, at))
        except queue.Full:
            self.dropped += 1

    @property
    def known(self) -> Mapping[str, Known]:
        """By the number of the sensor's paper, for its page."""
        return {one.number: one for one in list(self._known.values())}

    @property
    def unknown(self) -> Mapping[str, datetime]:
        """Heard lately and not registered, with the time."""
        return dict(list(self._unknown.items()))

    def _run(self) -> None:
        waiting: list[Message] = []
        looked_at = datetime.min.replace(tzinfo=UTC)
        while not self._stopping.wait(BATCH_S):
            self._fill(waiting)
            now = datetime.now(UTC)
            if not waiting and now - looked_at < LOOKS_EVERY:
                continue
            try:
                self.take(waiting, now)
            except DBAPIError as trouble:
                log.error("the store does not take what sensors said, trying again: %s", type(trouble.orig).__name__)
                self._known = {}  # what was judged is not written: it is judged again, from what the store has
            else:
                waiting, looked_at = [], now

    def _fill(self, waiting: list[Message]) -> None:
        """With what has come, as far as one transaction takes it."""
        while len(waiting) < A_BATCH:
            try:
                waiting.append(self._queue.get_nowait())
            except queue.Empty:
                return

    def take(self, messages: list[Message], now: datetime) -> None:
        """Judge them in one transaction, and look who was silent. `now`: aware."""
        with writing(self._engine) as connection:
            self._look_up(connection, now)
            told = Telling(connection, self._zone)
            for one in messages:
                for said in read(one.topic, one.payload, retained=one.retained):
                    match said:
                        case Told():
                            self._hear(told, said, one)
                        case BridgeTold(bridge, online):
                            self._bridge(told, bridge, online, one.at)
            for known in self._known.values():
                known.sensor, changes = looked(known.sensor, now)
                told.changes(known, changes, now)
            keep(connection, told.kept)
            if now - self._forgot_at > FORGETS_EVERY:
                forget(connection, now)
                self._forgot_at = now
        if told.has_news:
            self._changed()

    def _look_up(self, connection: Connection, now: datetime) -> None:
        """The sensors that are registered by now."""
        table, alarms = TABLES[SENSOR.kind.name], TABLES[CLIMATE_ALARM.kind.name]
        rows = connection.execute(select(table).where(table.c.state == SensorState.IN_USE.value)).all()
        fresh: dict[str, Known] = {}
        for row in rows:
            before = self._known.get(row.address)
            same = before is not None and (before.number, before.profile, before.interval_min) == (
                (row.number, row.profile, row.interval_min)
            )
            if before is not None and same:
                before.place = row.place
                fresh[row.address] = before
                continue
            going = select(alarms.c.cause).where(alarms.c.sensor == row.number, alarms.c.ended_at.is_(None))
            causes = frozenset(Cause(cause) for cause in connection.scalars(going))
            sensor = begun(PROFILES[ProfileName(row.profile)], timedelta(minutes=row.interval_min), now, causes)
            fresh[row.address] = Known(row.number, row.place, row.profile, row.interval_min, sensor)
            self._unknown.pop(row.address, None)
        self._known = fresh

    def _hear(self, told: Telling, said: Told, message: Message) -> None:
        at = message.at
        known = self._known.get(said.sensor)
        if known is None:
            self._hear_unknown(told, said, at)
            return
        if said.stale:
            if known.heard_at is None:
                known.values, known.is_old = dict(said.values), True
            return
        is_news = said.water_leak is not None or said.online is not None
        if known.heard_at is not None and at - known.heard_at < APART and not is_news:
            return
        if message.topic.startswith(f"{ZIGBEE}/"):
            known.behind = ZIGBEE
        if said.online is not None:
            if not said.online:
                self._goes(told, known, at)
            return
        if known.is_old:
            known.values, known.is_old = {}, False
        known.values.update(said.values)
        known.heard_at = at
        for quantity, value in said.values.items():
            raw = at - known.raw_at.get(quantity, datetime.min.replace(tzinfo=UTC)) >= RAW_APART
            if raw:
                known.raw_at[quantity] = at
            told.kept.append(Kept(known.number, quantity.value, at, value, raw))
        values = {_JUDGED[quantity]: value for quantity, value in said.values.items() if quantity in _JUDGED}
        heard = Read(values, said.water_leak, faulty=bool(said.faults))
        known.sensor, changes = judged(known.sensor, heard, at, at.astimezone(self._zone).date())
        told.changes(known, changes, at)

    def _hear_unknown(self, told: Telling, said: Told, at: datetime) -> None:
        """The radio of a device with several probes speaks for each of them; else somebody has to register it."""
        of_device = [one for address, one in self._known.items() if address.startswith(f"{said.sensor}/")]
        if said.online is False:
            for one in of_device:
                self._goes(told, one, at)
        elif said.values and not of_device:
            self._unknown.pop(said.sensor, None)
            self._unknown[said.sensor[:200]] = at
            while len(self._unknown) > MOST_UNKNOWN:
                self._unknown.pop(next(iter(self._unknown)))

    def _bridge(self, told: Telling, bridge: str, online: bool, at: datetime) -> None:
        if not online:
            for one in self._known.values():
                if one.behind == bridge:
                    self._goes(told, one, at)

    def _goes(self, told: Telling, known: Known, at: datetime) -> None:
        away = Read({}, away=True)
        known.sensor, changes = judged(known.sensor, away, at, at.astimezone(self._zone).date())
        told.changes(known, changes, at)


class Telling:
    """What one transaction keeps and tells."""

    def __init__(self, connection: Connection, zone: ZoneInfo) -> None:
        self._connection = connection
        self._zone = zone
        self.kept: list[Kept] = []
        self.has_news = False

    def changes(self, known: Known, changes: tuple[Change, ...], at: datetime) -> None:
        for change in changes:
            self.has_news = True
            match change:
                case Raised(cause, value):
                    self._raise(known, cause, value, at)
                case ended:
                    self._end(known, ended.cause, at)

    def _raise(self, known: Known, cause: Cause, value: float | None, at: datetime) -> None:
        values = {
            "sensor": known.number,
            "cause": cause.value,
            "place": known.place,
            "value": "" if value is None else f"{value:g}",
            "ended_at": None,
        }
        local = at.astimezone(self._zone)
        duties.write(self._connection, CLIMATE_ALARM, str(uuid.uuid4()), values, who=WHO, now=local)
        log.warning("climate: %s at sensor %s", cause.value, known.number)

    def _end(self, known: Known, cause: Cause, at: datetime) -> None:
        table = TABLES[CLIMATE_ALARM.kind.name]
        going = table.c.ended_at.is_(None) & (table.c.sensor == known.number) & (table.c.cause == cause.value)
        for row in self._connection.execute(select(table).where(going)).all():
            self._connection.execute(update(table).where(table.c.id == row.id).values(ended_at=at))
            record(self._connection, WHO, "climate-alarm.ends", f"climate-alarm:{row.number}", at)

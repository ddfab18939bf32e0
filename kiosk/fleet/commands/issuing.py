"""Signs commands, says them until a station has heard them, and learns what became of them.

Everything is in the database before it is said, so that a fleet that is killed in the middle goes on from where it was.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from kiosk.database.engine import writing
from kiosk.fleet.commands import ordering
from kiosk.fleet.commands.rollout import (
    GoOnOrdered,
    Phase,
    RolloutEvent,
    StationDone,
    StationFailed,
    StationFares,
    TimePassed,
    step,
)
from kiosk.fleet.commands.tables import logs, sent
from kiosk.wire import (
    Channel,
    Command,
    CommandResult,
    CommandState,
    HealthReport,
    LogPart,
    SetAside,
    Station,
    StationState,
    StationStatus,
    decode_health,
    decode_log_part,
    decode_result,
    decode_status,
    encode_command,
    key_id_of,
)

LIFE = timedelta(minutes=9)
SAY_AGAIN = timedelta(seconds=10)
"""A command that no station has answered is said again after so long, while its time lasts."""
LATE = timedelta(seconds=30)
"""So long after its end a command counts as expired, whatever clocks say."""
LOGS_KEPT = timedelta(days=14)
ISSUED = "issued"
OPEN = (ISSUED, CommandState.ACCEPTED.value, CommandState.RUNNING.value)
FINAL = frozenset(state.value for state in CommandState if state.is_final)
NO_ANSWER = "nothing was heard of the station until its time was over"

log = logging.getLogger(__name__)

Publish = Callable[[Station, Channel, bytes], bool]
"""Whether the broker's line took it."""


@dataclass(slots=True)
class _Seen:
    """What is known of one station since the fleet began to listen."""

    alive: bool | None = None
    bad: frozenset[str] = frozenset()
    """Devices that are not well."""


@dataclass(slots=True)
class Issuer:
    """Call `tick` about once a second, and `heard` with what stations say, from any thread."""

    engine: Engine
    site: str
    key: Ed25519PrivateKey
    publish: Publish
    _stations: dict[str, _Seen] = field(default_factory=dict)
    _watched: frozenset[str] = frozenset()
    """Stations of orders that run: what the others tell needs no look into the database."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tick(self, now: datetime) -> None:
        """Begin what may begin, say again what was not heard, end what is over."""
        with self._lock:
            with writing(self.engine) as connection:
                ordering.lapse(connection, now)
                self._expire(connection, now)
                for found in ordering.in_state(connection, "running", "going-on"):
                    event = GoOnOrdered(ordering.THE_FLEET) if found.state == "going-on" else TimePassed()
                    self._step(connection, found.id, event, now)
                connection.execute(delete(logs).where(logs.c.heard_at < now - LOGS_KEPT))
                running = ordering.in_state(connection, "running")
            self._watched = frozenset(station for found in running for station in found.rollout.stations)
            self._say(now)

    def heard(self, station: Station, channel: Channel, payload: bytes, now: datetime) -> None:
        """A station says something. Raises `MessageRefused` for what cannot be read."""
        if station.site != self.site:
            return
        with self._lock:
            match channel:
                case Channel.RESULT:
                    result = decode_result(payload)
                    if not isinstance(result, SetAside):
                        self._result(station.station, result, now)
                case Channel.LOG:
                    part = decode_log_part(payload)
                    if not isinstance(part, SetAside):
                        self._log_part(station.station, part, now)
                case Channel.HEALTH:
                    health = decode_health(payload)
                    if not isinstance(health, SetAside):
                        self._health(station.station, health, now)
                case Channel.STATUS:
                    status = decode_status(payload)
                    if not isinstance(status, SetAside):
                        self._status(station.station, status, now)
                case _:
                    pass

    def _step(self, connection: Connection, id_: str, event: RolloutEvent, now: datetime) -> None:
        found = ordering.order(connection, id_)
        rollout, sends = step(found.rollout, event, now.timestamp())
        if rollout == found.rollout and found.state != "going-on":
            return
        ordering.keep(connection, id_, rollout)
        if rollout.phase is not found.rollout.phase and rollout.phase is not Phase.RUNNING:
            word = "stopped by itself" if rollout.phase is Phase.STOPPED else "finished"
            ordering.note(connection, now, ordering.THE_FLEET, word, id_, detail=rollout.why)
        for one in sends:
            self._issue(connection, found, one.station, now)

    def _issue(self, connection: Connection, order: ordering.Order, station: str, now: datetime) -> None:
        command = Command(
            id=secrets.token_hex(16),
            station=Station(self.site, station),
            kind=order.kind,
            issued=now,
            expires=now + LIFE,
            nonce=secrets.token_hex(16),
            key_id=key_id_of(self.key.public_key()),
            arguments=order.arguments,
        )
        seen = self._stations.setdefault(station, _Seen())
        connection.execute(
            insert(sent).values(
                id=command.id,
                order_id=order.id,
                station=station,
                payload=encode_command(command, self.key).decode(),
                issued_at=now,
                expires_at=command.expires,
                was_gone=seen.alive is False,
                bad_before=json.dumps(sorted(seen.bad)),
                said=0,
                state=ISSUED,
                reason="",
                details="{}",
                changed_at=now,
            )
        )
        ordering.note(connection, now, ordering.THE_FLEET, f"said {order.kind}", order.id, station, command.id)

    def _say(self, now: datetime) -> None:
        """Say what is in the database and was not answered."""
        with writing(self.engine) as connection:
            query = select(sent).where(sent.c.state == ISSUED, sent.c.expires_at > now)
            waiting = [row for row in connection.execute(query) if _is_due(row, now)]
            for row in waiting:  # counted before it is said: a fleet that is killed here says it once too often
                change = update(sent).where(sent.c.id == row.id).values(said=row.said + 1, said_at=now)
                connection.execute(change)
        for row in waiting:
            self.publish(Station(self.site, row.station), Channel.COMMAND, row.payload.encode())

    def _expire(self, connection: Connection, now: datetime) -> None:
        query = select(sent).where(sent.c.state == ISSUED, sent.c.expires_at <= now - LATE)
        for row in connection.execute(query).all():
            result = CommandResult(row.id, CommandState.EXPIRED, now, NO_ANSWER)
            self._becomes(connection, row, result, now)

    def _result(self, station: str, result: CommandResult, now: datetime) -> None:
        with writing(self.engine) as connection:
            row = connection.execute(select(sent).where(sent.c.id == result.command)).first()
            if row is None or row.station != station:
                return
            self._becomes(connection, row, result, now)

    def _becomes(self, connection: Connection, row: Row[Any], result: CommandResult, now: datetime) -> None:
        """A command is further than it was. What has ended stays so, and nothing goes back."""
        repeated = result.state is CommandState.REFUSED and (row.said > 1 or row.state != ISSUED)
        back = result.state is CommandState.ACCEPTED and row.state == CommandState.RUNNING
        if row.state not in OPEN or repeated or back or (row.state == result.state and row.reason == result.reason):
            return
        change = update(sent).where(sent.c.id == row.id)
        connection.execute(
            change.values(
                state=result.state.value,
                reason=result.reason,
                details=json.dumps(dict(result.details)),
                changed_at=now,
            )
        )
        if not result.state.is_final:
            return
        ordering.note(connection, now, row.station, result.state.value, row.order_id, row.station, result.reason)
        event: RolloutEvent = StationDone(row.station)
        if result.state is not CommandState.DONE:
            missed = row.was_gone and result.state is CommandState.EXPIRED
            event = StationFailed(row.station, result.reason or result.state.value, was_gone=missed)
        self._step(connection, row.order_id, event, now)

    def _log_part(self, station: str, part: LogPart, now: datetime) -> None:
        with writing(self.engine) as connection:
            ours = connection.execute(
                select(sent.c.id).where(sent.c.id == part.command, sent.c.station == station)
            ).first()
            there = connection.execute(
                select(logs.c.part).where(logs.c.command == part.command, logs.c.part == part.part)
            ).first()
            if ours is not None and there is None:
                connection.execute(
                    insert(logs).values(
                        command=part.command, part=part.part, parts=part.parts, text=part.text, heard_at=now
                    )
                )

    def _health(self, station: str, health: HealthReport, now: datetime) -> None:
        seen = self._stations.setdefault(station, _Seen())
        seen.alive, seen.bad = True, frozenset(name for name, state in health.devices if state in ("gone", "degraded"))
        if station in self._watched:
            self._results_told(station, health, now)
            self._fares(station, seen, now)

    def _results_told(self, station: str, health: HealthReport, now: datetime) -> None:
        """A heartbeat names the last commands: what was lost on the way is learned all the same."""
        for command, state in health.commands:
            if state in FINAL:
                result = CommandResult(command, CommandState(state), now, "as its heartbeat tells")
                self._result(station, result, now)

    def _status(self, station: str, status: StationStatus, now: datetime) -> None:
        seen = self._stations.setdefault(station, _Seen())
        seen.alive = status.state is StationState.ALIVE
        if seen.alive is False and not status.clean and station in self._watched:
            self._fares(station, seen, now)

    def _fares(self, station: str, seen: _Seen, now: datetime) -> None:
        """Tell every order that has this station how it is: compared with how it was when it was ordered."""
        with writing(self.engine) as connection:
            for found in ordering.in_state(connection, "running"):
                if station in found.rollout.stations:
                    worse = seen.bad - _bad_before(connection, found.id, station)
                    trouble = "it has gone" if not seen.alive else ", ".join(sorted(worse)) or None
                    self._step(connection, found.id, StationFares(station, trouble), now)


def _is_due(row: Row[Any], now: datetime) -> bool:
    return row.said_at is None or now - ordering.aware(row.said_at) >= SAY_AGAIN


def _bad_before(connection: Connection, order_id: str, station: str) -> frozenset[str]:
    query = select(sent.c.bad_before).where(sent.c.order_id == order_id, sent.c.station == station)
    found = connection.scalar(query)
    return frozenset(json.loads(found)) if found is not None else frozenset()


def results(connection: Connection, order_id: str) -> list[tuple[str, str, str, datetime]]:
    """(station, state, reason, when) of every command of an order."""
    query = select(sent).where(sent.c.order_id == order_id).order_by(sent.c.issued_at, sent.c.station)
    return [(row.station, row.state, row.reason, ordering.aware(row.changed_at)) for row in connection.execute(query)]


def log_of(connection: Connection, command: str) -> tuple[LogPart, ...]:
    """The parts of a log that have come; none where one is missing."""
    rows = connection.execute(select(logs).where(logs.c.command == command).order_by(logs.c.part)).all()
    if not rows or len(rows) < rows[0].parts:
        return ()
    return tuple(LogPart(row.command, row.part, row.parts, row.text) for row in rows)

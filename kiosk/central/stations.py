"""What stations say of themselves: born, gone, how they are. Nothing of it names a patron."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.central.store.tables import progress, stations
from kiosk.model.ids import Epoch
from kiosk.wire import Ack, HealthReport, StationState, StationStatus

SILENT = timedelta(seconds=95)
"""Three heartbeats of 30 s missed: whatever its last status says, nobody hears it."""


class Presence(StrEnum):
    """Whether a station can be reached."""

    ON_LINE = "on-line"
    SILENT = "silent"
    """It said that it lives, but its heartbeats stay away."""
    STOPPED = "stopped"
    """It ended in order."""
    LOST = "lost"
    """It vanished: power cut or broken line."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StationSeen:
    """One station, as far as central has heard."""

    station: str
    presence: Presence
    seen_at: datetime
    software: str | None
    since: str | None
    """Contract text: when its connection began, by its own clock."""
    devices: dict[str, str]
    """Device → `ok`, `degraded`, `gone`, `unknown`."""
    paper: str | None
    outbox: int | None
    """Facts that it has not been able to tell."""
    disk_free_kb: int | None
    copy_issued: str | None
    """Contract text: when the copy was made by which it lends while central does not answer."""


def note_status(connection: Connection, station: str, status: StationStatus, at: datetime) -> None:
    """Keep a birth or death. `at` is when it was told: for a retained one, not the moment of its arrival."""
    body = {
        "state": status.state.value,
        "boot": status.boot,
        "session": status.session,
        "software": status.software,
        "since": status.since.isoformat(),
        "clean": status.clean,
    }
    _keep(connection, station, {"status": json.dumps(body, ensure_ascii=False)}, at)


def note_health(connection: Connection, station: str, health: HealthReport, at: datetime) -> None:
    """Keep a heartbeat; only the newest is kept."""
    body = {
        "devices": dict(health.devices),
        "paper": health.paper,
        "outbox": health.outbox,
        "refused": health.refused,
        "disk_free_kb": health.disk_free_kb,
        "clock_offset_ms": health.clock_offset_ms,
        "temperature_c": health.temperature_c,
        "copy": health.copy,
        "copy_issued": None if health.copy_issued is None else health.copy_issued.isoformat(),
    }
    _keep(connection, station, {"health": json.dumps(body, ensure_ascii=False)}, at)


def every_station(connection: Connection, now: datetime) -> list[StationSeen]:
    """All stations that were ever heard of, by name."""
    return [_seen(row, now) for row in connection.execute(select(stations).order_by(stations.c.station))]


def positions(connection: Connection) -> list[tuple[str, Ack]]:
    """Where central stands with each station: the last contiguous seq of the epoch that began last."""
    newest: dict[str, Ack] = {}
    for row in connection.execute(select(progress).order_by(progress.c.begun_at, progress.c.epoch)):
        newest[row.station] = Ack(Epoch(row.epoch), int(row.last_seq))
    return list(newest.items())


def _keep(connection: Connection, station: str, said: dict[str, str], at: datetime) -> None:
    seen = connection.scalar(select(stations.c.seen_at).where(stations.c.station == station))
    if seen is None:
        connection.execute(insert(stations).values(station=station, seen_at=at, **said))
    else:
        newest = max(seen, at)
        connection.execute(update(stations).where(stations.c.station == station).values(seen_at=newest, **said))


def _seen(row: Row[tuple[object, ...]], now: datetime) -> StationSeen:
    status, health = json.loads(row.status), json.loads(row.health)
    return StationSeen(
        station=row.station,
        presence=_presence(status, now - row.seen_at),
        seen_at=row.seen_at,
        software=status.get("software"),
        since=status.get("since"),
        devices=health.get("devices", {}),
        paper=health.get("paper"),
        outbox=health.get("outbox"),
        disk_free_kb=health.get("disk_free_kb"),
        copy_issued=health.get("copy_issued"),
    )


def _presence(status: dict[str, object], silence: timedelta) -> Presence:
    match status.get("state"):
        case StationState.ALIVE:
            return Presence.SILENT if silence > SILENT else Presence.ON_LINE
        case StationState.GONE:
            return Presence.STOPPED if status.get("clean") else Presence.LOST
        case _:
            return Presence.UNKNOWN

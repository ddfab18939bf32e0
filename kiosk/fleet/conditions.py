"""What is wrong with a station now, judged from what is known of it and the time. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Annotated

from kiosk.fleet.stations import Known
from kiosk.model.limits import within
from kiosk.wire.device_told import DeviceState
from kiosk.wire.status import StationState


class Level(IntEnum):
    """How bad; the worst comes first on the page."""

    OK = 0
    NOTE = 1
    WARN = 2
    ERROR = 3


class Kind(StrEnum):
    """What may be wrong."""

    GONE = "gone"
    SILENT = "silent"
    ENDED = "ended"
    DEVICE = "device"
    PAPER = "paper"
    SYNC = "sync"
    DISK = "disk"
    HOT = "hot"
    CLOCK = "clock"
    TAKEOVER = "takeover"
    FLOOD = "flood"
    STRANGE = "strange"
    IMPOSSIBLE = "impossible"
    EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is wrong now."""

    kind: Kind
    level: Level
    subject: str = ""
    """The device, where it is about one."""
    text: str = ""
    """A figure, or the driver's own word."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on something counts as wrong."""

    silent_s: Annotated[int, within(10, 86_400)] = 95
    """So long without a heartbeat; three are due within it."""
    sync_warn_min: Annotated[int, within(1, 100_000)] = 15
    """Age of the oldest fact that central does not have."""
    sync_error_min: Annotated[int, within(1, 100_000)] = 24 * 60
    disk_warn_mb: Annotated[int, within(0, 10_000_000)] = 500
    disk_error_mb: Annotated[int, within(0, 10_000_000)] = 100
    hot_warn_c: Annotated[int, within(0, 150)] = 65
    hot_error_c: Annotated[int, within(0, 150)] = 80
    clock_s: Annotated[int, within(1, 86_400)] = 120
    """The station's clock is so far from ours."""


LASTS = timedelta(minutes=15)
"""A takeover, a flood or a strange message counts so long after the last one."""
EPOCH_LASTS = timedelta(hours=24)
BAD_PAPER = {"out": Level.ERROR, "low": Level.WARN, "jam": Level.ERROR}


def conditions(known: Known, now: datetime, bounds: Bounds, listening_since: datetime | None) -> tuple[Condition, ...]:
    """All that is wrong, the worst first. `listening_since`: since when we hear the broker without a break, None while
    we do not: who cannot hear must not say that others are silent."""
    found = [*_presence(known, now, bounds, listening_since), *_recent(known, now)]
    if known.status is None or known.status.state is StationState.ALIVE:
        found += [*_devices(known), *_figures(known, now, bounds)]
    return tuple(sorted(found, key=lambda one: (-one.level, one.kind, one.subject)))


def worst(found: tuple[Condition, ...]) -> Level:
    return max((one.level for one in found), default=Level.OK)


def _presence(known: Known, now: datetime, bounds: Bounds, listening: datetime | None) -> Iterator[Condition]:
    status = known.status
    if status is not None and status.state is StationState.GONE:
        yield Condition(Kind.ENDED, Level.NOTE) if status.clean else Condition(Kind.GONE, Level.ERROR)
        return
    if listening is None:
        return
    last = max(known.health_at or known.first_at, listening)
    quiet_s = int((now - last).total_seconds())
    if quiet_s > bounds.silent_s:
        yield Condition(Kind.SILENT, Level.ERROR)


def _devices(known: Known) -> Iterator[Condition]:
    for name, told in known.devices:
        match told.state:
            case DeviceState.GONE:
                yield Condition(Kind.DEVICE, Level.ERROR, name, told.reason)
            case DeviceState.DEGRADED:
                yield Condition(Kind.DEVICE, Level.WARN, name, told.reason)
            case DeviceState.OK | DeviceState.UNKNOWN:
                pass


def _figures(known: Known, now: datetime, bounds: Bounds) -> Iterator[Condition]:
    health = known.health
    if known.clock_s is not None and abs(known.clock_s) > bounds.clock_s:
        yield Condition(Kind.CLOCK, Level.WARN, text=f"{known.clock_s:+d} s")
    if health is None:
        return
    if health.paper in BAD_PAPER:
        yield Condition(Kind.PAPER, BAD_PAPER[health.paper], text=health.paper)
    behind = behind_s(known, now)
    if behind is not None and behind >= bounds.sync_warn_min * 60:
        level = Level.ERROR if behind >= bounds.sync_error_min * 60 else Level.WARN
        yield Condition(Kind.SYNC, level, text=str(health.outbox))
    free = health.disk_free_kb
    if free is not None and free < bounds.disk_warn_mb * 1024:
        level = Level.ERROR if free < bounds.disk_error_mb * 1024 else Level.WARN
        yield Condition(Kind.DISK, level, text=f"{free // 1024} MB")
    hot = health.temperature_c
    if hot is not None and hot >= bounds.hot_warn_c:
        yield Condition(Kind.HOT, Level.ERROR if hot >= bounds.hot_error_c else Level.WARN, text=f"{hot} °C")
    if known.impossible:
        yield Condition(Kind.IMPOSSIBLE, Level.WARN, text="; ".join(known.impossible)[:200])


def _recent(known: Known, now: datetime) -> Iterator[Condition]:
    if _within(known.takeover_at, now, LASTS):
        yield Condition(Kind.TAKEOVER, Level.ERROR)
    if _within(known.flooded_at, now, LASTS):
        yield Condition(Kind.FLOOD, Level.WARN, text=str(known.dropped))
    if _within(known.strange_at, now, LASTS):
        yield Condition(Kind.STRANGE, Level.WARN, text=known.strange)
    if _within(known.epoch_at, now, EPOCH_LASTS):
        yield Condition(Kind.EPOCH, Level.WARN, text=known.epoch[:16])


def behind_s(known: Known, now: datetime) -> int | None:
    """Age of the oldest fact that central does not have; None where there is none. Made at the station's clock, so
    that its offset is taken off."""
    health = known.health
    if health is None or health.sync is None or health.sync.oldest is None or health.outbox == 0:
        return None
    return max(0, int((now - health.sync.oldest).total_seconds()) + (known.clock_s or 0))


def _within(at: datetime | None, now: datetime, span: timedelta) -> bool:
    return at is not None and now - at < span

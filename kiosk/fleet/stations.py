"""What is known of one station: message by message, into a value. Pure.

The station's own clock is never believed: everything is timed by its arrival here, and what the station says of time is
only compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from kiosk.wire import Channel, MessageRefused, SetAside, Station
from kiosk.wire.device_told import DeviceState, DeviceTold, decode_device
from kiosk.wire.health import HealthReport, decode_health
from kiosk.wire.status import StationState, StationStatus, decode_status

BURST, A_SECOND = 60, 4
"""Messages that a station may send at once, and a second on average. A kiosk sends one in 30 s."""
SWITCHES, SWITCH_TIME = 3, timedelta(minutes=5)
"""So many births of two processes by turns within this time, and two machines have one name."""
MOST_BOOTS = 6
LEAST_C, MOST_C = -40, 150
"""Beyond it no machine works: the sensor is wrong, and what it says is left out."""


class Happened(StrEnum):
    """What is written into the events."""

    BORN = "born"
    ENDED = "ended"
    VANISHED = "vanished"
    DEVICE = "device"
    EPOCH = "epoch"
    TAKEOVER = "takeover"
    FLOOD = "flood"
    REFUSED = "refused"
    SET_ASIDE = "set-aside"
    IMPOSSIBLE = "impossible"
    SOFTWARE = "software"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at a station."""

    kind: Happened
    subject: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """One station, as far as it has told. Instants are of arrival here, aware, unless it is said otherwise."""

    station: Station
    first_at: datetime
    heard_at: datetime
    status: StationStatus | None = None
    status_at: datetime | None = None
    health: HealthReport | None = None
    health_at: datetime | None = None
    devices: tuple[tuple[str, DeviceTold], ...] = ()
    """By name: the newest of what a heartbeat and a change have told."""
    clock_s: int | None = None
    """The station's clock less ours, in whole seconds, by its last message."""
    births: tuple[tuple[str, datetime], ...] = ()
    """The newest boots that told of themselves, the last one at the end."""
    takeover_at: datetime | None = None
    epoch: str = ""
    epoch_at: datetime | None = None
    """When the epoch changed last; None while it is the first."""
    tokens: float = BURST
    flooded_at: datetime | None = None
    dropped: int = 0
    refused: int = 0
    set_aside: int = 0
    strange_at: datetime | None = None
    """When a message came last that was refused or set aside."""
    strange: str = ""
    impossible: tuple[str, ...] = ()
    """Figures of the last heartbeat that cannot be."""
    strip: str = ""
    """Of the last 24 hours, a letter a quarter of an hour; see `strips`."""
    strip_at: int = 0
    """Number of the quarter that the last letter stands for."""

    def device(self, name: str) -> DeviceTold | None:
        return dict(self.devices).get(name)


def newly(station: Station, now: datetime) -> Known:
    """A station that was never heard before."""
    return Known(station, now, now)


def heard(known: Known, channel: Channel, payload: bytes, now: datetime) -> tuple[Known, tuple[Event, ...]]:
    """Take one message; what is no message of the contract is counted and shown, and changes nothing else."""
    known, events, may = _metered(known, now, always=channel is Channel.STATUS)
    if not may:
        return known, events
    known = replace(known, heard_at=now)
    try:
        match channel:
            case Channel.STATUS if not payload:
                return known, events  # a retained status was cleared: it says nothing
            case Channel.STATUS:
                told: object = decode_status(payload)
            case Channel.HEALTH:
                told = decode_health(payload)
            case Channel.DEVICE:
                told = decode_device(payload)
            case _:
                return known, events
    except MessageRefused as refused:
        return _strange(replace(known, refused=known.refused + 1), Happened.REFUSED, str(refused), now, events)
    match told:
        case SetAside():
            aside = replace(known, set_aside=known.set_aside + 1)
            return _strange(aside, Happened.SET_ASIDE, told.reason, now, events)
        case StationStatus():
            known, more = _status(known, told, now)
        case HealthReport():
            known, more = _health(known, told, now)
        case DeviceTold():
            known, more = _device(known, told)
        case _:
            more = ()
    return known, (*events, *more)


def _metered(known: Known, now: datetime, *, always: bool) -> tuple[Known, tuple[Event, ...], bool]:
    """A bucket of tokens: a device that floods costs no more than its share. A birth or death always counts."""
    passed_s = max(0.0, (now - known.heard_at).total_seconds())
    tokens = min(float(BURST), known.tokens + passed_s * A_SECOND)
    if tokens >= 1:
        return replace(known, tokens=tokens - 1, heard_at=now), (), True
    fresh = known.flooded_at is None or now - known.flooded_at > timedelta(minutes=5)
    known = replace(known, tokens=tokens, heard_at=now, flooded_at=now, dropped=known.dropped + (not always))
    return known, (Event(Happened.FLOOD),) if fresh else (), always


def _strange(
    known: Known, kind: Happened, text: str, now: datetime, events: tuple[Event, ...]
) -> tuple[Known, tuple[Event, ...]]:
    text = text[:200]
    repeated = known.strange == text and known.strange_at is not None and now - known.strange_at < timedelta(hours=1)
    known = replace(known, strange=text, strange_at=now)
    return known, events if repeated else (*events, Event(kind, text=text))


def _status(known: Known, told: StationStatus, now: datetime) -> tuple[Known, tuple[Event, ...]]:
    before = known.status
    if told.state is StationState.GONE:
        if before is not None and (before.boot, before.session) != (told.boot, told.session):
            return known, ()  # the will of a connection that another one has followed already
        gone = Event(Happened.ENDED if told.clean else Happened.VANISHED)
        again = before is not None and before.state is StationState.GONE
        return replace(known, status=told, status_at=now), () if again else (gone,)
    known = replace(known, clock_s=_offset_s(told.since, now) if before is None else known.clock_s)
    if before == told:
        return replace(known, status_at=now), ()
    births = (*known.births, (told.boot, now))[-MOST_BOOTS:]
    known = replace(known, status=told, status_at=now, births=births)
    events = [Event(Happened.BORN, text=told.software[:64])]
    if before is not None and before.software != told.software:
        events.append(Event(Happened.SOFTWARE, text=f"{before.software[:64]} → {told.software[:64]}"))
    if _two_by_turns(births, now):
        if known.takeover_at is None or now - known.takeover_at > SWITCH_TIME:
            events.append(Event(Happened.TAKEOVER))
        known = replace(known, takeover_at=now)
    return known, tuple(events)


def _two_by_turns(births: tuple[tuple[str, datetime], ...], now: datetime) -> bool:
    """A boot that came back after another: a machine that starts anew has a new id, and the old one is never heard
    again."""
    late = [boot for boot, at in births if now - at <= SWITCH_TIME]
    turns = sum(a != b for a, b in pairwise(late))
    return len(set(late)) < turns + 1 and turns >= SWITCHES - 1


def _health(known: Known, told: HealthReport, now: datetime) -> tuple[Known, tuple[Event, ...]]:
    impossible = []
    if told.temperature_c is not None and not LEAST_C <= told.temperature_c <= MOST_C:
        impossible.append(f"temperature_c {told.temperature_c}")
        told = replace(told, temperature_c=None)
    if told.sync is not None and told.sync.acked > told.sync.last:
        impossible.append(f"sync.acked {told.sync.acked} > sync.last {told.sync.last}")
    names = {detail.device for detail in told.details}
    devices = {name: one for name, one in known.devices if name in dict(told.devices)}
    for detail in told.details:
        devices[detail.device] = _as_told(detail.device, detail.state, detail.reason, detail.since or now)
    for name, state in told.devices:
        if name not in names and (name not in devices or devices[name].state != state):
            devices[name] = _as_told(name, state, "", now)
    events = [
        Event(Happened.DEVICE, name, f"{one.state} {one.reason}".strip())
        for name, one in sorted(devices.items())
        if (before := known.device(name)) is not None and before.state is not one.state
    ]
    new = tuple(impossible)
    if new and new != known.impossible:
        events.append(Event(Happened.IMPOSSIBLE, text="; ".join(new)))
    told_epoch = known.epoch if told.sync is None else told.sync.epoch
    changed = bool(known.epoch) and told_epoch != known.epoch
    if changed:
        events.append(Event(Happened.EPOCH, text=f"{known.epoch[:16]} → {told_epoch[:16]}"))
    offset = told.clock_offset_ms
    known = replace(
        known,
        health=told,
        health_at=now,
        devices=tuple(sorted(devices.items())),
        impossible=new,
        epoch=told_epoch,
        epoch_at=now if changed else known.epoch_at,
        clock_s=known.clock_s if offset is None else round(offset / 1000),
    )
    return known, tuple(events)


def _device(known: Known, told: DeviceTold) -> tuple[Known, tuple[Event, ...]]:
    before = known.device(told.device)
    devices = dict(known.devices) | {told.device: told}
    if len(devices) > 64:
        return known, ()
    known = replace(known, devices=tuple(sorted(devices.items())))
    if before is not None and (before.state, before.reason) == (told.state, told.reason):
        return known, ()
    return known, (Event(Happened.DEVICE, told.device, f"{told.state} {told.reason}".strip()[:200]),)


def _as_told(name: str, state: str, reason: str, since: datetime) -> DeviceTold:
    return DeviceTold(name, DeviceState(state) if state in set(DeviceState) else DeviceState.UNKNOWN, reason, since)


def _offset_s(told: datetime, now: datetime) -> int:
    return round((told - now).total_seconds())

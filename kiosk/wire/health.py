"""The heartbeat on `up/health`, every 30 s. Names no patron."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Fields, Json, MessageRefused, SetAside, instant_text, pairs_object
from kiosk.wire.topics import Station

TYPE = "lk.station.health"
MOST_DEVICES = 32
MOST_COUNTERS = 64
MOST_COMMANDS = 8


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """One device, as far as it tells of itself."""

    device: str
    state: str
    """`ok` | `degraded` | `gone` | `unknown`"""
    reason: str = ""
    """The driver's word for what is wrong."""
    since: datetime | None = None
    """When this state began, aware."""
    firmware: str | None = None
    errors: int = 0
    """How often it left `ok` since the process began."""
    received_bytes: int | None = None
    sent_bytes: int | None = None
    temperature_c: int | None = None


@dataclass(frozen=True, slots=True)
class Sync:
    """How far a station's facts are at central."""

    epoch: str
    last: int
    """The newest fact's number."""
    acked: int
    """Up to which central has said that it has them."""
    oldest: datetime | None = None
    """When the oldest fact was made that central has not acknowledged, aware."""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """How a station is. What it cannot measure is None."""

    boot: str
    mono_ms: int
    devices: tuple[tuple[str, str], ...]
    """(device, `ok` | `degraded` | `gone` | `unknown`)"""
    paper: str | None
    outbox: int
    """Facts that central has not acknowledged."""
    refused: int
    """Messages to this station that could not be taken, since the process began."""
    disk_free_kb: int | None
    clock_offset_ms: int | None
    """The station's clock less central's."""
    temperature_c: int | None
    copy: str | None = None
    """Version of the copy by which the station lends while central does not answer."""
    copy_issued: datetime | None = None
    """When that copy was made, aware."""
    software: str | None = None
    uptime_s: int | None = None
    """Of the process."""
    config: str | None = None
    """Version of the settings (ADR 0191)."""
    sync: Sync | None = None
    details: tuple[DeviceDetail, ...] = ()
    counters: tuple[tuple[str, int], ...] = ()
    """What was done since the process began: loans, returns, visits and so on."""
    commands: tuple[tuple[str, str], ...] = ()
    """The newest commands and their states, so that a result that was lost is learned all the same."""
    commands_refused: int = 0


def encode_health(station: Station, health: HealthReport, at: datetime) -> bytes:
    body: dict[str, Json] = {
        "boot": health.boot,
        "mono_ms": health.mono_ms,
        "devices": pairs_object(health.devices),
        "paper": health.paper,
        "outbox": health.outbox,
        "refused": health.refused,
        "disk_free_kb": health.disk_free_kb,
        "clock_offset_ms": health.clock_offset_ms,
        "temperature_c": health.temperature_c,
        "copy": health.copy,
        "copy_issued": _instant(health.copy_issued),
        "software": health.software,
        "uptime_s": health.uptime_s,
        "config": health.config,
        "sync": None if health.sync is None else _sync_body(health.sync),
        "details": [_detail_body(one) for one in health.details],
        "counters": dict(health.counters),
        "commands": pairs_object(health.commands),
        "commands_refused": health.commands_refused,
    }
    return payload_of(wrapped(f"{health.boot}.{health.mono_ms}", station.source, TYPE, at, body))


def decode_health(payload: bytes) -> HealthReport | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({TYPE}))
    return envelope if isinstance(envelope, SetAside) else _health(envelope.data)


def _health(data: Fields) -> HealthReport:
    return HealthReport(
        boot=data.text("boot", longest=64),
        mono_ms=data.whole("mono_ms"),
        devices=data.pairs("devices", MOST_DEVICES),
        paper=data.text_or_none("paper"),
        outbox=data.whole("outbox"),
        refused=data.whole("refused"),
        disk_free_kb=data.whole_or_none("disk_free_kb"),
        clock_offset_ms=data.whole_or_none("clock_offset_ms", least=-(1 << 53), most=1 << 53),
        temperature_c=data.whole_or_none("temperature_c", least=-273, most=1_000),
        copy=data.text_or_none("copy"),
        copy_issued=_instant_or_none(data, "copy_issued"),
        software=data.text_or_none("software"),
        uptime_s=data.whole_or_none("uptime_s"),
        config=data.text_or_none("config", longest=64),
        sync=_sync(data.inner("sync")) if data.has("sync") else None,
        details=tuple(map(_detail, data.each("details", MOST_DEVICES))) if data.has("details") else (),
        counters=_counters(data.inner("counters")) if data.has("counters") else (),
        commands=data.pairs("commands", MOST_COMMANDS) if data.has("commands") else (),
        commands_refused=data.whole_or_none("commands_refused") or 0,
    )


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)


def _instant_or_none(data: Fields, key: str) -> datetime | None:
    return data.instant(key) if data.has(key) else None


def _sync_body(sync: Sync) -> dict[str, Json]:
    return {"epoch": sync.epoch, "last": sync.last, "acked": sync.acked, "oldest": _instant(sync.oldest)}


def _sync(data: Fields) -> Sync:
    return Sync(
        data.text("epoch", longest=64), data.whole("last"), data.whole("acked"), _instant_or_none(data, "oldest")
    )


def _detail_body(one: DeviceDetail) -> dict[str, Json]:
    return {
        "device": one.device,
        "state": one.state,
        "reason": one.reason,
        "since": _instant(one.since),
        "firmware": one.firmware,
        "errors": one.errors,
        "received_bytes": one.received_bytes,
        "sent_bytes": one.sent_bytes,
        "temperature_c": one.temperature_c,
    }


def _detail(data: Fields) -> DeviceDetail:
    return DeviceDetail(
        device=data.text("device", longest=64),
        state=data.text("state", longest=32),
        reason=data.text_or_none("reason") or "",
        since=_instant_or_none(data, "since"),
        firmware=data.text_or_none("firmware"),
        errors=data.whole_or_none("errors") or 0,
        received_bytes=data.whole_or_none("received_bytes"),
        sent_bytes=data.whole_or_none("sent_bytes"),
        temperature_c=data.whole_or_none("temperature_c", least=-273, most=1_000),
    )


def _counters(data: Fields) -> tuple[tuple[str, int], ...]:
    if len(data.members) > MOST_COUNTERS:
        raise MessageRefused(data.path, f"at most {MOST_COUNTERS} counters", f"{len(data.members)}")
    return tuple((name, data.whole(name)) for name in data.members)

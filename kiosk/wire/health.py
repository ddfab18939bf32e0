"""The heartbeat on `up/health`, every 30 s. Names no patron."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Fields, Json, SetAside, instant_text, pairs_object
from kiosk.wire.topics import Station

TYPE = "lk.station.health"
MOST_DEVICES = 32


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
        "copy_issued": None if health.copy_issued is None else instant_text(health.copy_issued),
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
        copy_issued=data.instant("copy_issued") if data.has("copy_issued") else None,
    )

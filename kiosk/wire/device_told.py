"""A device's state has changed, on `up/device`. Names no patron."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Json, SetAside, instant_text
from kiosk.wire.topics import Station

TYPE = "lk.device.changed"


class DeviceState(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceTold:
    """How a device is from now on."""

    device: str
    state: DeviceState
    reason: str
    """The driver's word for it, such as `paper-out`; empty where all is well."""
    since: datetime
    """By the station's clock, aware."""


def encode_device(station: Station, told: DeviceTold) -> bytes:
    body: dict[str, Json] = {
        "device": told.device,
        "state": told.state,
        "reason": told.reason,
        "since": instant_text(told.since),
    }
    id_ = f"{told.device}.{told.state}.{told.since.timestamp():.6f}"
    return payload_of(wrapped(id_, station.source, TYPE, told.since, body))


def decode_device(payload: bytes) -> DeviceTold | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    data = envelope.data
    return DeviceTold(
        device=data.text("device", longest=64),
        state=data.word("state", DeviceState),
        reason=data.text("reason"),
        since=data.instant("since"),
    )

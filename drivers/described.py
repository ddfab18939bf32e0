"""A frame in words: what `kiosk wire decode` prints and what the vector files in `tests/vectors/` hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

FieldValue = int | str | bool | list["FieldValue"] | dict[str, "FieldValue"]


class Direction(Enum):
    """Who sent the bytes."""

    HOST_TO_DEVICE = "host-to-device"
    DEVICE_TO_HOST = "device-to-host"


@dataclass(frozen=True, slots=True)
class Described:
    """One message on a wire. Numbers are integers, byte strings upper-case hex; `findings` are codes."""

    message: str
    fields: dict[str, FieldValue] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

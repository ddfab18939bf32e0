"""What every device can say about itself: a fault with a name, and that it is well again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultCode(StrEnum):
    """Why a device does not do its work. The text beside it is for the technician."""

    PORT_GONE = "port-gone"
    NO_ANSWER = "no-answer"
    NOISE = "noise"
    WRONG_DEVICE = "wrong-device"
    DEVICE_ERROR = "device-error"
    PAPER_OUT = "paper-out"
    PAPER_LOW = "paper-low"
    COVER_OPEN = "cover-open"
    CUTTER = "cutter"
    STATUS_UNKNOWN = "status-unknown"
    SERVICE_GONE = "service-gone"


@dataclass(frozen=True, slots=True)
class Faulted:
    """A device cannot do its work, or a piece of it was lost on the wire."""

    code: FaultCode
    detail: str
    """For the technician: what was seen, where. Never a patron's data."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The device does its work again; `detail` names it (model, firmware) where known."""

    detail: str = ""

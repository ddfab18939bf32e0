"""What staff see and do at the machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StaffPart(StrEnum):
    """What of the staff mode is shown."""

    DEVICES = "devices"
    MACHINE = "machine"
    DOUBTS = "doubts"
    JOURNAL = "journal"


class Deed(StrEnum):
    """What staff do to the machine."""

    EMPTY_BIN = "empty-bin"
    CLOSE = "close"
    OPEN = "open"
    RESTART = "restart"
    SWITCH_OFF = "switch-off"


class Trial(StrEnum):
    """How trying a device went."""

    WAITING = "waiting"
    WORKED = "worked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tried:
    """A device that was tried in this visit of staff."""

    trial: Trial
    at: datetime
    characters: int = 0
    """How long the card's number or the code was: what it said is not kept."""

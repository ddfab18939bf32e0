"""What a locker, or a smart shelf with doors, is made of, and its times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kiosk.model.circulation import SecurityMarks
from kiosk.rules.offline import OfflinePolicy


@dataclass(frozen=True, slots=True)
class Box:
    """One compartment: a door with a lock and a switch, and a pad inside, which has the compartment's name."""

    name: str
    lock: str
    """Output: the door can be opened while it is on."""
    shut: str
    """Input: on while the door is shut."""


@dataclass(frozen=True, slots=True)
class LockerTimes:
    """Seconds."""

    count_s: float = 3.0
    """What lies behind a door is counted when nothing has changed there for so long."""
    unlock_s: float = 8.0
    """A lock is held open so long; a door that was not opened then is tried once more."""
    open_s: float = 60.0
    """A door that is open longer rings."""
    read_s: float = 6.0
    """A tag is written and read back within this, or nobody knows what it holds."""
    wait_s: float = 15.0
    """A patron waits so long for doors that are being counted."""
    lamp_s: float = 4.0


@dataclass(frozen=True, slots=True)
class LockerPolicy:
    """One bank of compartments."""

    boxes: tuple[Box, ...]
    alarm: str = ""
    ready_lamp: str = ""
    refused_lamp: str = ""
    marks: SecurityMarks = field(default_factory=SecurityMarks)
    staff: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Staff's cards, and their names."""
    offline: OfflinePolicy = field(default_factory=OfflinePolicy)
    needs_copy: bool = False
    time_zone: str = "Asia/Shanghai"
    times: LockerTimes = field(default_factory=LockerTimes)
    tries: int = 3

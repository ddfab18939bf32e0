"""What a keypad tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.health import Faulted, Recovered


class KeypadKey(StrEnum):
    """Its keys, and its headphone socket."""

    ON = "on"
    BACK = "back"
    OK = "ok"
    RAISED = "raised"
    STOP = "stop"
    PACE = "pace"
    CURTAIN = "curtain"
    PLUGGED = "plugged"
    UNPLUGGED = "unplugged"


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key went down, or headphones went in or out."""

    key: KeypadKey


KeypadEvent = KeyPressed | Faulted | Recovered


@dataclass(frozen=True, slots=True)
class NoOrder:
    """A keypad takes none; its lamps are its own."""

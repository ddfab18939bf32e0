"""The keypad for who does not look at the screen, as configured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.keypads.evdev import KeypadCore
from drivers.keypads.events import KeypadEvent, NoOrder
from drivers.ports.evdev import EvdevPort
from drivers.ports.pump import Pump
from kiosk.hardware.running import Running


@dataclass(frozen=True, slots=True)
class KeypadSettings:
    """A keypad of its own input device. Absent: its keys come through the window, as a keyboard's do."""

    port: str
    """`/dev/input/by-id/…-event-kbd` names the same keypad after each start."""

    def __post_init__(self) -> None:
        if not self.port.startswith("/"):
            raise ValueError("expected port /dev/input/…")


def opened_keypad(settings: KeypadSettings, deliver: Callable[[KeypadEvent], None]) -> Running[NoOrder]:
    """The keypad, not started."""
    return Pump(KeypadCore(), EvdevPort(settings.port), deliver, name="keypad")

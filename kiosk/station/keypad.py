"""From what a keypad tells to the keys of the guide."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.health import Faulted, Recovered
from drivers.keypads.events import KeypadEvent, KeypadKey, KeyPressed, NoOrder
from kiosk.hardware.keypads import KeypadSettings, opened_keypad
from kiosk.hardware.running import Running
from kiosk.screens.guide import Key

log = logging.getLogger(__name__)
KEYS: Mapping[KeypadKey, Key] = {
    KeypadKey.ON: Key.NEXT,
    KeypadKey.BACK: Key.BEFORE,
    KeypadKey.OK: Key.OK,
    KeypadKey.RAISED: Key.RAISED,
    KeypadKey.STOP: Key.STOP,
    KeypadKey.PACE: Key.PACE,
    KeypadKey.CURTAIN: Key.CURTAIN,
    KeypadKey.PLUGGED: Key.PLUGGED,
    KeypadKey.UNPLUGGED: Key.UNPLUGGED,
}


@dataclass(frozen=True, slots=True)
class KeyWent:
    """A key of the keypad went down."""

    key: Key


def keypad(settings: KeypadSettings, deliver: Callable[[KeyWent], None]) -> Running[NoOrder]:
    """The keypad, not started. A fault is written to the log: without a keypad the kiosk serves everybody else."""
    troubled = ""

    def tell(event: KeypadEvent) -> None:
        nonlocal troubled
        match event:
            case KeyPressed(key):
                deliver(KeyWent(KEYS[key]))
            case Faulted(code, detail):
                if code != troubled:
                    log.warning("keypad at %s is faulty: %s: %s", settings.port, code.value, detail)
                troubled = code
            case Recovered():
                if troubled:
                    log.info("keypad at %s works again", settings.port)
                troubled = ""

    return opened_keypad(settings, tell)

"""A keypad for who does not look at the screen: a keyboard of few keys, which tells of its headphones by two more.

Sources: Linux `input-event-codes.h` for the codes, `drivers/hid/usbhid/usbkbd.c` for the scan codes; the use of F15 and
F14 for headphones as makers of audio keypads describe it.
"""

from __future__ import annotations

from enum import Enum

from firmware_sim.devices.wedge import Wedge
from firmware_sim.devices.wedge_layout import ENTER, KEYBOARD_PAGE, Key


class KeypadKey(Enum):
    """What is on it."""

    DOWN = Key(108, KEYBOARD_PAGE | 0x51)
    UP = Key(103, KEYBOARD_PAGE | 0x52)
    OK = ENTER
    RAISED = Key(59, KEYBOARD_PAGE | 0x3A)
    PACE = Key(60, KEYBOARD_PAGE | 0x3B)
    CURTAIN = Key(61, KEYBOARD_PAGE | 0x3C)
    STOP = Key(1, KEYBOARD_PAGE | 0x29)
    PLUGGED = Key(185, KEYBOARD_PAGE | 0x6A)
    UNPLUGGED = Key(184, KEYBOARD_PAGE | 0x69)


class Keypad(Wedge):
    """One keypad. Times in seconds of any monotonic clock."""

    def presses(self, *keys: KeypadKey) -> None:
        """These keys go down and up, one after the other. Raises ValueError if too much is to be typed."""
        for key in keys:
            self.press(key.value)

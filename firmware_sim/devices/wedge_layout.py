"""Keys of a US keyboard: what the kernel calls them, and what the keyboard itself does.

Sources: Linux `input-event-codes.h` for the codes; Linux `drivers/hid/usbhid/usbkbd.c`, whose table `usb_kbd_keycode`
gives the code of each usage, for the scan codes.
"""

from __future__ import annotations

from dataclasses import dataclass

KEYBOARD_PAGE = 0x70000
"""A scan code is the USB usage page (7) and the usage."""
ROWS = (
    (0x1E, 2, "1234567890", "!@#$%^&*()"),
    (0x2C, 57, " ", ""),
    (0x2D, 12, "-=", "_+"),
    (0x2F, 26, "[]", "{}"),
    (0x31, 43, "\\", "|"),
    (0x33, 39, ";'`", ':"~'),
    (0x36, 51, ",./", "<>?"),
)
"""Usage and code of the first of keys that follow each other in both, what they type, and with shift."""
LETTERS_USAGE = 0x04
LETTER_CODES = (30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44)
"""Codes of a to z, whose usages follow each other from 04."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its code in the kernel, its scan code, and whether shift is held for what is meant."""

    code: int
    scan_code: int
    shifted: bool = False


ENTER = Key(28, KEYBOARD_PAGE | 0x28)
TAB = Key(15, KEYBOARD_PAGE | 0x2B)
SHIFT = Key(42, KEYBOARD_PAGE | 0xE1)
"""The left one."""


def _layout() -> dict[str, Key]:
    keys = {"\n": ENTER, "\r": ENTER, "\t": TAB}
    for place, code in enumerate(LETTER_CODES):
        keys[chr(ord("a") + place)] = Key(code, KEYBOARD_PAGE | LETTERS_USAGE + place)
        keys[chr(ord("A") + place)] = Key(code, KEYBOARD_PAGE | LETTERS_USAGE + place, shifted=True)
    for usage, code, plain, shifted in ROWS:
        for place, character in enumerate(plain):
            keys[character] = Key(code + place, KEYBOARD_PAGE | usage + place)
        for place, character in enumerate(shifted):
            keys[character] = Key(code + place, KEYBOARD_PAGE | usage + place, shifted=True)
    return keys


KEYS = _layout()


def key_of(character: str) -> Key | None:
    """The key that types a character; None if there is none."""
    return KEYS.get(character)

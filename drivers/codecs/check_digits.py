"""Check characters of printed numbers. Each function takes what stands before the check and gives the right one.

Sources: `tag-data.md` section 8 with its worked numbers; Luhn's rule; Code 39 mod 43; GS1 and ISO 2108.
"""

from __future__ import annotations

CODE_39_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
"""Code 39: the place of a character is its value."""


def luhn_check(digits: str) -> str:
    """Luhn: every second digit from the right doubled, 9 taken off results above 9. `digits` are ASCII digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        if place % 2 == 0:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return str(-total % 10)


def ean_check(digits: str) -> str:
    """EAN-13 and ISBN-13: weights 3 and 1 from the right. `digits` are ASCII digits."""
    return str(-sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))) % 10)


def isbn_10_check(digits: str) -> str:
    """ISBN-10: weights 2, 3 … from the right, modulo 11, ten is X. `digits` are ASCII digits."""
    check = -sum(int(digit) * weight for weight, digit in enumerate(reversed(digits), 2)) % 11
    return "X" if check == 10 else str(check)


def mod_43_check(text: str) -> str:
    """Code 39: sum of the values of all characters, modulo 43. `text` has characters of Code 39 only."""
    return CODE_39_CHARACTERS[sum(map(CODE_39_CHARACTERS.index, text)) % 43]

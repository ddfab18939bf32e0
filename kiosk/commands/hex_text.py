"""Hex digits as people paste them, into bytes."""

from __future__ import annotations

SEPARATORS = " \t\r\n:-,"


class BadHex(ValueError):
    """Text that is not pairs of hex digits. The message says what and where."""


def bytes_of_hex(name: str, text: str) -> bytes:
    """Bytes of pairs of hex digits; white space, colons, commas, hyphens and a leading 0x are skipped. Raises `BadHex`.

    `name` is what the user calls the text: an option or a place holder.
    """
    start = 2 if text[:2].lower() == "0x" else 0
    digits, last = "", 0
    for position, letter in enumerate(text[start:], start=start + 1):
        if letter in SEPARATORS:
            continue
        if letter not in "0123456789abcdefABCDEF":
            raise BadHex(f"{name}: {letter!r} at position {position} is no hex digit; give pairs of 0-9 and A-F")
        digits, last = digits + letter, position
    if len(digits) % 2:
        raise BadHex(
            f"{name}: {len(digits)} hex digits are an odd number, the last at position {last}; give two for each byte"
        )
    return bytes.fromhex(digits)

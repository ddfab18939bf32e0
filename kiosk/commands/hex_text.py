"""Hex digits as people paste them, into bytes; and text from standard input."""

from __future__ import annotations

import sys

SEPARATORS = " \t\r\n:-,;"
PREFIXES = ("0x", "0X", "\\x")
STANDARD_INPUT = "-"
LARGEST_INPUT = 1_000_000
"""Characters of standard input: far beyond any tag or capture that makes sense here."""


class BadInput(ValueError):
    """What was typed or piped in makes no sense. The message says what, where and what to do."""


def bytes_of_hex(name: str, text: str) -> bytes:
    """Bytes of pairs of hex digits. Raises `BadInput`.

    White space, colons, hyphens, commas and semicolons are skipped, and `0x` before a pair. `name` is what the user
    calls the text: an option or a place holder.
    """
    digits: list[str] = []
    position = last = 0
    while position < len(text):
        letter = text[position]
        if len(digits) % 2 == 0 and text.startswith(PREFIXES, position):
            position += len(PREFIXES[0])
            continue
        position += 1
        if letter in SEPARATORS:
            continue
        if letter not in "0123456789abcdefABCDEF":
            raise BadInput(f"{name}: {letter!r} at position {position} is no hex digit; give pairs of 0-9 and A-F")
        digits.append(letter)
        last = position
    if len(digits) % 2:
        raise BadInput(
            f"{name}: {len(digits)} hex digits are an odd number, the last at position {last}; give two for each byte"
        )
    return bytes.fromhex("".join(digits))


def hex_or_standard_input(words: list[str]) -> bytes:
    """Bytes of the words of HEX, or of standard input where there is none or only `-`. Raises `BadInput`."""
    if words in ([], [STANDARD_INPUT]):
        return bytes_of_hex("standard input", standard_input("HEX"))
    return bytes_of_hex("HEX", " ".join(words))


def standard_input(wanted: str) -> str:
    """All of standard input; `wanted` names what should have come. Raises `BadInput`."""
    if sys.stdin is None or sys.stdin.isatty():
        raise BadInput(f"{wanted}: it is missing; type it, or pipe it in")
    try:
        text = sys.stdin.read(LARGEST_INPUT + 1)
    except UnicodeDecodeError:
        raise BadInput("standard input: this is no UTF-8 text; give hex digits or JSON") from None
    except OSError as failed:
        raise BadInput(f"standard input: {failed.strerror}; pipe in a file that can be read") from None
    if len(text) > LARGEST_INPUT:
        raise BadInput(f"standard input: it is longer than {LARGEST_INPUT} characters; give one tag or capture")
    return text.removeprefix("\ufeff")

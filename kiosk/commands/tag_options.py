"""Options that `kiosk tag decode` and `kiosk tag encode` share."""

from __future__ import annotations

import argparse
import sys

from kiosk.commands.hex_text import BadInput, bytes_of_hex

EXIT_DONE, EXIT_REFUSED, EXIT_USAGE = 0, 1, 2
LARGEST_TAG_BYTES = 65536
LARGEST_BLOCK_BYTES = 256


def add_shared(parser: argparse.ArgumentParser, *, afi: str) -> None:
    """AFI, block size and JSON; `afi` is the help of the first."""
    parser.add_argument("--afi", metavar="HH", help=afi)
    parser.add_argument("--block-size", metavar="N", default="4", help="bytes of a block of an HF tag (4)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def register_of(name: str, text: str | None) -> int | None:
    """One byte of two hex digits, or None. Raises `BadInput`."""
    if text is None:
        return None
    value = bytes_of_hex(name, text)
    if len(value) != 1:
        raise BadInput(f"{name}: {text!r} is not one byte; give two hex digits such as 07")
    return value[0]


def whole_number(name: str, text: str, highest: int) -> int:
    """From 1 to `highest`. Raises `BadInput`."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= highest:
        raise BadInput(f"{name}: {text!r} does not fit; give a whole number from 1 to {highest}")
    return number


def complain(verb: str, error: Exception, code: int) -> int:
    """Say on standard error what is wrong; returns `code`."""
    print(f"kiosk tag {verb}: {error}", file=sys.stderr)
    return code

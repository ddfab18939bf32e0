"""Input devices that type: scanners that are keyboards for the machine. Source: Linux, drivers/input/input.c (proc)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LISTED = Path("/proc/bus/input/devices")
BY_ID = Path("/dev/input/by-id")
LETTER_KEYS = frozenset(range(16, 26))
"""Codes of `q` to `p`: a device without them types no code (power buttons, lids, speakers have keys, too)."""

_ID = re.compile(r"Bus=(?P<bus>[0-9a-f]+) Vendor=(?P<vendor>[0-9a-f]+) Product=(?P<product>[0-9a-f]+)")


@dataclass(frozen=True, slots=True)
class InputDevice:
    """A device that types. `name` belongs into the settings."""

    name: str
    path: str
    usb: str
    """`vendor:product` in four hex digits each."""
    words: str


@dataclass(slots=True)
class _Block:
    words: str = ""
    usb: str = "0000:0000"
    handlers: list[str] = field(default_factory=list)
    keys: frozenset[int] = frozenset()


def typing_devices(listed: Path = LISTED, by_id: Path = BY_ID) -> list[InputDevice]:
    """Every input device with letter keys; a keyboard is one as well. Empty where the machine tells none."""
    if not listed.is_file():
        return []
    names = {str(link.resolve()): str(link) for link in by_id.iterdir()} if by_id.is_dir() else {}
    return list(_told(listed.read_text(encoding="utf-8", errors="replace"), names))


def _told(text: str, names: dict[str, str]) -> Iterator[InputDevice]:
    for block in map(_block, text.split("\n\n")):
        event = next((handler for handler in block.handlers if handler.startswith("event")), None)
        if event is not None and block.keys >= LETTER_KEYS:
            path = f"/dev/input/{event}"
            yield InputDevice(names.get(path, path), path, block.usb, block.words)


def _block(text: str) -> _Block:
    block = _Block()
    for line in text.splitlines():
        kind, _, rest = line.partition(": ")
        match kind:
            case "I" if found := _ID.search(rest):
                block.usb = f"{found['vendor']}:{found['product']}"
            case "N":
                block.words = rest.removeprefix("Name=").strip('"')
            case "H":
                block.handlers = rest.removeprefix("Handlers=").split()
            case "B" if rest.startswith("KEY="):
                block.keys = _keys(rest.removeprefix("KEY="))
            case _:
                pass
    return block


def _keys(words: str) -> frozenset[int]:
    """Codes of the bits that are set: words of 64 bits in hex, the highest first."""
    try:
        values = [int(word, 16) for word in reversed(words.split())]
    except ValueError:
        return frozenset()
    return frozenset(64 * place + bit for place, value in enumerate(values) for bit in range(64) if value >> bit & 1)

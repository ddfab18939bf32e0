"""What went over the wires as a vector file: the form of `tests/vectors`, as `kiosk wire read` takes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from firmware_sim.bench.wire_notes import note
from firmware_sim.lines.wire_log import WireEntry


def toml_of(entries: Iterable[WireEntry], protocol_of: Callable[[str], str]) -> str:
    """One exchange a frame; `protocol_of` a device's name says what it speaks."""
    lines = [
        "# Recorded on the technician's bench, with made-up patrons and books.",
        "# Bytes as they were read or sent at once; `time_s` since the bench was started.",
    ]
    for entry in entries:
        protocol = protocol_of(entry.device)
        said = note(protocol, entry) or "bytes"
        lines += [
            "",
            "[[exchange]]",
            f"name = {_text(f'{entry.device}, frame {entry.number}: {said}')}",
            f"protocol = {_text(protocol)}",
            f"device = {_text(entry.device)}",
            f"direction = {_text(entry.direction.value)}",
            f"time_s = {entry.time_s:.4f}",
            f'hex = "{entry.data.hex().upper()}"',
        ]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A basic string of TOML; JSON's escapes are TOML's, too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

"""What the settings of a kiosk or a gate say about its hardware, right or wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

from drivers.ports.address import host_and_port
from kiosk.gate.settings import GateControllerSettings
from kiosk.settings import read_faults
from kiosk.station.settings import KioskSettings
from kiosk.technician.findings import GATE_FILE, KIOSK_FILE, Finding, State

FILES: dict[str, type[object]] = {KIOSK_FILE: KioskSettings, GATE_FILE: GateControllerSettings}


def faults(folder: Path) -> list[Finding]:
    """Every fault of each file that is there, or that all is well. Of a folder without any, that of the kiosk's own."""
    there = [name for name in FILES if (folder / name).exists()] or [KIOSK_FILE]
    return [finding for name in there for finding in _faults(FILES[name], folder / name)]


def _faults(kind: type[object], file: Path) -> list[Finding]:
    wrong = read_faults(kind, file)
    if not wrong:
        return [Finding(State.OK, str(file), "no fault found")]
    return [
        Finding(
            State.FAULT,
            f"{each.file}: {each.key}" if each.key else each.file,
            f"found {each.found}",
            mend=f"expected {each.expected}",
        )
        for each in wrong
    ]


def addresses(folder: Path) -> list[tuple[str, int]]:
    """TCP addresses of devices, read as far as the file can be read: a faulty key must not hide the others."""
    found: list[tuple[str, int]] = []
    for device in [device for name in FILES for device in _devices(folder / name)]:
        port = device.get("port") if isinstance(device, dict) else None
        place = host_and_port(port) if isinstance(port, str) and port.startswith("tcp://") else None
        if place is not None and place not in found:
            found.append(place)
    return found


def _devices(file: Path) -> list[object]:
    """Tables of a file, and the entries of its arrays."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [each for value in table.values() for each in (value if isinstance(value, list) else [value])]

"""What the settings of this kiosk say about its hardware, right or wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.settings import read_faults
from kiosk.station.settings import KioskSettings
from kiosk.technician.findings import Finding, State

FILE = "kiosk.toml"


def faults(folder: Path) -> list[Finding]:
    """Every fault of the file, or one finding that all is well."""
    wrong = read_faults(KioskSettings, folder / FILE)
    if not wrong:
        return [Finding(State.OK, str(folder / FILE), "no fault found")]
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
    try:
        table = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    found: list[tuple[str, int]] = []
    for device in table.values():
        port = device.get("port") if isinstance(device, dict) else None
        if isinstance(port, str) and port.startswith("tcp://"):
            parts = urlsplit(port)
            try:
                host, number = parts.hostname, parts.port
            except ValueError:
                continue
            if host and number and (host, number) not in found:
                found.append((host, number))
    return found

"""All that `kiosk doctor` looks at beside what is plugged in: the machine, and what its settings name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from kiosk.gate.settings import GateControllerSettings
from kiosk.settings import SettingsRefused, load
from kiosk.station.settings import KioskSettings
from kiosk.technician import kept, machine
from kiosk.technician.findings import GATE_FILE, KIOSK_FILE, Finding

S = TypeVar("S")


def look(folder: Path | None) -> list[Finding]:
    """Without a folder the machine alone. A file with faults is left out: its faults are told elsewhere."""
    kiosk = None if folder is None else _read(KioskSettings, folder / KIOSK_FILE)
    gate = None if folder is None else _read(GateControllerSettings, folder / GATE_FILE)
    either = kiosk or gate
    found = machine.look(
        None if either is None else either.time_zone, prepared=None if kiosk is None else kiosk.screen.fonts
    )
    if kiosk is not None:
        found += _of_kiosk(kiosk)
    if gate is not None:
        found += _of_gate(gate)
    return found


def _of_kiosk(settings: KioskSettings) -> Iterator[Finding]:
    now = kept.now()
    yield from kept.disk(settings.ledger.path.parent)
    yield from kept.journal(settings.ledger.path)
    yield from kept.certificates(settings.broker, now)
    yield from kept.broker(settings.broker, now)
    central = settings.central
    if central is not None:
        yield from kept.central(central.url, now)
    yield from kept.keys(
        {
            "broker.key": settings.broker.key,
            "broker.password_file": settings.broker.password_file,
            "central.key_file": None if central is None else central.key_file,
            "staff_file": settings.staff_file,
            "phone_codes.key_file": None if settings.phone_codes is None else settings.phone_codes.key_file,
        }
    )


def _of_gate(settings: GateControllerSettings) -> Iterator[Finding]:
    now = kept.now()
    yield from kept.disk(settings.ledger.parent)
    yield from kept.certificates(settings.broker, now)
    yield from kept.broker(settings.broker, now)
    yield from kept.keys({"broker.key": settings.broker.key, "broker.password_file": settings.broker.password_file})


def _read(kind: type[S], file: Path) -> S | None:
    try:
        return load(kind, file)
    except SettingsRefused:
        return None

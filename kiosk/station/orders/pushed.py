"""Every fault of a `kiosk.toml` that the fleet pushes."""

from __future__ import annotations

from pathlib import Path

from kiosk.settings import Fault, load, read_faults
from kiosk.station.orders.cut_off import cut_off_faults
from kiosk.station.receipt_check import receipt_faults
from kiosk.station.settings import KioskSettings
from kiosk.station.theme_check import theme_faults
from kiosk.wire import Station


def kiosk_faults(file: Path, station: Station) -> list[Fault]:
    """Every fault of a `kiosk.toml` that was pushed to `station`."""
    faults = [*read_faults(KioskSettings, file), *receipt_faults(file), *theme_faults(file)]
    if faults:
        return faults
    settings = load(KioskSettings, file)
    return cut_off_faults(file, station, Station(settings.site, settings.station), settings.fleet)

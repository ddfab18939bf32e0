"""What settings that the fleet pushes must not do, whatever else is right about them: cut the station off."""

from __future__ import annotations

from pathlib import Path

from kiosk.settings import Fault, SettingsRefused
from kiosk.station.fleet_settings import FleetSettings
from kiosk.wire import Station


def cut_off_faults(file: Path, station: Station, named: Station, fleet: FleetSettings | None) -> list[Fault]:
    """Another name, or no key of the fleet."""
    faults: list[Fault] = []
    if named != station:
        faults.append(Fault(str(file), "station", f"the settings of {station.source}", named.source))
    if fleet is None:
        faults.append(Fault(str(file), "fleet", "the table by which the fleet is believed", "none"))
        return faults
    try:
        fleet.keys()
    except SettingsRefused as refused:
        faults += refused.faults
    return faults

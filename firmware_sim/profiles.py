"""Profiles of makers' devices: what a device does in its own way, in a file that a configuration names.

A table of a configuration (`[pad]`, `[[gate]]`, …) with `profile = "feig-cpr"` has every key of `feig-cpr.toml` that it
does not give itself. Profiles lie in `config/devices` of the project, and in `devices` beside the configuration.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path

OURS = Path(__file__).parents[1] / "config" / "devices"
BESIDE = "devices"
KEY, DEVICE = "profile", "device"
PROFILED = ("pad", "scanner", "printer", "gate", "signal")
"""Devices that may have one."""


class UnknownProfile(Exception):
    """There is no such profile for this device. The text says what was expected."""


def folders(config: Path) -> tuple[Path, ...]:
    """Where the profiles of a configuration file are looked for, the first one first."""
    return (config.parent / BESIDE, config.parent.parent / BESIDE, OURS)


def known(device: str, places: tuple[Path, ...]) -> dict[str, Path]:
    """Names of the profiles of a device (`pad`, `gate`, …) and their files."""
    found: dict[str, Path] = {}
    for file in (file for place in places for file in sorted(place.glob("*.toml"))):
        if file.stem not in found and _table(file).get(DEVICE) == device:
            found[file.stem] = file
    return found


def applied(device: str, table: Mapping[str, object], places: tuple[Path, ...]) -> dict[str, object]:
    """The table with what its profile says beneath it; raises `UnknownProfile`. The name stays."""
    name = table.get(KEY)
    if name is None:
        return dict(table)
    there = known(device, places)
    if not isinstance(name, str) or name not in there:
        nearest = difflib.get_close_matches(str(name), there, n=1, cutoff=0.4)
        hint = f"did you mean '{nearest[0]}'?" if nearest else f"there are: {', '.join(sorted(there)) or 'none'}"
        raise UnknownProfile(f"a profile of a {device} ({hint})")
    said = {key: value for key, value in _table(there[name]).items() if key != DEVICE}
    return said | dict(table)


def all_of(content: Mapping[str, object], config: Path) -> tuple[dict[str, object], list[tuple[str, str, object]]]:
    """A whole configuration with its profiles, and what is wrong: key path, what was expected, what was found."""
    places, faults = folders(config), []
    made = dict(content)
    for device in PROFILED:
        tables = content.get(device)
        single = isinstance(tables, dict)
        entries = [tables] if single else tables if isinstance(tables, list) else []
        filled: list[object] = []
        for place, table in enumerate(entries):
            try:
                filled.append(applied(device, table, places) if isinstance(table, dict) else table)
            except UnknownProfile as unknown:
                path = f"{device}.{KEY}" if single else f"{device}[{place}].{KEY}"
                faults.append((path, str(unknown), table.get(KEY) if isinstance(table, dict) else None))
                filled.append({key: value for key, value in table.items() if key != KEY})
        if entries:
            made[device] = filled[0] if single else filled
    return made, faults


def _table(file: Path) -> dict[str, object]:
    return tomllib.loads(file.read_text(encoding="utf-8"))

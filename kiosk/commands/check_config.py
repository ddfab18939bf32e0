"""`kiosk check-config DIR`: every fault with file, key path and what was expected."""

from __future__ import annotations

import argparse
import importlib
import os
from dataclasses import asdict
from pathlib import Path

from kiosk.commands.json_text import json_text
from kiosk.settings import Fault, SettingsRefused, load, read_faults
from kiosk.station.receipt_check import receipt_faults
from kiosk.station.theme_check import theme_faults

FILES = {
    "kiosk.toml": ("kiosk.station.settings", "KioskSettings"),
    "floor.toml": ("kiosk.model.floor", "Floor"),
    "gate.toml": ("kiosk.gate.settings", "GateControllerSettings"),
    "drop.toml": ("kiosk.doors.settings", "DropSettings"),
    "locker.toml": ("kiosk.doors.settings", "LockerSettings"),
    "central.toml": ("kiosk.central.settings", "CentralSettings"),
    "fleet.toml": ("kiosk.fleet.settings", "FleetSettings"),
}
"""The files that a configuration folder may hold, and what each becomes."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "check-config",
        help="check every file of a configuration folder and report every fault",
        description="Checks " + ", ".join(FILES) + " in DIR. Exit code 0 when all is well, 1 when there are faults.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the faults; 1 when there are any."""
    folder: Path = arguments.folder
    checked = [name for name in FILES if os.path.lexists(folder / name)]
    faults: list[Fault] = []
    for name in checked:
        module, kind = FILES[name]
        faults += read_faults(getattr(importlib.import_module(module), kind), folder / name)
    if "kiosk.toml" in checked:
        faults += receipt_faults(folder / "kiosk.toml") + theme_faults(folder / "kiosk.toml")
    if "central.toml" in checked:
        faults += faults_behind_central(folder / "central.toml")
    if not checked:
        faults.append(Fault(str(folder), "", "a folder with " + " or ".join(FILES), _what_is(folder)))
    if arguments.json:
        print(json_text({"checked": checked, "faults": [asdict(fault) for fault in faults]}))
    else:
        for fault in faults:
            print(fault)
        if not faults:
            print(f"{', '.join(checked)}: no fault found")
    return 1 if faults else 0


def faults_behind_central(path: Path) -> list[Fault]:
    """Of the files that central.toml names: the rules, the console's roles. Faults of its own are told elsewhere."""
    from kiosk.central.settings import CentralSettings
    from kiosk.rules.policy import RulesFile as Rules
    from kiosk.web.roles import RolesFile

    try:
        central = load(CentralSettings, path)
    except SettingsRefused:
        return []
    faults = [] if central.rules_file is None else read_faults(Rules, central.rules_file)
    if central.console is not None and central.console.roles is not None:
        faults += read_faults(RolesFile, central.console.roles)
    return faults


def _what_is(folder: Path) -> str:
    """Where the files of a configuration were looked for in vain, in words."""
    if not os.path.lexists(folder):  # pathlib raises for names that no file can have
        return "nothing of this name"
    return "a file" if os.path.isfile(folder) else "a folder without them"  # noqa: PTH113 - as above

"""Reading a scenario against the configuration in which it is to be played."""

from __future__ import annotations

from pathlib import Path

from kiosk.demo.names import Names
from kiosk.demo.scenario import Scenario, read_scenario
from kiosk.settings import Fault, SettingsRefused, located


def read_checked(path: Path, config: Path) -> Scenario:
    """Read a scenario; raise `SettingsRefused` with every fault of the file, what it names and is not there included.

    `config` is a folder like `config/demo`.
    """
    scenario = read_scenario(path)
    faults = Names.of(config).faults(scenario, str(path))
    if faults:
        raise SettingsRefused(located(faults, path))
    return scenario


def faults_of(path: Path, config: Path) -> list[Fault]:
    """Every fault of one file; empty when it can be played."""
    try:
        read_checked(path, config)
    except SettingsRefused as refused:
        return refused.faults
    return []

"""Plays a scenario file in virtual time: the same steps, the same expectations, no process and no waiting."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kiosk.demo.playing import play_with
from kiosk.demo.result import Result
from kiosk.demo.scenario import Scenario, Time
from kiosk.world.house import NeedsRealTime
from kiosk.world.opening import opened_world


def play_virtually(scenario: Scenario, config: Path, keep: Path | None = None) -> Result:
    """Play it; what is written stays in `keep`, if that is given. Raises `NeedsRealTime`."""
    if scenario.setting.time is Time.REAL:
        raise NeedsRealTime(f"the scenario {scenario.name!r}")
    if keep is not None:
        return _played(scenario, config, keep)
    with tempfile.TemporaryDirectory(prefix="kiosk-world-") as folder:
        return _played(scenario, config, Path(folder))


def _played(scenario: Scenario, config: Path, run: Path) -> Result:
    with opened_world(config, run, scenario.setting, scenario.setting.seed) as world:
        return play_with(scenario, config, world.house, world.room, world.eyes, world.house)

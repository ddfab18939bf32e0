"""A world that is ready to be played in: its house, hands in its room and eyes at its screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk.demo.scenario import Setting
from kiosk.screens import fonts
from kiosk.screens.frame import Size
from kiosk.screens.paint import Fonts
from kiosk.station.shown import shown_by
from kiosk.world.eyes import WorldEyes
from kiosk.world.house import VirtualHouse
from kiosk.world.room import WorldRoom


@dataclass(frozen=True, slots=True)
class World:
    """The house is its own clock."""

    house: VirtualHouse
    room: WorldRoom
    eyes: WorldEyes


@contextmanager
def opened_world(config: Path, run: Path, setting: Setting, seed: int) -> Iterator[World]:
    """Everything runs; `run` is a folder for its files. Raises `NeedsRealTime`, and what the settings raise."""
    house = VirtualHouse(config, run, setting, seed)
    try:
        screen, shown = house.settings.screen, shown_by(house.settings)
        eyes = WorldEyes(house, Size(screen.width, screen.height), shown, _measure())
        yield World(house, WorldRoom(house.bench), eyes)
    finally:
        house.close()


@cache
def _measure() -> Fonts:
    """Widths of letters, reckoned once for all worlds of a process."""
    return Fonts(fonts.folder())

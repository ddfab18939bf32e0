"""What the screens show of the library, from the kiosk's settings."""

from __future__ import annotations

from kiosk.model.floor import Floor
from kiosk.screens.settings import ScreenSettings
from kiosk.settings import load
from kiosk.station.settings import KioskSettings


def shown_by(settings: KioskSettings) -> ScreenSettings:
    """Its names, and the floor on which the kiosk stands. Reads the floor; raises `SettingsRefused` with its faults."""
    library = settings.library
    floor = None if library.floor is None else load(Floor, library.floor)
    return ScreenSettings(library.name_zh, library.name_en, floor=floor)

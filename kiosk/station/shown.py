"""What the screens show of the library, from the kiosk's settings."""

from __future__ import annotations

import logging

from kiosk.model.floor import Floor
from kiosk.screens import fonts
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.theme import Theme, load_theme
from kiosk.settings import load
from kiosk.station.settings import KioskSettings

log = logging.getLogger(__name__)


def shown_by(settings: KioskSettings) -> ScreenSettings:
    """Its names, looks, hours, and the floor on which the kiosk stands. Pictures and fonts that are not there are
    named, and ours are shown. Reads theme and floor; raises `SettingsRefused` with their faults."""
    library = settings.library
    theme, missing = Theme(), list[str]()
    if settings.screen.theme is not None:
        theme, missing = load_theme(settings.screen.theme)
    for told in (*missing, *fonts.complaints(fonts.folder(settings.screen.fonts))):
        log.warning("%s", told)
    return ScreenSettings(
        library.name_zh,
        library.name_en,
        theme=theme,
        opening=settings.opening,
        announcements=settings.announcements,
        speaks=settings.speech is not None,
        title_size=settings.screen.title_size,
        floor=None if library.floor is None else load(Floor, library.floor),
    )

"""Whether the library's own look can be used: what `kiosk check-config` looks at beyond the keys."""

from __future__ import annotations

from pathlib import Path

from kiosk.settings import Fault, SettingsRefused, load
from kiosk.station.settings import KioskSettings


def theme_faults(path: Path) -> list[Fault]:
    """Of the library's own look: colours that cannot be read, with the figure, and pictures that are not there."""
    from kiosk.screens.theme import load_theme

    try:
        theme = load(KioskSettings, path).screen.theme
    except SettingsRefused:
        return []
    if theme is None:
        return []
    try:
        _, missing = load_theme(theme)
    except SettingsRefused as refused:
        return list(refused.faults)
    return [Fault(str(theme), "", "pictures that are there", text) for text in missing]

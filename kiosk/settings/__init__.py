"""Configuration: TOML files into frozen dataclasses, by one strict converter that reports every fault with its path."""

from kiosk.settings.convert import Fault, SettingsRefused, convert, in_words, shown
from kiosk.settings.files import load, located, read_faults
from kiosk.settings.tables import as_table

__all__ = ["Fault", "SettingsRefused", "as_table", "convert", "in_words", "load", "located", "read_faults", "shown"]

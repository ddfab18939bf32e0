"""Configuration: TOML files into frozen dataclasses, by one strict converter that reports every fault with its path."""

from kiosk.settings.convert import Fault, SettingsRefused, convert
from kiosk.settings.files import load, read_faults

__all__ = ["Fault", "SettingsRefused", "convert", "load", "read_faults"]

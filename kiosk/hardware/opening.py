"""Any device of any kind, by its settings: for tools that take whichever device they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, assert_never

from drivers.ports.pump import Tap
from kiosk.hardware.pads import PadDriver, PadSettings, opened_pad, opened_programmer
from kiosk.hardware.running import Running
from kiosk.model.circulation import SecurityMarks
from kiosk.settings.files import convert_words, load_table

FILE = "kiosk.toml"


class Kind(StrEnum):
    """Tables of the settings that are devices."""

    PAD = "pad"
    GATE = "gate"
    SCANNER = "scanner"
    CARDS = "cards"
    PRINTER = "printer"


Openable = PadSettings
SETTINGS: Mapping[Kind, type[Openable]] = MappingProxyType({Kind.PAD: PadSettings})


def from_file(kind: Kind, folder: Path, words: Mapping[str, str]) -> Openable:
    """The device that a kiosk's settings name, `words` in place of some of them. Raises `SettingsRefused`."""
    return load_table(SETTINGS[kind], folder / FILE, kind.value, words)


def from_words(kind: Kind, words: Mapping[str, str]) -> Openable:
    """A device named on the command line alone. Raises `SettingsRefused`."""
    return convert_words(SETTINGS[kind], words, file=f"command line: {kind.value}", folder=Path.cwd())


def opened(settings: Openable, deliver: Callable[[Any], None], tap: Tap | None) -> Running[Any]:
    """The driver for these settings, not started. A pad can write memory, too. Raises `BadSetting`."""
    match settings:
        case PadSettings():
            if settings.driver is PadDriver.LLRP:
                return opened_pad(settings, SecurityMarks(), deliver, tap)
            return opened_programmer(settings, deliver, tap)
        case _:
            assert_never(settings)


def protocol_of(settings: Openable) -> str:
    """As `kiosk wire decode` names it."""
    match settings:
        case PadSettings():
            return settings.driver.value
        case _:
            assert_never(settings)

"""Any device of any kind, by its settings: for tools that take whichever device they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, assert_never

from drivers.ports.pump import Tap
from kiosk.hardware.cards import CardSettings, opened_cards
from kiosk.hardware.gates import GateFile, GateSettings, opened_gate, protocol_of_gate
from kiosk.hardware.pads import PadDriver, PadSettings, opened_pad, opened_programmer
from kiosk.hardware.printers import PrinterSettings, opened_printer
from kiosk.hardware.running import Started
from kiosk.hardware.scanners import ScannerSettings, opened_scanner, protocol_of_scanner
from kiosk.model.circulation import SecurityMarks
from kiosk.settings.convert import Fault, SettingsRefused
from kiosk.settings.files import convert_words, load_part, load_table

FILE = "kiosk.toml"
GATE_FILE = "gate.toml"


class Kind(StrEnum):
    """Tables of the settings that are devices."""

    PAD = "pad"
    GATE = "gate"
    SCANNER = "scanner"
    CARDS = "cards"
    PRINTER = "printer"


Openable = PadSettings | GateSettings | ScannerSettings | CardSettings | PrinterSettings
SETTINGS: Mapping[Kind, type[Openable]] = MappingProxyType(
    {
        Kind.PAD: PadSettings,
        Kind.GATE: GateSettings,
        Kind.SCANNER: ScannerSettings,
        Kind.CARDS: CardSettings,
        Kind.PRINTER: PrinterSettings,
    }
)


def from_file(kind: Kind, folder: Path, words: Mapping[str, str]) -> Openable:
    """The device that a kiosk's settings name, `words` in place of some of them. Raises `SettingsRefused`.

    Gates stand in a file of their own; the first is taken, or that of the word `number`, counted from 1.
    """
    if kind is not Kind.GATE:
        return load_table(SETTINGS[kind], folder / FILE, kind.value, words)
    file = folder / GATE_FILE
    gates = load_part(GateFile, file, "gates").gates
    number = words.get("number", "1")
    if not number.isascii() or not number.isdecimal() or not 1 <= int(number) <= len(gates):
        raise SettingsRefused([Fault(str(file), "number", f"the number of a gate, 1 to {len(gates)}", number)])
    others = {key: value for key, value in words.items() if key != "number"}
    return convert_words(
        GateSettings, others, file=f"{file}: gates.{number}", folder=folder, table=_as_table(gates[int(number) - 1])
    )


def _as_table(gate: GateSettings) -> dict[str, object]:
    """The settings of a gate as they would stand in a file, for words to be put over them."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(gate).items()
        if value is not None
    }


def from_words(kind: Kind, words: Mapping[str, str]) -> Openable:
    """A device named on the command line alone. Raises `SettingsRefused`."""
    return convert_words(SETTINGS[kind], words, file=f"command line: {kind.value}", folder=Path.cwd())


def opened(settings: Openable, font: Path, deliver: Callable[[Any], None], tap: Tap | None) -> Started:
    """The driver for these settings, not started. A pad can write memory, too. Raises `BadSetting`."""
    match settings:
        case PadSettings():
            if settings.driver is PadDriver.LLRP:
                return opened_pad(settings, SecurityMarks(), deliver, tap)
            return opened_programmer(settings, deliver, tap)
        case GateSettings():
            return opened_gate(settings, deliver, tap)
        case ScannerSettings():
            return opened_scanner(settings, deliver, tap)
        case CardSettings():
            return opened_cards(settings, deliver, tap)
        case PrinterSettings():
            return opened_printer(settings, font, deliver, tap)
        case _:
            assert_never(settings)


def protocol_of(settings: Openable) -> str:
    """As `kiosk wire decode` names it."""
    match settings:
        case PadSettings():
            return settings.driver.value
        case GateSettings():
            return protocol_of_gate(settings)
        case ScannerSettings():
            return protocol_of_scanner(settings)
        case CardSettings():
            return "pcsc"
        case PrinterSettings():
            return "escpos"
        case _:
            assert_never(settings)

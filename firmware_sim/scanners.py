"""The scanners that can be simulated, by the word of the configuration.

A further one is a module in `firmware_sim/devices/`, a word in `ScannerDriver` (`firmware_sim/settings.py`), a line
here, and one in `firmware_sim/catalogue.py` if it speaks another language or has other faults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from firmware_sim.catalogue import CATALOGUE, SSI_FAULTS, DeviceName, Simulated
from firmware_sim.clock import Clock
from firmware_sim.devices.scan_engine import TextEngine, Wording
from firmware_sim.devices.scan_engine_dialects import Dialect
from firmware_sim.devices.scan_engine_ssi import DecodeFormat, SsiEngine
from firmware_sim.devices.scanner import Scanner
from firmware_sim.devices.wedge import Wedge
from firmware_sim.faults.orders import FaultOrder
from firmware_sim.faults.words import KEYBOARD_FAULTS, LINE_FAULTS, Fault, SsiFault, WedgeFault
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.quirks import Quirks
from firmware_sim.settings import ScannerDriver, ScannerSettings

CodeReader = Scanner | TextEngine | SsiEngine | Wedge
AS_FIRED = Wording(sends_aim=True)
"""A code that is fired with an AIM identifier is said with it."""


@dataclass(frozen=True, slots=True)
class Sort:
    """Its language, named like the file of its test vectors; its faults; how one is made: byte time, clock, seed and
    quirks.
    """

    protocol: str
    faults: tuple[Fault, ...]
    make: Callable[[float, Clock, int, Quirks], CodeReader]


def _engine(dialect: Dialect) -> Sort:
    return Sort("scan_engine", LINE_FAULTS, lambda _, __, ___, ____: TextEngine(dialect, wording=AS_FIRED))


def _zebra(decode_format: DecodeFormat) -> Sort:
    return Sort(
        "scan_engine", SSI_FAULTS, lambda byte_s, _, __, ___: SsiEngine(decode_format, byte_s=byte_s, wording=AS_FIRED)
    )


def _keyboard(_: float, clock: Clock, seed: int, _quirks: Quirks) -> Wedge:
    return Wedge(epoch_s=clock.utc().replace(tzinfo=UTC).timestamp() - clock.now_s(), seed=seed)


def _plain(_: float, _clock: Clock, _seed: int, quirks: Quirks) -> Scanner:
    return Scanner(quirks.prefix, quirks.suffix)


SCANNERS = {
    ScannerDriver.TEXT: Sort("scanner", LINE_FAULTS, _plain),
    ScannerDriver.HONEYWELL: _engine(Dialect.HONEYWELL),
    ScannerDriver.ZEBRA: _zebra(DecodeFormat.TEXT),
    ScannerDriver.NEWLAND: _engine(Dialect.NEWLAND),
    ScannerDriver.GM65: _engine(Dialect.GM65),
    ScannerDriver.SSI: _zebra(DecodeFormat.PACKETS),
    ScannerDriver.EVDEV: Sort("evdev", KEYBOARD_FAULTS, _keyboard),
}


def wire_byte_s(settings: ScannerSettings) -> float:
    """What a byte takes: nothing where the kernel hands out records; a keyboard keeps its own pace."""
    return 0.0 if settings.driver is ScannerDriver.EVDEV else byte_time_s(settings.baud, Frame.EIGHT_NONE_ONE)


def scanner_of(settings: ScannerSettings, clock: Clock, seed: int = 0) -> CodeReader:
    """The scanner that was asked for; `seed` is of its bad luck."""
    return SCANNERS[settings.driver].make(wire_byte_s(settings), clock, seed, settings.quirks)


def kind_of_scanner(driver: ScannerDriver) -> Simulated:
    """What the catalogue says of it."""
    sort = SCANNERS[driver]
    return next(
        kind for kind in CATALOGUE[DeviceName.SCANNER] if (kind.protocol, kind.faults) == (sort.protocol, sort.faults)
    )


def spoil_scanner(reader: CodeReader, order: FaultOrder) -> None:
    """Give it a fault of its own, or none; most have only those of their line."""
    match reader, order.fault:
        case SsiEngine(), SsiFault() as fault:
            reader.set_fault(fault)
        case SsiEngine(), _:
            reader.set_fault(SsiFault.NONE)
        case Wedge(), WedgeFault() as fault:
            reader.set_fault(fault, order.rate)
        case Wedge(), _:
            reader.set_fault(WedgeFault.NONE)
        case _:
            return

"""What can be simulated: devices, the protocols that they speak, the lines that they hang on, and their faults."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware_sim.faults.words import CardFault, PadFault, PrinterFault, ScannerFault
from firmware_sim.room.room import UnknownName


class DeviceName(StrEnum):
    """Devices by the names that the bench and scenario files use."""

    PAD = "pad"
    SCANNER = "scanner"
    PRINTER = "printer"
    CARDS = "cards"


Fault = PadFault | ScannerFault | PrinterFault | CardFault


@dataclass(frozen=True, slots=True)
class Simulated:
    """One kind of device. `protocol` is named like the file of its test vectors."""

    what: str
    protocol: str
    lines: tuple[str, ...]
    faults: type[Fault]


CATALOGUE = {
    DeviceName.PAD: Simulated("FEIG OBID reader (CPR family) with a pad", "feig", ("pty", "tcp"), PadFault),
    DeviceName.SCANNER: Simulated("barcode scanner on a serial line", "scanner", ("pty",), ScannerFault),
    DeviceName.PRINTER: Simulated("receipt printer with a cutter", "escpos", ("pty", "tcp"), PrinterFault),
    DeviceName.CARDS: Simulated("contactless card reader behind the real PC/SC service", "pcsc", ("pcscd",), CardFault),
}


def device_named(name: str, where: str) -> DeviceName:
    """The device of this name; raises `UnknownName`."""
    try:
        return DeviceName(name)
    except ValueError:
        raise UnknownName("device", name, where, list(DeviceName)) from None


def fault_named(device: DeviceName, word: str, where: str) -> Fault:
    """The fault that this word means for this device; raises `UnknownName`."""
    faults = CATALOGUE[device].faults
    for fault in faults:
        if fault.value == word:
            return fault
    raise UnknownName(f"{device} fault", word, where, [fault.value for fault in faults])

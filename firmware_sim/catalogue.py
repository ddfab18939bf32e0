"""What can be simulated: devices, the protocols that they speak, the lines that they hang on, and their faults."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware_sim.faults.words import (
    KEYBOARD_FAULTS,
    LINE_FAULTS,
    SOCKET_FAULTS,
    CardFault,
    Fault,
    GateFault,
    PadFault,
    PcscPadFault,
    PrinterFault,
    SsiFault,
    TasmotaFault,
    with_own,
)
from firmware_sim.room.room import UnknownName
from firmware_sim.settings import GateDriver, SignalDriver


class DeviceName(StrEnum):
    """Devices by the names that the bench and scenario files use."""

    PAD = "pad"
    SCANNER = "scanner"
    PRINTER = "printer"
    CARDS = "cards"


@dataclass(frozen=True, slots=True)
class Simulated:
    """One kind of device. `protocol` is named like the file of its test vectors."""

    what: str
    protocol: str
    lines: tuple[str, ...]
    faults: tuple[Fault, ...]
    """`none` is the first."""


ON_A_LINE = ("pty", "tcp")
PAD_FAULTS = with_own(LINE_FAULTS, PadFault)
SSI_FAULTS = with_own(LINE_FAULTS, SsiFault)
GATE_FAULTS = with_own(SOCKET_FAULTS, GateFault)
PORTAL_FAULTS = tuple(fault for fault in GATE_FAULTS if fault is not GateFault.COUNTER_RESET)
"""It counts no people."""
CATALOGUE: dict[DeviceName, tuple[Simulated, ...]] = {
    DeviceName.PAD: (
        Simulated("FEIG OBID reader (CPR family) with a pad", "feig", ON_A_LINE, PAD_FAULTS),
        Simulated("3M / Bibliotheca 210 reader with a pad", "m3_210", ON_A_LINE, PAD_FAULTS),
        Simulated("RL866 / M201 reader with a pad", "rl866", ON_A_LINE, PAD_FAULTS),
        Simulated("UHF reader (LLRP) with a pad", "llrp", ("tcp",), with_own(SOCKET_FAULTS, PadFault)),
        Simulated(
            "desk reader (ACR1552U class) behind the real PC/SC service", "pcsc", ("pcscd",), tuple(PcscPadFault)
        ),
    ),
    DeviceName.SCANNER: (
        Simulated("barcode scanner on a serial line", "scanner", ("pty",), LINE_FAULTS),
        Simulated("scan engine with a trigger (Honeywell, Newland, GM65)", "scan_engine", ("pty",), LINE_FAULTS),
        Simulated("Zebra scan engine (SSI), in packets or as text", "scan_engine", ("pty",), SSI_FAULTS),
        Simulated("keyboard scanner, as the kernel's input records", "evdev", ("pty",), KEYBOARD_FAULTS),
    ),
    DeviceName.PRINTER: (
        Simulated("receipt printer with a cutter", "escpos", ON_A_LINE, with_own(LINE_FAULTS, PrinterFault)),
    ),
    DeviceName.CARDS: (
        Simulated("contactless card reader behind the real PC/SC service", "pcsc", ("pcscd",), tuple(CardFault)),
    ),
}
"""For each device the kinds that there are; the first is the usual one."""


GATES = {
    GateDriver.LSP2: Simulated("TAGSYS LSP2 pedestal", "lsp2", ("tcp",), GATE_FAULTS),
    GateDriver.FEIG_BUFFERED: Simulated("FEIG gate, read from its buffer", "feig", ("tcp",), GATE_FAULTS),
    GateDriver.FEIG_NOTIFYING: Simulated("FEIG gate that calls its host", "feig", ("calls the host",), GATE_FAULTS),
    GateDriver.LLRP: Simulated("UHF portal (LLRP) of two antennas", "llrp", ("tcp",), PORTAL_FAULTS),
}
"""A bench has none, one or several, by names of its own."""


SIGNALS = {
    SignalDriver.SERIAL_RELAY: Simulated("relay board (LCUS type) with lamps", "serial_relay", ("pty",), LINE_FAULTS),
    SignalDriver.TASMOTA: Simulated("Tasmota relay board", "tasmota", ("mqtt",), tuple(TasmotaFault)),
}
"""A bench has none, one or several, by names of their own."""


DOOR_BOARD = Simulated("board of relays and inputs (Modbus RTU) of a door", "modbus", ("pty",), LINE_FAULTS)


def usual() -> dict[DeviceName, Simulated]:
    """The usual kind of each device."""
    return {name: kinds[0] for name, kinds in CATALOGUE.items()}


def of_protocol(device: DeviceName, protocol: str) -> Simulated:
    """The kind of this device that speaks this protocol."""
    return next(kind for kind in CATALOGUE[device] if kind.protocol == protocol)


def device_named(name: str, where: str) -> DeviceName:
    """The device of this name; raises `UnknownName`."""
    try:
        return DeviceName(name)
    except ValueError:
        raise UnknownName("device", name, where, list(DeviceName)) from None

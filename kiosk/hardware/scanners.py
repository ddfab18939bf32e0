"""Barcode scanners: settings, and the driver on its port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, assert_never

from drivers.conversation import Conversation
from drivers.errors import BadSetting
from drivers.ports.address import open_port
from drivers.ports.evdev import EvdevPort
from drivers.ports.port import Port
from drivers.ports.pump import Pump, Tap
from drivers.ports.serial import LineSettings
from drivers.scanners import serial_scanner, ssi_scanner, wedge
from drivers.scanners.events import ScannerCommand, ScannerEvent
from drivers.scanners.reading import CodabarLetters
from drivers.scanners.triggers import Dialect, TriggerBytes, trigger_of
from kiosk.hardware.ports import Baud, PortName
from kiosk.hardware.running import Running
from kiosk.model.limits import Limit


class ScannerDriver(StrEnum):
    """How a scanner sends its codes."""

    SERIAL = "serial"
    """As text on a serial line (RS-232, USB-CDC) or a socket."""
    SSI = "ssi"
    """In packets of Zebra's Simple Serial Interface."""
    EVDEV = "evdev"
    """It types as a keyboard."""


def _is_hex(value: object) -> bool:
    try:
        return isinstance(value, str) and bytes.fromhex(value) is not None
    except ValueError:
        return False


HexBytes = Annotated[str, Limit("bytes in hex, such as 16540D", _is_hex)]


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    port: PortName
    """`/dev/…` for a serial line or an input device, `tcp://host:port` for a socket."""
    driver: ScannerDriver = ScannerDriver.SERIAL
    baud: Baud = 9_600
    prefix: str = ""
    """What the scanner puts before each code."""
    suffix: str = ""
    """What it puts behind each code, before CR, LF or Enter."""
    terminators: str = "\r\n"
    """`serial`: each of these characters ends a code; empty for a scanner that ends a code with silence."""
    codabar: CodabarLetters = CodabarLetters.STRIP
    """Start and stop letters of Codabar."""
    trigger: Dialect = Dialect.NONE
    """Whose command makes the engine read; `serial` only (`ssi` has its own)."""
    trigger_on: HexBytes = ""
    """With trigger = "bytes": the bytes that start reading, in hex."""
    trigger_off: HexBytes = ""
    """With trigger = "bytes": the bytes that stop it, in hex."""

    def __post_init__(self) -> None:
        if self.driver is not ScannerDriver.SERIAL and self.trigger is not Dialect.NONE:
            raise ValueError("expected trigger only with the driver serial")
        if self.driver is ScannerDriver.EVDEV and not self.port.startswith("/"):
            raise ValueError("expected port /dev/input/… with the driver evdev")
        try:
            self.trigger_bytes()
        except BadSetting as bad:
            raise ValueError(f"expected a trigger that fits; {bad}") from None

    def trigger_bytes(self) -> TriggerBytes:
        """What makes the engine read. Raises `BadSetting`."""
        return trigger_of(self.trigger, self.trigger_on, self.trigger_off)


def opened_scanner(
    settings: ScannerSettings, deliver: Callable[[ScannerEvent], None], tap: Tap | None = None
) -> Running[ScannerCommand]:
    """The scanner, not started. Raises `BadSetting`."""
    port = EvdevPort(settings.port) if settings.driver is ScannerDriver.EVDEV else _line(settings)
    return Pump(scanner_core(settings), port, deliver, name="scanner", tap=tap)


def scanner_core(settings: ScannerSettings) -> Conversation[ScannerEvent, ScannerCommand]:
    """Its driver, without a port. Raises `BadSetting`."""
    prefix, suffix = settings.prefix.encode(), settings.suffix.encode()
    match settings.driver:
        case ScannerDriver.SERIAL:
            serial = serial_scanner.ScannerSettings(
                prefix=prefix,
                suffix=suffix,
                codabar=settings.codabar,
                terminators=settings.terminators.encode(),
                trigger=settings.trigger_bytes(),
            )
            return serial_scanner.ScannerCore(serial)
        case ScannerDriver.SSI:
            packets = ssi_scanner.SsiSettings(prefix=prefix, suffix=suffix, codabar=settings.codabar)
            return ssi_scanner.SsiCore(packets)
        case ScannerDriver.EVDEV:
            typed = wedge.WedgeSettings(prefix=prefix, suffix=suffix, codabar=settings.codabar)
            return wedge.WedgeCore(typed)
        case _:
            assert_never(settings.driver)


def _line(settings: ScannerSettings) -> Port:
    return open_port(settings.port, LineSettings(settings.baud))


def protocol_of_scanner(settings: ScannerSettings) -> str:
    """As `kiosk wire decode` names it."""
    match settings.driver:
        case ScannerDriver.SERIAL:
            return "scanner"
        case ScannerDriver.SSI:
            return "scan_engine"
        case ScannerDriver.EVDEV:
            return "evdev"
        case _:
            assert_never(settings.driver)

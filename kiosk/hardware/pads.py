"""RFID pads: settings, and the driver of each maker on its port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from drivers.conversation import Conversation
from drivers.errors import BadSetting
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.programmer import FeigProgrammer
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.pcsc.settings import PcscPadSettings
from drivers.pads.programming import ProgrammerCommand, ProgrammerEvent
from drivers.pads.protocol import PadCommand, PadEvent
from drivers.pads.rl866.settings import Rl866Settings
from drivers.ports.address import open_port
from drivers.ports.port import Port
from drivers.ports.pump import Pump, Tap
from drivers.ports.serial import LineSettings, Parity
from kiosk.hardware.ports import PCSC, Baud, PortName, speed_baud
from kiosk.hardware.running import Running
from kiosk.model.circulation import SecurityMarks


class PadDriver(StrEnum):
    """Wire protocols of RFID pads; docs/hardware.md tells makes and models."""

    FEIG = "feig"
    M3_210 = "m3_210"
    RL866 = "rl866"
    PCSC = "pcsc"
    """A desk reader: one book at a time."""
    LLRP = "llrp"


USUAL_LINES = MappingProxyType(
    {
        PadDriver.FEIG: LineSettings(38_400, Parity.EVEN),
        PadDriver.M3_210: LineSettings(19_200),
        PadDriver.RL866: LineSettings(38_400, Parity.EVEN),
        PadDriver.PCSC: LineSettings(),
        PadDriver.LLRP: LineSettings(),
    }
)
"""As the makers set a reader's serial line. Only the speed is a setting: parity belongs to the protocol."""
WITH_EAS = frozenset({PadDriver.M3_210, PadDriver.RL866})
"""Drivers that can write the chip's EAS bit and read it back."""


@dataclass(frozen=True, slots=True)
class PadSettings:
    port: PortName
    """`/dev/…` for a serial line, `tcp://host:port` for a socket, `pcsc:READER` for a desk reader."""
    driver: PadDriver = PadDriver.FEIG
    baud: Baud | None = None
    """Speed of a serial line; the maker's usual one where it is not given."""
    reversed_blocks: bool = True
    """`feig`: the reader sends the last byte of a block first."""
    eas: bool = False
    """The library uses the chip's EAS bit besides the AFI: both are written, and read back (`m3_210`, `rl866`)."""

    def __post_init__(self) -> None:
        if self.eas and self.driver not in WITH_EAS:
            raise ValueError(f"expected eas only with a driver that can read it back ({', '.join(sorted(WITH_EAS))})")
        if self.driver is PadDriver.LLRP and not self.port.startswith("tcp://"):
            raise ValueError("expected port tcp://host:5084 with the driver llrp")
        if (self.driver is PadDriver.PCSC) != self.port.startswith(PCSC):
            raise ValueError("expected port pcsc:READER with the driver pcsc, and with no other")

    @property
    def line(self) -> LineSettings:
        usual = USUAL_LINES[self.driver]
        return usual if self.baud is None else LineSettings(self.baud, usual.parity)


def opened_pad(
    settings: PadSettings,
    marks: SecurityMarks,
    deliver: Callable[[PadEvent], None],
    tap: Tap | None = None,
) -> Running[PadCommand]:
    """The pad of a kiosk, not started. Raises `BadSetting`."""
    return Pump(pad_core(settings, marks), _port(settings), deliver, name="pad", tap=tap)


def opened_programmer(
    settings: PadSettings, deliver: Callable[[ProgrammerEvent], None], tap: Tap | None = None
) -> Running[ProgrammerCommand]:
    """The same pad for a technician: it also writes the memory of tags. Raises `BadSetting`, and for `llrp` always."""
    return Pump(_programmer(settings), _port(settings), deliver, name="pad", tap=tap)


def _port(settings: PadSettings) -> Port:
    if settings.driver is PadDriver.PCSC:
        from drivers.ports.pcsc import PcscPort

        return PcscPort(settings.port.removeprefix(PCSC))
    return open_port(settings.port, settings.line)


def pad_core(settings: PadSettings, marks: SecurityMarks) -> Conversation[PadEvent, PadCommand]:
    """Its driver, without a port."""
    match settings.driver:
        case PadDriver.FEIG:
            return FeigPad(_feig(settings))
        case PadDriver.M3_210:
            from drivers.pads.m3_210.core import M3Pad

            return M3Pad(_m3(settings))
        case PadDriver.RL866:
            from drivers.pads.rl866.pad import Rl866Pad

            return Rl866Pad(_rl866(settings))
        case PadDriver.PCSC:
            from drivers.pads.pcsc.pad import PcscPad

            return PcscPad(PcscPadSettings(reader=settings.port.removeprefix(PCSC)))
        case PadDriver.LLRP:
            from drivers.pads.llrp.core import LlrpPad
            from drivers.pads.llrp.settings import LlrpPadSettings

            return LlrpPad(LlrpPadSettings(afi_in_stock=marks.in_stock, afi_on_loan=marks.on_loan))
        case _:
            assert_never(settings.driver)


def _programmer(settings: PadSettings) -> Conversation[ProgrammerEvent, ProgrammerCommand]:
    match settings.driver:
        case PadDriver.FEIG:
            return FeigProgrammer(_feig(settings))
        case PadDriver.M3_210:
            from drivers.pads.m3_210.programmer import M3Programmer

            return M3Programmer(_m3(settings))
        case PadDriver.RL866:
            from drivers.pads.rl866.pad import Rl866Programmer

            return Rl866Programmer(_rl866(settings))
        case PadDriver.PCSC:
            from drivers.pads.pcsc.pad import PcscProgrammer

            return PcscProgrammer(PcscPadSettings(reader=settings.port.removeprefix(PCSC)))
        case PadDriver.LLRP:
            raise BadSetting("the driver llrp writes no memory of tags: use the maker's own tool")
        case _:
            assert_never(settings.driver)


def _feig(settings: PadSettings) -> FeigSettings:
    return FeigSettings(speed_baud=_speed(settings), reversed_blocks=settings.reversed_blocks)


def _m3(settings: PadSettings) -> M3Settings:
    return M3Settings(speed_baud=_speed(settings))


def _rl866(settings: PadSettings) -> Rl866Settings:
    return Rl866Settings(speed_baud=_speed(settings))


def _speed(settings: PadSettings) -> int:
    return speed_baud(settings.port, settings.line.speed_baud)

"""RFID pads: settings, and the driver of each maker on its port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from drivers.conversation import Conversation
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.programmer import FeigProgrammer
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.programming import ProgrammerCommand, ProgrammerEvent
from drivers.pads.protocol import PadCommand, PadEvent
from drivers.ports.address import open_port
from drivers.ports.pump import Pump, Tap
from drivers.ports.serial import LineSettings, Parity
from kiosk.hardware.ports import Baud, PortName, speed_baud
from kiosk.hardware.running import Running


class PadDriver(StrEnum):
    """Wire protocols of RFID pads; docs/hardware.md tells makes and models."""

    FEIG = "feig"


USUAL_LINES = MappingProxyType({PadDriver.FEIG: LineSettings(38_400, Parity.EVEN)})
"""As the makers set a reader's serial line. Only the speed is a setting: parity belongs to the protocol."""


@dataclass(frozen=True, slots=True)
class PadSettings:
    port: PortName
    """`/dev/…` for a serial line, `tcp://host:port` for a socket, `pcsc:READER` for a desk reader."""
    driver: PadDriver = PadDriver.FEIG
    baud: Baud | None = None
    """Speed of a serial line; the maker's usual one where it is not given."""
    reversed_blocks: bool = True
    """`feig`: the reader sends the last byte of a block first."""

    @property
    def line(self) -> LineSettings:
        usual = USUAL_LINES[self.driver]
        return usual if self.baud is None else LineSettings(self.baud, usual.parity)


def opened_pad(
    settings: PadSettings, deliver: Callable[[PadEvent], None], tap: Tap | None = None
) -> Running[PadCommand]:
    """The pad of a kiosk, not started. Raises `BadSetting`."""
    return Pump(_core(settings), open_port(settings.port, settings.line), deliver, name="pad", tap=tap)


def opened_programmer(
    settings: PadSettings, deliver: Callable[[ProgrammerEvent], None], tap: Tap | None = None
) -> Running[ProgrammerCommand]:
    """The same pad for a technician: it also writes the memory of tags. Raises `BadSetting`."""
    return Pump(_programmer(settings), open_port(settings.port, settings.line), deliver, name="pad", tap=tap)


def _core(settings: PadSettings) -> Conversation[PadEvent, PadCommand]:
    match settings.driver:
        case PadDriver.FEIG:
            return FeigPad(_feig(settings))
        case _:
            assert_never(settings.driver)


def _programmer(settings: PadSettings) -> Conversation[ProgrammerEvent, ProgrammerCommand]:
    match settings.driver:
        case PadDriver.FEIG:
            return FeigProgrammer(_feig(settings))
        case _:
            assert_never(settings.driver)


def _feig(settings: PadSettings) -> FeigSettings:
    speed = speed_baud(settings.port, settings.line.speed_baud)
    return FeigSettings(speed_baud=speed, reversed_blocks=settings.reversed_blocks)

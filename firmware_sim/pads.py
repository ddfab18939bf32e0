"""The pads that can be simulated on a serial line, by the word of the configuration.

A further reader is a module in `firmware_sim/devices/`, a word in `PadDriver` and its baud rate in
`firmware_sim/settings.py`, a line here, one in `firmware_sim/catalogue.py`, and its notes in
`firmware_sim/bench/wire_notes.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from firmware_sim.devices.device import Device
from firmware_sim.devices.feig import PSST_S, FeigReader
from firmware_sim.devices.m3_210 import M3Reader
from firmware_sim.devices.radio import Field
from firmware_sim.devices.rl866 import Rl866Reader
from firmware_sim.faults.words import PadFault
from firmware_sim.lines.pace import Frame
from firmware_sim.settings import PadDriver


class PadReader(Device, Protocol):
    """A reader on a line, which can have the faults of pads."""

    def set_fault(self, fault: PadFault) -> None:
        """Have this fault from now on, instead of any other."""
        ...


@dataclass(frozen=True, slots=True)
class SerialPad:
    """How its bytes are framed, and how one is made: from the field, and the seconds of a byte (0: a socket)."""

    frame: Frame
    make: Callable[[Field, float], PadReader]


def _feig(field: Field, byte_s: float) -> PadReader:
    return FeigReader(field, byte_s=byte_s, turnaround_s=PSST_S if byte_s else 0.0)


SERIAL_PADS = {
    PadDriver.FEIG: SerialPad(Frame.EIGHT_EVEN_ONE, _feig),
    PadDriver.M3_210: SerialPad(Frame.EIGHT_NONE_ONE, lambda field, byte_s: M3Reader(field, byte_s=byte_s)),
    PadDriver.RL866: SerialPad(Frame.EIGHT_EVEN_ONE, lambda field, byte_s: Rl866Reader(field, byte_s=byte_s)),
}

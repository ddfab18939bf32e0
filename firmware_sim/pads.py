"""The pads that can be simulated on a line, by the word of the configuration.

A further reader is a module in `firmware_sim/devices/`, a word in `PadDriver` and its baud rate in
`firmware_sim/settings.py`, a line here, one in `firmware_sim/catalogue.py`, and its notes in
`firmware_sim/bench/wire_notes.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from firmware_sim.clock import Clock
from firmware_sim.devices.device import Device
from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.feig import PSST_S, FeigReader
from firmware_sim.devices.llrp import LlrpReader
from firmware_sim.devices.m3_210 import M3Reader
from firmware_sim.devices.m3_210_tags import STEADY
from firmware_sim.devices.rl866 import RECORDS_AN_ANSWER, Rl866Reader
from firmware_sim.devices.uhf_field import PadField
from firmware_sim.faults.pad_trouble import PadTrouble
from firmware_sim.lines.pace import Frame
from firmware_sim.quirks import Quirks
from firmware_sim.room.room import Room
from firmware_sim.settings import PadDriver


class PadReader(Device, Protocol):
    """A reader on a line, which can have the faults of pads."""

    trouble: PadTrouble


@dataclass(frozen=True, slots=True)
class LinePad:
    """How its bytes are framed, and how one is made: from room, seconds of a byte (0: a socket), clock, the seed of its
    bad luck, and its quirks.
    """

    frame: Frame
    make: Callable[[Room, float, Clock, int, Quirks], PadReader]


def _feig(room: Room, byte_s: float, _: Clock, seed: int, quirks: Quirks) -> PadReader:
    return FeigReader(room, byte_s=byte_s, turnaround_s=PSST_S if byte_s else 0.0, seed=seed, quirks=quirks)


def _m3_210(room: Room, byte_s: float, _: Clock, seed: int, quirks: Quirks) -> PadReader:
    return M3Reader(room, byte_s=byte_s, seed=seed, moods=None if quirks.moody else STEADY)


def _rl866(room: Room, byte_s: float, _: Clock, seed: int, quirks: Quirks) -> PadReader:
    most = quirks.tags_an_answer or RECORDS_AN_ANSWER
    return Rl866Reader(room, byte_s=byte_s, seed=seed, records_an_answer=most)


def _llrp(room: Room, _: float, clock: Clock, seed: int, _quirks: Quirks) -> PadReader:
    return LlrpReader(PadField(room), DeviceClock(clock.utc(), clock.now_s()), seed=seed)


LINE_PADS = {
    PadDriver.FEIG: LinePad(Frame.EIGHT_EVEN_ONE, _feig),
    PadDriver.M3_210: LinePad(Frame.EIGHT_NONE_ONE, _m3_210),
    PadDriver.RL866: LinePad(Frame.EIGHT_EVEN_ONE, _rl866),
    PadDriver.LLRP: LinePad(Frame.EIGHT_NONE_ONE, _llrp),
}

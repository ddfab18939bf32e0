"""The gates of a bench, by names of their own: each with its line, its lock and its fault.

A further gate is a module in `firmware_sim/devices/`, a word in `GateDriver` (`firmware_sim/settings.py`), a line in
`_device` here, one in `firmware_sim/catalogue.py`, and its notes in `firmware_sim/bench/wire_notes.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware_sim.catalogue import GATES, Simulated
from firmware_sim.clock import Clock
from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.feig_gate import FeigGate, Notifying
from firmware_sim.devices.gate import Gate
from firmware_sim.devices.llrp_gate import LlrpGate
from firmware_sim.devices.lsp2 import RECORDS_KEPT, Lsp2Gate
from firmware_sim.faults.line_trouble import trouble_of
from firmware_sim.faults.orders import FaultOrder
from firmware_sim.faults.switch import FaultSwitch
from firmware_sim.faults.words import GateFault, LineFault
from firmware_sim.lines.end import End
from firmware_sim.lines.line import Line
from firmware_sim.lines.standing import Lines
from firmware_sim.lines.wire_log import WireLog
from firmware_sim.room.room import Book, UnknownName
from firmware_sim.settings import GateDriver, GateSettings

DRIFT = 20e-6
"""Seconds a second: what a quartz that nobody trims may be off, some two seconds a day."""


@dataclass(slots=True)
class StandingGate:
    """One gate on its line. `lock` guards it."""

    name: str
    kind: Simulated
    gate: Gate
    lock: threading.Lock
    line: Line
    faults: FaultSwitch


class Gates:
    """All gates of a bench; every method may be called from any thread once they are started."""

    def __init__(self, settings: Sequence[GateSettings], lines: Lines, log: WireLog, seed: int = 1) -> None:
        self._clock = lines.clock
        self._standing = {one.name: _standing(one, lines, log, seed) for one in settings}

    def __iter__(self) -> Iterator[StandingGate]:
        return iter(self._standing.values())

    def __contains__(self, name: str) -> bool:
        return name in self._standing

    def start(self) -> None:
        """Plug all in."""
        for one in self:
            one.line.start()

    def stop(self) -> None:
        """Pull all out, as far as they were plugged in."""
        for one in self:
            one.line.stop()

    def named(self, name: str) -> StandingGate:
        """The gate of this name; raises `UnknownName`."""
        if name not in self._standing:
            raise UnknownName("gate", name, "gate", self._standing)
        return self._standing[name]

    def carry_through(self, name: str, books: Sequence[Book], direction: int) -> None:
        """Somebody walks through with these books; raises `UnknownName`. A gate that is stuck does not notice."""
        one = self.named(name)
        if one.faults.now.fault is LineFault.STUCK:
            return
        with one.lock:
            one.gate.carry_through(books, direction, self._clock.now_s())
        one.line.wake()


def _standing(settings: GateSettings, lines: Lines, log: WireLog, seed: int) -> StandingGate:
    gate, lock = _device(settings, lines.clock, seed), threading.Lock()
    end: End
    if isinstance(gate, FeigGate) and settings.driver is GateDriver.FEIG_NOTIFYING:
        end = lines.calling(settings.name, (settings.host, settings.port), gate.wants_line)
    else:
        end = lines.listening(settings.name, gate, lock)
    trouble = trouble_of(seed, settings.name, settings.quirks)
    line = lines.line(settings.name, gate, lock, end, 0.0, log, trouble)
    kind = GATES[settings.driver]
    switch = FaultSwitch("gate", kind.faults, line, lock, lambda order: gate.set_fault(_own(order)))
    return StandingGate(settings.name, kind, gate, lock, line, switch)


def _own(order: FaultOrder) -> GateFault:
    return order.fault if isinstance(order.fault, GateFault) else GateFault.NONE


def _device(settings: GateSettings, clock: Clock, seed: int) -> Gate:
    match settings.driver:
        case GateDriver.LSP2:
            kept, first = settings.quirks.records_kept, settings.quirks.first_record
            own = DeviceClock(clock.local(), clock.now_s(), DRIFT)
            return Lsp2Gate(own, records_kept=kept or RECORDS_KEPT, first_record=first)
        case GateDriver.FEIG_BUFFERED:
            return FeigGate(DeviceClock(clock.local(), clock.now_s(), DRIFT), seed=seed)
        case GateDriver.FEIG_NOTIFYING:
            return FeigGate(DeviceClock(clock.local(), clock.now_s(), DRIFT), Notifying(), seed=seed)
        case GateDriver.LLRP:
            return LlrpGate(DeviceClock(clock.utc(), clock.now_s()), seed=seed)

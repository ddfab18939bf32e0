"""A host of the tests' own in front of a simulated gate, in virtual time: no clock, no wire, no driver."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.gate import Gate

OPENING_TIME = datetime(2026, 11, 24, 10, 3, 11)
CLOCK = DeviceClock(OPENING_TIME, 0.0)

AnyGate = TypeVar("AnyGate", bound=Gate)


class GateHost(Generic[AnyGate]):
    """Sends, and lets virtual time pass."""

    def __init__(self, gate: AnyGate) -> None:
        self.gate = gate
        self.now_s = 0.0
        gate.connected(0.0)

    def hear(self, for_s: float) -> bytes:
        """Let seconds pass; return what the gate said meanwhile."""
        until_s = self.now_s + for_s
        said = self.gate.take_outgoing()
        while (due_s := self.gate.due_s()) is not None and due_s <= until_s:
            self.now_s = max(self.now_s, due_s)
            self.gate.tick(self.now_s)
            said += self.gate.take_outgoing()
        self.now_s = until_s
        self.gate.tick(self.now_s)
        return said + self.gate.take_outgoing()

    def ask(self, frame: bytes, for_s: float = 0.1) -> bytes:
        self.gate.receive(frame, self.now_s)
        return self.hear(for_s)

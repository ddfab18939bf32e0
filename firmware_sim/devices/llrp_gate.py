"""A UHF portal: an LLRP reader with two antennas, between which books are carried through."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.llrp import LlrpReader
from firmware_sim.devices.uhf_field import PortalField
from firmware_sim.faults.words import GateFault, PadFault
from firmware_sim.room.room import Book


class LlrpGate:
    """One portal. It has no people counter: who carries no UHF tag is not noticed."""

    def __init__(self, utc: DeviceClock, *, seed: int = 0) -> None:
        """`utc`: the reader's own idea of UTC."""
        self._passage = PortalField()
        self.reader = LlrpReader(self._passage, utc, seed=seed)

    def carry_through(self, books: Sequence[Book], direction: int, now_s: float) -> None:
        """Somebody walks through with these books, now."""
        self._passage.walk(books, direction, now_s)

    def set_fault(self, fault: GateFault) -> None:
        """Have this fault from now on, instead of any other; with `overflow` each report is lost, and that is told."""
        self.reader.trouble.begin(PadFault.SILENT if fault is GateFault.SILENT else PadFault.NONE)
        self.reader.set_report_room(0 if fault is GateFault.OVERFLOW else None)

    def restart(self, now_s: float) -> None:
        """It loses its power for a moment."""
        self.reader.restart(now_s)

    def connected(self, now_s: float) -> None:
        """A client has connected."""
        self.reader.connected(now_s)

    def disconnected(self, now_s: float) -> None:
        """It has gone."""
        self.reader.disconnected(now_s)

    def turn_away(self, now_s: float) -> bytes:
        """What another client hears while one is there."""
        return self.reader.turn_away(now_s)

    def hangs_up(self) -> bool:
        """It ends the connection."""
        return self.reader.hangs_up()

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes."""
        self.reader.receive(data, now_s)

    def tick(self, now_s: float) -> None:
        """Let time pass."""
        self.reader.tick(now_s)

    def due_s(self) -> float | None:
        """When the next step is due."""
        return self.reader.due_s()

    def take_outgoing(self) -> bytes:
        """What it says now."""
        return self.reader.take_outgoing()

"""What every simulated gate is: a device through which books are carried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from firmware_sim.devices.device import Device
from firmware_sim.faults.words import GateFault
from firmware_sim.room.room import Book

IN, OUT = 1, 2
"""Directions of a walk, numbered as gates number them in practice; no manual says which is which."""


class Gate(Device, Protocol):
    """A gate on a line. Each walk is one person; with no books, it is somebody who carries none."""

    def carry_through(self, books: Sequence[Book], direction: int, now_s: float) -> None:
        """Somebody walks through with these books, now."""
        ...

    def restart(self, now_s: float) -> None:
        """Its power fails for a moment."""
        ...

    def set_fault(self, fault: GateFault) -> None:
        """Have this fault from now on, instead of any other."""
        ...

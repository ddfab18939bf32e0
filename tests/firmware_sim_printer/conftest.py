"""A printer, and a clock that only the test moves."""

from __future__ import annotations

import pytest

from firmware_sim.devices.printer import Printer
from firmware_sim.paper.strip import Strip

WIDTH = 576
ROW = WIDTH // 8
INITIALISE = b"\x1b@"
CUT = b"\x1dVA\x00"
BLACK = b"\xff"


def a_raster(height: int, row: bytes = BLACK * ROW, mode: int = 0) -> bytes:
    """A raster of equal rows."""
    return b"\x1dv0" + bytes((mode,)) + len(row).to_bytes(2, "little") + height.to_bytes(2, "little") + row * height


class Desk:
    """A printer on a desk, and a host that sends and waits."""

    def __init__(self, width: int = WIDTH, paper: str = "ok") -> None:
        self.printer = Printer(width, paper)
        self.now_s = 100.0

    def sends(self, data: bytes) -> bytes:
        """Send; returns what the printer says at once."""
        self.printer.receive(data, self.now_s)
        return self.printer.take_outgoing()

    def pass_time(self, seconds: float) -> bytes:
        """Let time pass as a line does, from one due moment to the next; returns what the printer said."""
        until_s, said = self.now_s + seconds, b""
        while (due_s := self.printer.due_s()) is not None and due_s <= until_s:
            self.now_s = max(self.now_s, due_s)
            self.printer.tick(self.now_s)
            said += self.printer.take_outgoing()
        self.now_s = until_s
        return said + self.printer.take_outgoing()

    def prints(self, data: bytes) -> list[Strip]:
        """Send and wait until nothing more happens; returns the paper."""
        self.sends(data)
        self.pass_time(600)
        return self.printer.strips

    def status(self, number: int) -> int:
        """Ask in real time."""
        said = self.sends(bytes((0x10, 0x04, number)))
        assert len(said) == 1, said
        return said[0]


@pytest.fixture
def desk() -> Desk:
    return Desk()

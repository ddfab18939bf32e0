"""An LLRP gate of the tests, and who passes it."""

from __future__ import annotations

from drivers.gates.llrp import LlrpGate
from drivers.gates.protocol import ClockRead, GateCommand, GateEvent
from drivers.health import Recovered
from drivers.llrp.settings import LlrpSettings
from tests.gates.llrp_reader import NAME, Desk, Reader, Tag

Gate = Desk[GateEvent, GateCommand]
BOOK = Tag(bytes.fromhex("FB2102DDDF7C4E00"), 0x2507)
"""12312345678 after ISO/TS 28560-4, in stock: four words, AFI 07."""
WELL = Recovered(NAME)
CLOCK = ClockRead("2020-09-13T12:26:40.000")


def told(desk: Gate, for_s: float) -> list[GateEvent]:
    """What was told besides the reader's clock, which it tells at each connection."""
    return [each for each in desk.run(for_s) if each != CLOCK]


def a_gate_in_service() -> Gate:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.connect()
    assert desk.run(1.0) == [CLOCK, WELL]
    return desk


def passes(desk: Gate, tag: Tag, for_s: float = 0.5) -> list[GateEvent]:
    desk.reader.tags = [tag]
    seen = told(desk, for_s)
    desk.reader.tags = []
    return seen + desk.run(0.1)

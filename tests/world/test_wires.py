"""Real drivers and simulated devices in virtual time: what goes over the wire, and what becomes of a bad line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.protocol import PadCommand, PadEvent, TagRead, WriteAfi, WriteDone
from drivers.scanners.events import CodeScanned, ScannerCommand, ScannerEvent
from firmware_sim.devices.gate import OUT
from firmware_sim.lines.virtual import VirtualLines
from firmware_sim.settings import GateDriver, GateSettings, PadDriver, Settings, load, with_pad
from firmware_sim.workbench import Beginning, Workbench
from kiosk.demo.house import DEMO_CONFIG
from kiosk.hardware import pads
from kiosk.hardware.pads import PadSettings, pad_core
from kiosk.hardware.scanners import ScannerSettings, scanner_core
from kiosk.model.circulation import SecurityMarks
from kiosk.world.agenda import Agenda
from kiosk.world.gates import WorldGates
from kiosk.world.wires import Wire

ROOM = DEMO_CONFIG / "simulator.toml"
ON_LOAN = 0xC2
SERIAL = (PadDriver.FEIG, PadDriver.M3_210, PadDriver.RL866)


@dataclass(slots=True)
class Desk:
    """A pad of one make with some books on it, and its driver."""

    agenda: Agenda
    bench: Workbench
    wire: Wire[PadEvent, PadCommand]
    told: list[PadEvent] = field(default_factory=list)

    @classmethod
    def of(cls, make: PadDriver, on_pad: Sequence[str], baud: int | None = None) -> Desk:
        agenda, told = Agenda(datetime(2026, 3, 2, tzinfo=UTC)), []  # type: tuple[Agenda, list[PadEvent]]
        lines = VirtualLines(agenda)
        bench = Workbench(with_pad(load(ROOM), make), Path("/nowhere"), Beginning(tuple(on_pad)), lines)
        bench.plug_in()
        settings = PadSettings("/virtual/pad", pads.PadDriver(make.value), baud)
        core = pad_core(settings, SecurityMarks())
        wire = Wire(agenda, core, lines.ends["pad"], told.append, settings.line.speed_baud)
        wire.start()
        return cls(agenda, bench, wire, told)

    def on_loan(self) -> set[str]:
        """UIDs of the tags in the room that say so."""
        return {tag.uid.hex().upper() for book in self.bench.room.books for tag in book.tags if tag.afi == ON_LOAN}

    def take(self, seconds: float) -> list[PadEvent]:
        """What was told in this time."""
        self.told.clear()
        self.agenda.run_until(self.agenda.now_s + seconds)
        return list(self.told)


def books(count: int) -> list[str]:
    return [item.name for item in load(ROOM).items if item.tags][:count]


@pytest.mark.parametrize("make", SERIAL)
def test_every_make_reads_and_writes_a_stack(make: PadDriver) -> None:
    desk = Desk.of(make, books(3))
    read = [event for event in desk.take(4.0) if isinstance(event, TagRead)]
    assert len(read) == 3
    before = desk.on_loan()
    desk.wire.submit(WriteAfi(read[0].uid, ON_LOAN, None))
    assert WriteDone(read[0].uid, ON_LOAN) in desk.take(2.0)
    assert desk.on_loan() - before == {read[0].uid}


@pytest.mark.parametrize("make", SERIAL)
def test_no_answer_is_lost_by_a_pause_that_is_kept_to_the_microsecond(make: PadDriver) -> None:
    """With a stack read in one go, each tag takes as long as the one before."""
    desk = Desk.of(make, [])
    desk.take(1.0)
    times: list[float] = []
    for step in range(60):
        desk.bench.put_on_pad(books(3) if not step else [])
        times += [desk.agenda.now_s for event in desk.take(0.05) if isinstance(event, TagRead)]
    assert len(times) == 3
    assert times[2] - times[0] < 0.6


def test_a_line_that_is_pulled_out_is_told_and_opened_again_by_and_by() -> None:
    desk = Desk.of(PadDriver.FEIG, books(1))
    desk.take(2.0)
    desk.bench.set_fault("pad", "unplug")
    gone = [event for event in desk.take(3.0) if isinstance(event, Faulted)]
    assert [event.code for event in gone] == [FaultCode.PORT_GONE]
    desk.bench.set_fault("pad", "none")
    back = desk.take(8.0)
    assert [type(event) for event in back if isinstance(event, Recovered | TagRead)] == [TagRead, Recovered]


def test_a_driver_at_another_speed_hears_noise() -> None:
    desk = Desk.of(PadDriver.FEIG, books(1), baud=19_200)
    assert not [event for event in desk.take(5.0) if not isinstance(event, Faulted)]


def test_bytes_take_the_time_of_their_wire() -> None:
    """An FEIG reader at 38,400 baud cannot tell three memories of 112 bytes in less than their bits take."""
    desk = Desk.of(PadDriver.FEIG, [])
    desk.take(1.0)
    desk.bench.put_on_pad(books(3))
    began_s = desk.agenda.now_s
    while sum(isinstance(event, TagRead) for event in desk.told) < 3:
        assert desk.agenda.run_next(began_s + 10)
    assert desk.agenda.now_s - began_s > 3 * 112 * 11 / 38_400


def test_a_scanner_says_its_code() -> None:
    agenda, told = Agenda(datetime(2026, 3, 2, tzinfo=UTC)), []  # type: tuple[Agenda, list[ScannerEvent]]
    lines = VirtualLines(agenda)
    bench = Workbench(load(ROOM), Path("/nowhere"), Beginning(), lines)
    bench.plug_in()
    settings = ScannerSettings("/virtual/scanner")
    wire: Wire[ScannerEvent, ScannerCommand] = Wire(agenda, scanner_core(settings), lines.ends["scanner"], told.append)
    wire.start()
    agenda.run_until(1.0)
    bench.fire("20230001", "")
    agenda.run_until(2.0)
    assert [event.code for event in told if isinstance(event, CodeScanned)] == ["20230001"]


@pytest.mark.parametrize("driver", [GateDriver.LSP2, GateDriver.FEIG_BUFFERED, GateDriver.FEIG_NOTIFYING])
def test_a_gate_tells_its_driver_who_walked_through(driver: GateDriver) -> None:
    agenda = Agenda(datetime(2026, 3, 2, tzinfo=UTC))
    lines = VirtualLines(agenda)
    bench = Workbench(_with_gate(load(ROOM), driver), Path("/nowhere"), Beginning(), lines)
    bench.plug_in()
    gates = WorldGates(agenda, lines.ends, bench.settings.gates)
    agenda.run_until(5.0)
    for book in books(2):
        bench.carry_through("exit", [book], OUT)
        agenda.run_until(agenda.now_s + 10.0)
    carried = [tag.uid.hex().upper() for book in bench.room.books if book.name in books(2) for tag in book.tags]
    told = [tag.uid for tag in gates.tags_seen("exit")]
    # An LSP2 record has no UID.
    assert told == ([None, None] if driver is GateDriver.LSP2 else carried)


def _with_gate(settings: Settings, driver: GateDriver) -> Settings:
    return replace(settings, gates=(GateSettings("exit", driver, "127.0.0.1", 4001),))

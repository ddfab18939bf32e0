"""Real drivers on lines in trouble, in virtual time: pads and gates are afterwards as they were before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.health import Faulted, Recovered
from drivers.pads.protocol import PadCommand, PadEvent, TagSeen, WriteAfi, WriteDone
from firmware_sim.catalogue import DeviceName, of_protocol
from firmware_sim.devices.gate import OUT
from firmware_sim.faults.words import SOCKET_FAULTS, Fault, LineFault
from firmware_sim.lines.virtual import VirtualLines
from firmware_sim.settings import USUAL_TID, GateDriver, GateSettings, PadDriver, Settings, UhfSettings, load, with_pad
from firmware_sim.workbench import Beginning, Workbench
from kiosk.demo.house import DEMO_CONFIG
from kiosk.hardware import pads
from kiosk.hardware.pads import PadSettings, pad_core
from kiosk.model.circulation import SecurityMarks
from kiosk.world.agenda import Agenda
from kiosk.world.gates import WorldGates
from kiosk.world.wires import Wire

ROOM = DEMO_CONFIG / "simulator.toml"
ON_LOAN = 0xC2
FIRST, SECOND = "35555000012346", "35555000012353"
FAULTS = tuple(fault for fault in SOCKET_FAULTS if fault is not LineFault.NONE)
HF_GATES = (GateDriver.LSP2, GateDriver.FEIG_BUFFERED, GateDriver.FEIG_NOTIFYING)


def with_uhf(room: Settings) -> Settings:
    """Two of its books have a UHF tag as well."""
    tags = {
        FIRST: UhfSettings(0x2D07, bytes.fromhex("141CFB2102DDDF7C4E00"), b"", USUAL_TID),
        SECOND: UhfSettings(0x2D07, bytes.fromhex("141CFB2102DDDF7C4E01"), b"", USUAL_TID),
    }
    items = (replace(item, uhf=(tags[item.number],)) if item.number in tags else item for item in room.items)
    return replace(room, items=tuple(items))


@dataclass(slots=True)
class Passage:
    """One gate, its driver, and people who walk through with one book each."""

    agenda: Agenda
    bench: Workbench
    gates: WorldGates

    @classmethod
    def of(cls, driver: GateDriver) -> Passage:
        agenda = Agenda(datetime(2026, 3, 2, tzinfo=UTC))
        lines = VirtualLines(agenda)
        settings = with_uhf(replace(load(ROOM), gates=(GateSettings("exit", driver, "127.0.0.1", 4001),)))
        bench = Workbench(settings, Path("/nowhere"), Beginning(), lines)
        bench.plug_in()
        passage = cls(agenda, bench, WorldGates(agenda, lines.ends, bench.settings.gates))
        passage.wait(5.0)
        return passage

    def wait(self, seconds: float) -> None:
        self.agenda.run_until(self.agenda.now_s + seconds)

    def walk(self, book: str) -> None:
        self.bench.carry_through("exit", [book], OUT)
        self.wait(10.0)

    @property
    def told(self) -> int:
        """How many tags were told."""
        return len(self.gates.tags_seen("exit"))

    def health(self) -> list[Faulted | Recovered]:
        return [one.event for one in self.gates.seen if isinstance(one.event, Faulted | Recovered)]


@pytest.mark.parametrize("driver", GateDriver, ids=str)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_after_any_fault_of_its_line_a_gate_tells_who_walks_through(fault: Fault, driver: GateDriver) -> None:
    passage = Passage.of(driver)
    passage.bench.set_fault("exit", fault.value)
    passage.wait(30.0)
    passage.bench.set_fault("exit", "none")
    passage.wait(90.0)
    before = passage.told
    passage.walk(SECOND)
    assert passage.told == before + 1
    assert all(isinstance(one, Recovered) for one in passage.health()[-1:])


@pytest.mark.parametrize("driver", HF_GATES, ids=str)
def test_who_passed_while_the_link_was_lost_for_a_moment_is_told_afterwards(driver: GateDriver) -> None:
    passage = Passage.of(driver)
    passage.bench.set_fault("exit", "unplug", seconds=15.0)
    passage.walk(FIRST)
    assert passage.told == 0
    passage.wait(60.0)
    assert passage.told == 1
    passage.walk(SECOND)
    assert passage.told == 2


@pytest.mark.parametrize("driver", HF_GATES, ids=str)
def test_a_link_that_was_lost_for_an_hour_is_told_and_so_is_who_passed_meanwhile(driver: GateDriver) -> None:
    passage = Passage.of(driver)
    passage.bench.set_fault("exit", "unplug", seconds=3600.0)
    passage.walk(FIRST)
    passage.wait(3500.0)
    assert isinstance(passage.health()[-1], Faulted)
    passage.wait(200.0)
    assert passage.told == 1
    assert isinstance(passage.health()[-1], Recovered)


def test_a_counter_that_begins_again_makes_no_negative_people() -> None:
    passage = Passage.of(GateDriver.LSP2)
    for book in (FIRST, SECOND):
        passage.walk(book)
    passage.bench.set_fault("exit", "counter-reset")
    passage.walk(FIRST)
    passage.walk(SECOND)
    assert passage.told == 4
    assert not [one for one in passage.gates.seen if getattr(one.event, "people", 0) < 0]


@pytest.mark.parametrize(
    "fault", [one for one in of_protocol(DeviceName.PAD, "llrp").faults if one is not LineFault.NONE], ids=str
)
def test_after_any_fault_a_uhf_pad_reads_what_is_laid_down_and_writes_it(fault: Fault) -> None:
    agenda, told = Agenda(datetime(2026, 3, 2, tzinfo=UTC)), []  # type: tuple[Agenda, list[PadEvent]]
    lines = VirtualLines(agenda)
    bench = Workbench(with_uhf(with_pad(load(ROOM), PadDriver.LLRP)), Path("/nowhere"), Beginning((FIRST,)), lines)
    bench.plug_in()
    core = pad_core(PadSettings("tcp://127.0.0.1:5084", pads.PadDriver.LLRP), SecurityMarks())
    wire: Wire[PadEvent, PadCommand] = Wire(agenda, core, lines.ends["pad"], told.append)
    wire.start()
    agenda.run_until(5.0)
    first = next(event.uid for event in told if isinstance(event, TagSeen))
    bench.set_fault("pad", fault.value)
    wire.submit(WriteAfi(first, ON_LOAN))
    agenda.run_until(20.0)
    bench.set_fault("pad", "none")
    agenda.run_until(80.0)
    health = [one for one in told if isinstance(one, Faulted | Recovered)]
    assert all(isinstance(one, Recovered) for one in health[-1:])
    told.clear()
    bench.put_on_pad([SECOND])
    agenda.run_until(85.0)
    (second,) = (event.uid for event in told if isinstance(event, TagSeen) and event.uid != first)
    wire.submit(WriteAfi(second, ON_LOAN))
    agenda.run_until(90.0)
    assert WriteDone(second, ON_LOAN) in told

"""Real drivers on lines in trouble, in virtual time: pads and gates are afterwards as they were before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.health import Faulted, Recovered
from firmware_sim.devices.gate import OUT
from firmware_sim.faults.words import SOCKET_FAULTS, Fault, LineFault
from firmware_sim.lines.virtual import VirtualLines
from firmware_sim.settings import GateDriver, GateSettings, load
from firmware_sim.workbench import Beginning, Workbench
from kiosk.demo.house import DEMO_CONFIG
from kiosk.world.agenda import Agenda
from kiosk.world.gates import WorldGates

ROOM = DEMO_CONFIG / "simulator.toml"
FIRST, SECOND = "35555000012346", "35555000012353"
FAULTS = tuple(fault for fault in SOCKET_FAULTS if fault is not LineFault.NONE)
HF_GATES = (GateDriver.LSP2, GateDriver.FEIG_BUFFERED, GateDriver.FEIG_NOTIFYING)


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
        settings = replace(load(ROOM), gates=(GateSettings("exit", driver, "127.0.0.1", 4001),))
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


@pytest.mark.parametrize("driver", HF_GATES, ids=str)
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

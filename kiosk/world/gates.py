"""The gates of a world: real drivers on virtual wires to the simulated gates, and what they have seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.gates.protocol import GateCommand, GateEvent, Stored, TagPassed
from firmware_sim.devices.feig_gate import Notifying
from firmware_sim.lines.virtual_end import VirtualEnd
from firmware_sim.settings import GateSettings as Simulated
from kiosk.hardware.gates import LISTENING, GateDriver, GateSettings, gate_core
from kiosk.world.agenda import Agenda
from kiosk.world.wires import Wire


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that a gate told, and when."""

    time_s: float
    gate: str
    event: GateEvent


class WorldGates:
    """Begins to listen to every gate of the room when it is made. Nothing is forgotten that was told."""

    def __init__(self, agenda: Agenda, ends: Mapping[str, VirtualEnd], gates: Sequence[Simulated]) -> None:
        self.seen: list[Seen] = []
        self._agenda = agenda
        self._wires = {one.name: self._wire(one, ends[one.name]) for one in gates}
        for wire in self._wires.values():
            wire.start()

    def stop(self) -> None:
        for wire in self._wires.values():
            wire.stop()

    def tags_seen(self, gate: str) -> list[TagPassed]:
        """The tags that passed it, in order."""
        return [one.event for one in self.seen if one.gate == gate and isinstance(one.event, TagPassed)]

    def _wire(self, simulated: Simulated, end: VirtualEnd) -> Wire[GateEvent, GateCommand]:
        name = simulated.name
        return Wire(self._agenda, gate_core(_settings(simulated)), end, lambda event: self._told(name, event))

    def _told(self, gate: str, event: GateEvent) -> None:
        self.seen.append(Seen(self._agenda.now_s, gate, event))
        if isinstance(event, TagPassed) and event.number:
            self._wires[gate].submit(Stored(event.number))


def _settings(simulated: Simulated) -> GateSettings:
    driver = GateDriver(simulated.driver.value)
    port = f"{LISTENING}127.0.0.1:4001" if driver is GateDriver.FEIG_NOTIFYING else "tcp://127.0.0.1:4001"
    alive_s = Notifying().keep_alive_s if driver is GateDriver.FEIG_NOTIFYING else None
    return GateSettings(driver, port, first_index=0 if driver is GateDriver.LSP2 else None, keep_alive_s=alive_s)

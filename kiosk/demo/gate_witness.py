"""Who stands at the gates of a house and keeps what they tell, through the real drivers.

It is a witness for scenarios, and no gate controller: it rings nothing, counts nobody, and knows nothing of loans.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drivers.gates.protocol import GateCommand, GateEvent, Stored, TagPassed
from kiosk.hardware.gates import LISTENING, GateDriver, GateSettings, opened_gate
from kiosk.hardware.running import Running
from kiosk.hardware.tag_data import decoded_passage

TOLD_S = 1.5
"""Whoever walked through is told of within this time: a gate is asked every half second (LSP2)."""


@dataclass(frozen=True, slots=True)
class GateSeen:
    """A tag at a gate."""

    gate: str
    item: str
    """Empty where the gate told no number and no known UID."""
    uid: str
    """Empty where the gate tells none (LSP2)."""
    alarm: bool
    """Its AFI did not say that it is lent. A gate that tells no AFI (LSP2) tells of alarms alone."""
    direction: int | None
    """As the gate numbers it."""


def seen_at(gate: str, passed: TagPassed, on_loan_afi: int, items: Mapping[str, str]) -> GateSeen:
    """What a gate told; `items` are the item numbers of the tags that are known, by UID."""
    number = decoded_passage(passed).elements.get("primary_item_identifier")
    uid = passed.uid or ""
    return GateSeen(gate, str(number or items.get(uid, "")), uid, passed.afi != on_loan_afi, passed.direction)


class GateWitness:
    """Stands at the gates of `room`, a simulator's configuration; `addresses` are those that it told.

    `start` and `stop` any time; what was told stays.
    """

    def __init__(self, room: Path, addresses: Mapping[str, str]) -> None:
        self.told: list[tuple[str, TagPassed]] = []
        tables = tomllib.loads(room.read_text(encoding="utf-8")).get("gate", [])
        self._gates: dict[str, Running[GateCommand]] = {
            table["name"]: opened_gate(_settings(table, addresses[table["name"]]), partial(self._tell, table["name"]))
            for table in tables
        }

    def start(self) -> None:
        for gate in self._gates.values():
            gate.start()

    def stop(self) -> None:
        for gate in self._gates.values():
            gate.stop()

    def _tell(self, gate: str, event: GateEvent) -> None:
        if isinstance(event, TagPassed):
            self.told.append((gate, event))
            if event.number:
                self._gates[gate].offer(Stored(event.number))


def _settings(table: Mapping[str, object], address: str) -> GateSettings:
    driver = GateDriver(str(table["driver"]))
    port = address
    if driver is GateDriver.FEIG_NOTIFYING:
        port = LISTENING + address.removeprefix("tcp://")
    return GateSettings(driver, port, first_index=0 if driver is GateDriver.LSP2 else None)

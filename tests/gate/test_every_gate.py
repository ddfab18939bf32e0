"""A gate of every driven kind on one bench, and one real controller for all of them: people walk through with bags.

There is no broker and no central, as when the network is down: the last copy of the ledger, and the tags, decide."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kiosk.demo.children import Child
from kiosk.gate.history import reading
from kiosk.hardware.gates import GateDriver
from kiosk.ledger.schema import outbox
from kiosk.model.gate_facts import PeopleCounted
from kiosk.model.ids import Uid
from kiosk.wire import fact_of
from kiosk.wire.lent_file import uid_key
from tests.firmware_sim.served import Served
from tests.gate.copies import written
from tests.real_parts import free_port, wait_until

PROFILES = {
    "pedestal": "lsp2",
    "stairs": "feig-gate",
    "yard": "feig-gate-notifying",
    "portal": "uhf-portal",
}
"""Gates of config/devices, under the names that they have here."""
DRIVERS = dict(zip(PROFILES, GateDriver, strict=True))
OUT = 2
OURS, OTHER_OF_OURS, LENT, THEIRS = "35555000012346", "35555000012353", "35555000012361", "T00301"
MEMORY = {
    OURS: "110620564B254E3A0201A003091B81E440300AC1A699650110",
    OTHER_OF_OURS: "110620564B254E410201A003091B81E440300AC1A699650110",
    LENT: "110620564B254E490202A00203091B81E440300AC1A6996501107F0209E88B8FE4B89CE59DA1",
    THEIRS: "1105104CEC2E20020180030621408E16BF1F",
}
AFIS = {OURS: 0x07, OTHER_OF_OURS: 0x07, LENT: 0xC2, THEIRS: 0xC2}
UIDS = {number: f"E0040150123456{place:02X}" for place, number in enumerate(MEMORY, start=0x78)}
UHF = {"U-CLOSED": ("141CFB2102DDDF7C4E00", 0x2D07), "U-LENT": ("141CFB2102DDDF7C4F00", 0x2DC2)}
BAG = (OURS, OTHER_OF_OURS, LENT, THEIRS, *UHF)
LEDGER = {
    **{uid_key(Uid(UIDS[number])): number == LENT for number in (OURS, OTHER_OF_OURS, LENT)},
    **{uid_key(Uid(uii)): number == "U-LENT" for number, (uii, _) in UHF.items()},
}
RULES = {"pedestal": ("mark", "mark-rings")}
"""By which rule, and as what, a bag rings: by the ledger, where the gate tells who rang."""
RINGING = {gate: {UIDS[OURS], UIDS[OTHER_OF_OURS]} for gate in ("stairs", "yard")} | {
    "pedestal": None,  # it tells numbers and times of what rang, and no UID
    "portal": {UHF["U-CLOSED"][0]},
}


def a_room(listening: int) -> str:
    lines = ['[pad]\ndriver = "llrp"\n']
    for name, profile in PROFILES.items():
        calls = f'host = "127.0.0.1"\nport = {listening}\n' if DRIVERS[name] is GateDriver.FEIG_NOTIFYING else ""
        lines.append(f'[[gate]]\nname = "{name}"\nprofile = "{profile}"\n{calls}')
    for number, memory in MEMORY.items():
        lines.append(f'[[item]]\nnumber = "{number}"\n[[item.tag]]\nuid = "{UIDS[number]}"\nafi = {AFIS[number]}\n')
        lines.append(f'dsfid = 6\nblock_size = 4\nblocks = 28\nmemory = "{memory}"\n')
    for number, (uii, pc) in UHF.items():
        lines.append(f'[[item]]\nnumber = "{number}"\n[[item.uhf]]\nuii = "{uii}"\npc = {pc}\nuser = "0601"\n')
    return "".join(lines)


def a_controller(folder: Path, addresses: dict[str, str]) -> str:
    lines = ['site = "main"\nstation = "gate-1"\nowners = ["CN-440300-CITY"]\n']
    lines.append(f'ledger = "{folder}/gate.sqlite"\n')
    for name, driver in DRIVERS.items():
        first = "first_index = 0\n" if driver is GateDriver.LSP2 else ""
        lines.append(f'[[gates]]\nname = "{name}"\ndriver = "{driver.value}"\nport = "{addresses[name]}"\n{first}')
        lines.append(f"outward = {OUT}\n")
    lines.append(f'[copy]\npath = "{folder}/copy"\n[broker]\nport = {free_port()}\n[page]\nport = 0\n')
    return "".join(lines)


@dataclass
class Hall:
    bench: Served
    controller: Child
    ledger: Path
    walks: Counter[str] = field(default_factory=Counter)

    def sight(self) -> dict[str, Any]:
        ready: Any = self.controller.announced["ready"]
        url = f"http://127.0.0.1:{ready['page']}/live"
        with httpx.stream("GET", url, trust_env=False) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    told: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return told
        raise AssertionError("the stream ended")

    def watched(self) -> set[str]:
        return {gate["gate"] for gate in self.sight()["gates"] if gate["heard"]}

    def walks_through(self, gate: str, *bag: str) -> None:
        self.walks[gate] += 1
        self.bench.post("/api/gate", gate=gate, books=list(bag), direction=OUT)

    def alarms(self, gate: str) -> list[dict[str, Any]]:
        return [alarm for alarm in self.sight()["alarms"] if alarm["gate"] == gate]

    def people(self, gate: str) -> int:
        """In this quarter hour, and in those that are over and written down."""
        now: int = sum(one["entered"] + one["left"] for one in self.sight()["people"] if one["gate"] == gate)
        with reading(self.ledger) as connection:
            rows = connection.execute(select(outbox.c.type, outbox.c.data)).all()
        facts = [fact_of(row.type, row.data) for row in rows]
        over = [fact for fact in facts if isinstance(fact, PeopleCounted) and fact.gate == gate]
        return now + sum(fact.entered + fact.left for fact in over)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder, listening = tmp_path_factory.mktemp("hall"), free_port()
    (folder / "simulator.toml").write_text(a_room(listening))
    bench = Served.start(folder, config=folder / "simulator.toml")
    addresses = bench.ready["gates"]
    assert isinstance(addresses, dict)
    addresses["yard"] = f"tcp-listen://127.0.0.1:{listening}?peer=127.0.0.1"
    (folder / "gate.toml").write_text(a_controller(folder, addresses))
    (folder / "copy").mkdir()
    written(folder / "copy" / "lent-5-a.bin", LEDGER, as_of=datetime.now(UTC))
    command = [sys.executable, "-m", "kiosk", "gate", "--config", str(folder)]
    checked = subprocess.run([*command[:3], "check-config", str(folder)], capture_output=True, text=True, timeout=60)
    assert "gate.toml" not in checked.stderr, checked.stderr
    controller = Child("gate", command, folder / "gate.log")
    controller.start()
    controller.wait_ready(30.0)
    standing = Hall(bench, controller, folder / "gate.sqlite")
    wait_until(lambda: standing.watched() == set(PROFILES), "not every gate is heard")
    yield standing
    controller.stop()
    assert controller.exit_code == 0
    bench.end()


def test_every_driven_kind_stands_here() -> None:
    assert set(DRIVERS.values()) == set(GateDriver)


@pytest.mark.parametrize("gate", PROFILES)
def test_a_bag_rings_once_for_what_is_ours_and_not_lent(hall: Hall, gate: str) -> None:
    hall.walks_through(gate, LENT, THEIRS, "U-LENT")
    hall.walks_through(gate)
    hall.walks_through(gate, *BAG)
    wait_until(lambda: hall.alarms(gate), "it did not ring")
    ringing = RINGING[gate]
    if ringing is None:
        wait_until(lambda: len(hall.alarms(gate)[0]["items"]) == 2, "two items rang")
    else:
        wait_until(lambda: {one["uid"] for one in hall.alarms(gate)[0]["items"]} == ringing, "other items rang")
    (alarm,) = hall.alarms(gate)
    assert {(item["rule"], item["kind"]) for item in alarm["items"]} == {RULES.get(gate, ("ledger", "not-lent"))}
    assert alarm["outward"] in (True, None)


@pytest.mark.parametrize(("gate", "first"), [("pedestal", 0), ("yard", 1)])
def test_people_are_counted_where_the_gate_counts_them(hall: Hall, gate: str, first: int) -> None:
    """A gate that tells its counters only when somebody comes says with the first one where they stand."""
    for _ in range(3):
        hall.walks_through(gate)
    wait_until(lambda: hall.people(gate) == hall.walks[gate] - first, "people are missing")

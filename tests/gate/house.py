"""A house with a gate controller: all the processes of the demo, and a gate that tells UID and AFI of every tag."""

from __future__ import annotations

import json
import shutil
import tomllib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from kiosk.demo.bench_client import BenchClient
from kiosk.demo.house import DEMO_CONFIG, AtGates, House
from kiosk.demo.mirror_client import MirrorClient
from kiosk.demo.player import Player
from kiosk.demo.playing import await_opening
from kiosk.demo.real import RealClock, RealHouse, runner
from kiosk.demo.scenario import Scenario, Setting
from kiosk.settings.convert import convert
from tests.real_parts import wait_until

FLIPPED = "CH-12312345678"
FLIPPED_UII = "141CFB2102DDDF7C4E00"
FLIPPED_BOOK = f"""
[[item]]
number = "{FLIPPED}"
title = "西游记"

[[item.uhf]]
uii = "{FLIPPED_UII}"
pc = 0x2DC2
user = "0601"
"""
"""Somebody has written AFI C2 on this book, in its PC: its tag says lent (the tag: tests/firmware_sim/gates.toml)."""


def a_config(folder: Path) -> Path:
    """The demo's, with the UIDs of its books, a FEIG gate that tells nothing else, and a UHF portal."""
    config = folder / "config"
    shutil.copytree(DEMO_CONFIG, config)
    room = (config / "simulator.toml").read_text(encoding="utf-8")
    books = {item["number"]: item["tag"][0]["uid"] for item in tomllib.loads(room)["item"] if "tag" in item}
    room = room.replace('driver = "lsp2"', 'driver = "feig-buffered"\n\n[[gate]]\nname = "portal"\ndriver = "llrp"')
    (config / "simulator.toml").write_text(room + FLIPPED_BOOK, encoding="utf-8")
    gate = (config / "gate.toml").read_text(encoding="utf-8")
    portal = '[[gates]]\nname = "portal"\ndriver = "llrp"\nport = "tcp://127.0.0.1:5084"\n'
    gate = gate.replace('driver = "lsp2"', 'driver = "feig-buffered"').replace("first_index = 0\n", "")
    (config / "gate.toml").write_text(gate + portal, encoding="utf-8")
    items = (config / "items.toml").read_text(encoding="utf-8")
    for number, uid in books.items():
        items = items.replace(f'id = "{number}"\n', f'id = "{number}"\nuids = ["{uid}"]\n')
    items += f'\n[[item]]\nid = "{FLIPPED}"\nloan_class = "book"\ntitle = "西游记"\n'
    (config / "items.toml").write_text(items, encoding="utf-8")
    return config


@dataclass
class GateHouse:
    """Running, from `start` to `stop`."""

    house: House
    config: Path

    @classmethod
    def start(cls, folder: Path) -> GateHouse:
        config = a_config(folder)
        house = House(config, folder / "run", Setting(), mode="headless", at_gates=AtGates.CONTROLLER)
        house.start()
        started = cls(house, config)
        wait_until(lambda: started.sight()["copy"]["keys"], "the gate has no copy of the ledger")
        wait_until(started.is_watched, "the gates are not heard")
        return started

    def stop(self) -> None:
        self.house.stop()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.house.ports.guard}{path}"

    def sight(self) -> dict[str, Any]:
        """What the guard's page shows now."""
        with httpx.stream("GET", self.url("/live"), trust_env=False) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    told = json.loads(line.removeprefix("data: "))
                    assert isinstance(told, dict)
                    return told
        raise AssertionError("the stream ended")

    def history(self, words: str) -> list[dict[str, object]]:
        answer = httpx.get(self.url("/history"), params={"words": words}, trust_env=False)
        assert answer.status_code == 200, answer.text
        found = answer.json()["found"]
        assert isinstance(found, list)
        return found

    def last_word(self, item_uid: str) -> tuple[object, object]:
        """Of the history of a tag: why it passed, or of which kind its alarm was; and by which rule."""
        found = [one for one in self.history(item_uid) if one["type"] != "lk.gate.watched"]
        return (found[0].get("why") or found[0].get("kind"), found[0].get("rule")) if found else (None, None)

    def uid(self, number: str) -> str:
        room = tomllib.loads((self.config / "simulator.toml").read_text(encoding="utf-8"))
        return next(str(item["tag"][0]["uid"]) for item in room["item"] if item["number"] == number)

    def is_watched(self) -> bool:
        """Whether both gates are heard."""
        gates = self.sight()["gates"]
        assert isinstance(gates, list)
        return len(gates) == 2 and all(gate["heard"] for gate in gates)

    def walks_out(self, *numbers: str, gate: str = "exit") -> None:
        bench = BenchClient(self.house.ports.bench)
        bench.walk_through(gate, numbers, "out")
        bench.close()

    def lamps(self) -> dict[tuple[str, int], bool]:
        bench = BenchClient(self.house.ports.bench)
        try:
            return bench.lamps()
        finally:
            bench.close()

    def central(self, path: str) -> dict[str, object]:
        answer = httpx.get(f"http://127.0.0.1:{self.house.ports.central}/api/v1{path}", trust_env=False)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert isinstance(told, dict)
        return told

    def at_central(self, method: str, path: str, **body: object) -> httpx.Response:
        url = f"http://127.0.0.1:{self.house.ports.central}/api/v1{path}"
        return httpx.request(method, url, json=body, trust_env=False)

    def plays(self, *steps: dict[str, object]) -> list[str]:
        """Steps of a scenario, on these processes; what failed."""
        scenario = convert(Scenario, {"name": "walking out", "step": list(steps)}, file="test", folder=self.config)
        real, ports = RealHouse(self.house), self.house.ports
        with closing(BenchClient(ports.bench)) as bench, closing(MirrorClient(ports.mirror)) as eyes:
            await_opening(eyes, RealClock(), online=True)
            player = Player(real, bench, eyes, RealClock(), runner(real.ledger, self.config), "Asia/Shanghai")
            return [one.failure or one.do for one in player.play(scenario) if not one.ok]

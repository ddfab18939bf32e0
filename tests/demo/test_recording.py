"""What a technician does on the bench becomes a scenario that plays by itself."""

from __future__ import annotations

import json
import socket
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.bench.recording import Recording, Sight, Standing, lent_by
from kiosk.demo.checking import faults_of
from kiosk.demo.house import DEMO_CONFIG, House
from kiosk.demo.mirror_client import MirrorClient
from kiosk.demo.playing import await_opening
from kiosk.demo.real import RealClock
from kiosk.demo.scenario import Setting, read_scenario
from kiosk.demo.watching import items_shown
from kiosk.world.playing import play_virtually
from tests.real_parts import PATIENCE_S

BOOKS = ["35555000012346", "35555000012353"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(DEMO_CONFIG, tmp_path / "run", Setting(), mode="headless")
    house.start()
    yield house
    house.stop()


class Technician:
    """Hands at the bench's interface, eyes at the mirror."""

    def __init__(self, house: House) -> None:
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{house.ports.bench}", timeout=60.0, trust_env=False)
        self.port = house.ports.mirror
        self.mirror = MirrorClient(self.port)

    def does(self, path: str, **body: object) -> dict[str, object]:
        answer = self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert isinstance(told, dict)
        return told

    def touches(self, node: str) -> None:
        """A click into the middle of a button, as on the page."""
        tree = self._tree()
        box = next(found["bounds"] for found in _walk(tree["tree"]) if found.get("id") == node)
        across = (box[0] + box[2] / 2) / tree["width"]
        down = (box[1] + box[3] / 2) / tree["height"]
        assert self.does("/api/touch", across=across, down=down)["done"] is True

    def _tree(self) -> dict[str, Any]:
        with socket.create_connection(("127.0.0.1", self.port)) as line, line.makefile("rwb") as stream:
            stream.write(b'{"op": "tree"}\n')
            stream.flush()
            tree = json.loads(stream.readline())
        assert isinstance(tree, dict)
        return tree

    def waits_for(self, screen: str, *done: str) -> None:
        clock = RealClock()
        end_s, view = clock.now_s + PATIENCE_S, self.mirror.view()
        while view.screen != screen or {one.value for one in items_shown(view) if one.state == "done"} != set(done):
            assert clock.now_s < end_s, (view.screen, items_shown(view))
            view = self.mirror.view(view.number, 0.5)


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", []):
        yield from _walk(child)


def test_a_loan_that_was_recorded_on_the_page_plays_by_itself(house: House, tmp_path: Path) -> None:
    technician = Technician(house)
    await_opening(technician.mirror, RealClock(), online=True)
    technician.does("/api/recording", start="Two books")
    technician.does("/api/pad", put=[BOOKS[0]], at=[-60, 0])
    technician.does("/api/pad", put=[BOOKS[1]])
    technician.does("/api/card", tap="wei")
    technician.waits_for("borrow", *BOOKS)
    technician.does("/api/faults", device="scanner", fault="noise", rate=0.25)
    technician.touches("borrow.done")
    technician.waits_for("receipt")
    technician.touches("receipt.none")
    technician.waits_for("attract")
    technician.does("/api/recording", stop=True)
    text = technician.http.get("/api/recording.toml").text
    recorded = tomllib.loads(text)
    assert [step["do"] for step in recorded["step"]] == ["lay-down", "lay-down", "tap-card", "fault", "touch", "touch"]
    assert recorded["step"][2]["expect"]["items"] == [{"book": book, "state": "done"} for book in BOOKS]
    assert recorded["expect"]["loans"] == [{"patron": "wei", "book": book} for book in BOOKS]
    file = tmp_path / "recorded.scenario.toml"
    file.write_text(text, encoding="utf-8")
    assert faults_of(file, DEMO_CONFIG) == []
    result = play_virtually(read_scenario(file), DEMO_CONFIG)
    assert result.failures == ()
    file.write_text(text.replace('"done"', '"refused"', 1), encoding="utf-8")
    assert play_virtually(read_scenario(file), DEMO_CONFIG).failures != ()


STANDING = Standing(("35555000012346",), "ok", "feig", {"35555000012346": 0x07, "35555000012353": 0xC2})
BOOK_LISTS = st.lists(st.sampled_from(["35555000012346", "35555000012353", "35555000012361"]), min_size=1, max_size=3)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=9)
ORDERS = st.one_of(
    st.tuples(st.just("/api/pad"), st.fixed_dictionaries({"put": BOOK_LISTS}, optional={"angle": st.integers(0, 90)})),
    st.tuples(st.just("/api/pad"), st.fixed_dictionaries({"take": BOOK_LISTS})),
    st.tuples(st.just("/api/slot"), st.fixed_dictionaries({"push": BOOK_LISTS})),
    st.tuples(st.just("/api/bin"), st.just({"empty": True})),
    st.tuples(st.just("/api/card"), st.sampled_from([{"tap": "wei"}, {"remove": True}, {"tear": "dora"}])),
    st.tuples(st.just("/api/scanner"), st.fixed_dictionaries({"fire": TEXTS})),
    st.tuples(st.just("/api/scanner"), st.just({"fire_hex": "330D"})),
    st.tuples(st.just("/api/printer"), st.sampled_from([{"paper": "out"}, {"cover": "open"}, {"cutter": "jam"}])),
    st.tuples(st.just("/api/gate"), st.just({"gate": "exit", "books": ["35555000012346"], "direction": 1})),
    st.tuples(st.just("/api/faults"), st.just({"device": "pad", "fault": "slow", "seconds": 0.5})),
    st.tuples(st.just("/api/world"), st.just({"do": "network", "state": "slow", "seconds": 2.5, "between": "central"})),
    st.tuples(st.just("/api/touch"), st.just({"across": 0.5, "down": 0.5})),
)
SIGHTS = st.none() | st.builds(
    Sight, st.sampled_from(["attract", "borrow"]), st.just({}) | st.just({"35555000012346": "done"})
)


@given(st.text(min_size=1, max_size=20), st.lists(st.tuples(ORDERS, SIGHTS, st.floats(0, 60)), min_size=1, max_size=8))
def test_whatever_is_recorded_is_a_scenario(
    name: str, orders: list[tuple[tuple[str, dict[str, object]], Sight | None, float]]
) -> None:
    name = name.encode("utf-8", "replace").decode()
    recording, now_s = Recording(name, STANDING, ("35555000012361",)), 0.0
    for (path, body), sight, pause_s in orders:
        now_s += pause_s
        recording.seen(sight, [{"kind": "loan.made", "item": "35555000012346"}], now_s)
        recording.ordered(path, body, {"ok": True, "done": True, "id": "home.borrow"}, now_s)
    recording.ends = STANDING
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recorded.scenario.toml"
        file.write_text(recording.as_toml(), encoding="utf-8", newline="")
        assert [str(fault) for fault in faults_of(file, DEMO_CONFIG)] == []
        scenario = read_scenario(file)
    assert scenario.name == name
    assert len(scenario.step) >= len(orders)


def test_loans_that_stood_before_are_named() -> None:
    rows: list[object] = [
        {"kind": "loan.made", "item": "1"},
        {"kind": "loan.made", "item": "2"},
        {"kind": "return.done", "item": "1"},
        "no row",
    ]
    assert lent_by(rows) == ("2",)


def test_what_makes_no_sense_is_refused(house: House) -> None:
    technician = Technician(house)
    nonsense = (
        ({"start": ""}, "expected a name"),
        ({"stop": True}, "nothing is being"),
        ({"stop": 1}, "expected true"),
    )
    for body, said in nonsense:
        answer = technician.http.post("/api/recording", json=body)
        assert (answer.status_code, said in answer.json()["error"]) == (400, True)
    assert technician.http.get("/api/recording.toml").status_code == 404
    assert technician.http.get("/api/recording").json() == {"on": False, "name": "", "steps": []}

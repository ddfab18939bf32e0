"""The control socket of a house, spoken to over loopback; the house behind it is one in virtual time."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.demo.control import Control
from kiosk.demo.house import DEMO_CONFIG
from kiosk.demo.scenario import Setting
from kiosk.world.house import VirtualHouse


@dataclass(slots=True)
class Client:
    port: int

    def ask(self, *lines: bytes) -> list[dict[str, object]]:
        """Each line's answer."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            connection.sendall(b"".join(line + b"\n" for line in lines))
            answers = connection.makefile("rb")
            return [json.loads(answers.readline()) for _ in lines]

    def state(self) -> dict[str, object]:
        return self.ask(b'{"op": "state"}')[0]

    def do(self, **order: object) -> dict[str, object]:
        return self.ask(json.dumps({"op": "do"} | order).encode())[0]


@contextmanager
def a_house(folder: Path) -> Iterator[Client]:
    world = VirtualHouse(DEMO_CONFIG, folder, Setting(), 1)
    control = Control(0, world)
    yield Client(control.port)
    control.close()
    world.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Client]:
    with a_house(tmp_path) as client:
        yield client


@pytest.fixture(scope="module")
def unmoved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One house for all tests that change nothing in it."""
    with a_house(tmp_path_factory.mktemp("unmoved")) as client:
        yield client


def test_a_house_tells_how_its_world_stands(house: Client) -> None:
    assert house.state() == {
        "parts": {"broker": "running", "central": "running", "kiosk": "running"},
        "network": {"kiosk": "ok", "central": "ok"},
        "clock_off_s": 0.0,
        "disk": "ok",
    }


def test_what_is_ordered_is_so_when_the_answer_comes(house: Client) -> None:
    assert house.do(do="stop", part="central") == {"ok": True}
    assert house.do(do="network", state="half-open") == {"ok": True}
    assert house.do(do="network", between="central", state="slow", seconds=2) == {"ok": True}
    assert house.do(do="clock-jump", seconds=-90.5) == {"ok": True}
    assert house.do(do="clock-jump", seconds=1) == {"ok": True}
    assert house.state() == {
        "parts": {"broker": "running", "central": "stopped", "kiosk": "running"},
        "network": {"kiosk": "half-open", "central": "slow"},
        "clock_off_s": -89.5,
        "disk": "ok",
    }


def test_what_cannot_be_done_is_told_as_that(house: Client) -> None:
    assert house.do(do="clock-jump", seconds=3e8) == {"ok": True}
    answer = house.do(do="clock-jump", seconds=3e8)
    assert "years" in str(answer["error"])
    assert answer["understood"] is True


def test_a_clock_cannot_be_set_out_of_all_calendars_step_by_step(house: Client) -> None:
    assert house.do(do="clock-jump", seconds=3e8) == {"ok": True}
    answer = house.do(do="clock-jump", seconds=3e8)
    assert "10 years" in str(answer["error"])
    assert house.state()["clock_off_s"] == 3e8
    assert house.do(do="clock-jump", seconds=-3e8) == {"ok": True}


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"do": "stopp", "part": "kiosk"}, "`stop`"),
        ({"do": "stop"}, "expected `part`"),
        ({"do": "stop", "part": "brokr"}, "broker"),
        ({"do": "stop", "part": "broker", "seconds": 3}, "no `seconds`"),
        ({"do": "network"}, "expected `state`"),
        ({"do": "network", "state": "halfopen"}, "half-open"),
        ({"do": "network", "state": "slow", "seconds": -1}, "0 or more"),
        ({"do": "clock-jump", "seconds": "3 years"}, "seconds"),
        ({"do": "clock-jump", "seconds": 1e30}, "seconds"),
        ({"do": "clock-jump", "seconds": float("nan")}, "seconds"),
        ({"do": "power-cut", "part": "kiosk"}, "no `part`"),
        ({"do": "forget", "parts": "kiosk"}, "`part`"),
        ({"do": ["stop"]}, "do"),
        ({}, "do"),
    ],
)
def test_an_order_that_is_none_says_what_was_expected(unmoved: Client, order: dict[str, object], told: str) -> None:
    before = unmoved.state()
    answer = unmoved.do(**order)
    assert told in str(answer["error"])
    assert "understood" not in answer
    assert unmoved.state() == before


def test_a_line_that_is_no_request_is_answered_and_the_next_one_too(unmoved: Client) -> None:
    lines = [b"", b"{", b"[]", b"\xff", b'{"op": "undo"}', b'{"op": []}', b"[" * 3_000, b'{"op": "state"}']
    *bad, good = unmoved.ask(*lines)
    assert all("expected" in str(answer["error"]) for answer in bad)
    assert "parts" in good

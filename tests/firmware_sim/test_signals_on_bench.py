"""Boards of lamps on the bench: switched over their real wires, seen by the page, and without power."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import paho.mqtt.publish as publish
import pytest
import serial

from firmware_sim.settings import BadSettings, parse
from kiosk.demo.children import Child
from kiosk.demo.house import Ports
from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.served import Served
from tests.firmware_sim.test_bench_evidence import heard_of, news
from tests.real_parts import PATIENCE_S

BOARDS = """
[[signal]]
name = "desk"
outputs = 3
[[signal]]
name = "door"
driver = "tasmota"
port = {port}
topic = "door-lamp"
"""
ON_2, OFF_2 = bytes.fromhex("A00201A3"), bytes.fromhex("A00200A2")


def outputs(served: Served, name: str) -> list[bool]:
    boards = served.room()["signals"]
    assert isinstance(boards, list)
    board = next(one for one in boards if one["name"] == name)
    assert [one["channel"] for one in board["outputs"]] == list(range(1, len(board["outputs"]) + 1))
    return [one["on"] for one in board["outputs"]]


def boards(folder: Path, port: int) -> Path:
    file = folder / "room.toml"
    file.write_text(BOARDS.format(port=port), encoding="utf-8")
    return file


def test_a_relay_board_is_switched_over_its_line_and_dark_without_power(serve: Serve, tmp_path: Path) -> None:
    served = serve(config=boards(tmp_path, Ports.free().broker))
    told = served.ready["signals"]
    assert isinstance(told, dict)
    assert told["desk"] == str(served.folder / "desk")
    assert told["door"].startswith("mqtt://127.0.0.1:")
    with news(served) as changed, serial.Serial(str(served.folder / "desk"), 9600) as line:
        lights = [False, True, False]
        for frames, lit in ((ON_2, lights), (OFF_2, [False] * 3), (ON_2 + OFF_2 + ON_2, lights)):
            line.write(frames)
            while outputs(served, "desk") != lit:
                assert heard_of(changed, "room")
        notes = [one["note"] for one in served.http.get("/api/wire?device=desk").json()["frames"]]
        assert notes[:2] == ["output 2 on", "output 2 off"]
        served.post("/api/faults", device="desk", fault="unplug")
        assert outputs(served, "desk") == [False] * 3
    served.post("/api/faults", device="desk", fault="none")
    assert served.refused("/api/faults", device="desk", fault="torn-write")[0] == 404
    with serial.Serial(str(served.folder / "desk"), 9600) as line:
        line.write(ON_2)
        while not outputs(served, "desk")[1]:
            pass
        served.post("/api/power", off=True)
        assert outputs(served, "desk") == [False] * 3
        served.post("/api/power", off=False)


def test_a_board_at_a_broker_obeys_its_topic_and_is_deaf_on_demand(serve: Serve, tmp_path: Path) -> None:
    port = Ports.free().broker
    words = ["-m", "kiosk.demo.broker", "--port", str(port), "--data", str(tmp_path / "broker")]
    broker = Child("broker", [sys.executable, *words], tmp_path / "broker.log")
    broker.start()
    try:
        broker.wait_ready(PATIENCE_S)
        served = serve(config=boards(tmp_path, port))
        with news(served) as changed:
            while not served.entries("devices")["door"]["open"]:
                pass
            publish.single("cmnd/door-lamp/POWER2", "ON", hostname="127.0.0.1", port=port)
            while outputs(served, "door") != [False, True]:
                assert heard_of(changed, "room")
            served.post("/api/faults", device="door", fault="unplug")
            assert outputs(served, "door") == [False, False]
            served.post("/api/faults", device="door", fault="none")
        assert served.end()[0] == 0
    finally:
        broker.stop()


def faults_of(text: str) -> str:
    with pytest.raises(BadSettings) as refused:
        parse(tomllib.loads(text), "room.toml")
    return "\n".join(refused.value.faults)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[signal]]\nname = "pad"', "signal[0].name"),
        ('[[signal]]\nname = "a"\noutputs = 9', "a whole number from 1 to 8"),
        ('[[signal]]\nname = "a"\ndriver = "relay"', "serial-relay, tasmota"),
        ('[[signal]]\nname = "a"\nport = 1883', "port"),
        ('[[signal]]\nname = "a"\n[[gate]]\nname = "a"', "name"),
    ],
)
def test_what_a_board_cannot_be_is_told(text: str, said: str) -> None:
    assert said in faults_of(text)

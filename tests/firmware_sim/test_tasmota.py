"""A Tasmota board: what its firmware says to commands, and how it behaves on a real broker."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim.devices.tasmota import TasmotaFirmware, pulse_of, pulse_s
from firmware_sim.devices.tasmota_client import TasmotaBoard
from firmware_sim.faults.words import TasmotaFault
from tests.real_parts import PATIENCE_S

Told = tuple[str, str, bool]
"""Topic, payload, whether it was retained."""


def said(firmware: TasmotaFirmware, name: str, payload: str, now_s: float = 0.0) -> list[tuple[str, str]]:
    return [(f"{one.prefix}/{one.name}", one.payload) for one in firmware.command(name, payload, now_s)]


def test_power_is_told_twice_as_in_the_documentation() -> None:
    plug = TasmotaFirmware(1)
    assert said(plug, "Power", "") == [("stat/RESULT", '{"POWER":"OFF"}'), ("stat/POWER", "OFF")]
    assert said(plug, "Power", "TOGGLE") == [("stat/RESULT", '{"POWER":"ON"}'), ("stat/POWER", "ON")]
    assert said(plug, "POWER", "?")[1] == ("stat/POWER", "ON")
    assert said(plug, "power1", "off")[1] == ("stat/POWER", "OFF")


@pytest.mark.parametrize(
    ("word", "closed"), [("ON", True), ("1", True), ("true", True), ("2", True), ("OFF", False), ("maybe", False)]
)
def test_words_of_power(word: str, closed: bool) -> None:
    plug = TasmotaFirmware(1)
    plug.command("POWER", word, 0.0)
    assert plug.relays == (closed,)


def test_several_relays_have_numbers() -> None:
    board = TasmotaFirmware(2)
    assert said(board, "POWER2", "ON") == [("stat/RESULT", '{"POWER2":"ON"}'), ("stat/POWER2", "ON")]
    assert board.relays == (False, True)
    assert said(board, "POWER", "")[1] == ("stat/POWER1", "OFF")
    assert [topic for topic, _ in said(board, "POWER0", "OFF")] == [
        "stat/RESULT",
        "stat/POWER1",
        "stat/RESULT",
        "stat/POWER2",
    ]
    assert board.relays == (False, False)
    assert said(board, "POWER3", "ON") == []
    assert said(board, "Lamp", "ON") == [("stat/RESULT", '{"Command":"Unknown"}')]


def test_a_pulse_opens_the_relay_again_and_each_on_begins_it_anew() -> None:
    plug = TasmotaFirmware(1)
    assert said(plug, "PulseTime1", "20") == [("stat/RESULT", '{"PulseTime1":{"Set":20,"Remaining":20}}')]
    plug.command("POWER", "ON", 1.0)
    plug.command("POWER", "ON", 2.0)
    assert plug.due_s() == 4.0
    assert (plug.tick(3.9), plug.relays) == ([], (True,))
    told = plug.tick(4.0)
    assert [(one.name, one.payload) for one in told] == [("RESULT", '{"POWER":"OFF"}'), ("POWER", "OFF")]
    assert (plug.relays, plug.due_s()) == ((False,), None)


def test_a_pulse_is_forgotten_by_off_and_set_back_by_0() -> None:
    plug = TasmotaFirmware(1)
    plug.command("PulseTime", "112", 0.0)
    plug.command("POWER", "ON", 0.0)
    assert plug.due_s() == 12.0
    plug.command("POWER", "OFF", 1.0)
    assert plug.due_s() is None
    assert said(plug, "PulseTime1", "0") == [("stat/RESULT", '{"PulseTime1":{"Set":0,"Remaining":0}}')]
    plug.command("POWER", "ON", 2.0)
    assert (plug.relays, plug.due_s()) == ((True,), None)
    assert said(plug, "PulseTime1", "5")[0][1] == '{"PulseTime1":{"Set":5,"Remaining":5}}'
    assert said(plug, "PulseTime1", "64901")[0][1] == '{"PulseTime1":{"Set":5,"Remaining":5}}'
    assert said(plug, "PulseTime0", "7") == []
    assert said(plug, "PulseTime1", "OFF")[0][1] == '{"PulseTime1":{"Set":0,"Remaining":0}}'


def test_without_power_relays_open_and_pulses_are_forgotten_but_set_times_are_not() -> None:
    plug = TasmotaFirmware(1)
    plug.command("PulseTime", "20", 0.0)
    plug.command("POWER", "ON", 0.0)
    plug.lose_power()
    assert (plug.relays, plug.due_s()) == ((False,), None)
    plug.command("POWER", "ON", 5.0)
    assert plug.due_s() == 7.0


def test_all_pulse_times_are_asked_for_without_a_number() -> None:
    board = TasmotaFirmware(2)
    board.command("PulseTime2", "460", 0.0)
    board.command("POWER2", "ON", 0.0)
    ((topic, payload),) = said(board, "PulseTime", "", 60.0)
    content = json.loads(payload)["PulseTime"]
    assert topic == "stat/RESULT"
    assert (content["Set"][:3], content["Remaining"][:3]) == ([0, 460, 0], [0, 400, 0])
    assert (len(content["Set"]), len(content["Remaining"])) == (32, 32)


@pytest.mark.parametrize(("pulse", "seconds"), [(1, 0.1), (111, 11.1), (112, 12.0), (460, 360.0), (64_900, 64_800.0)])
def test_pulse_times_are_tenths_or_seconds_with_an_offset(pulse: int, seconds: float) -> None:
    assert pulse_s(pulse) == pytest.approx(seconds)
    assert pulse_of(seconds) == pulse


@given(st.integers(1, 4), st.lists(st.tuples(st.text(max_size=12), st.text(max_size=8), st.floats(0, 9)), max_size=12))
def test_any_command_is_borne_and_the_next_is_obeyed(relays: int, orders: list[tuple[str, str, float]]) -> None:
    board = TasmotaFirmware(relays)
    for name, payload, now_s in orders:
        for command in (name, "POWER" + name, "PulseTime" + name):
            for told in board.command(command, payload, now_s) + board.tick(now_s):
                assert told.name != "RESULT" or json.loads(told.payload)
    board.command("PulseTime1", "0", 10.0)
    assert [one.payload for one in board.command("POWER1", "ON", 10.0)][1] == "ON"
    assert board.relays[0]


class Listener:
    """Another client of the broker, that hears all of the board and orders it."""

    def __init__(self, port: int) -> None:
        self.heard: queue.Queue[Told] = queue.Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda client, *_: client.subscribe([("stat/#", 1), ("tele/#", 1)]) and None
        self.client.on_message = lambda _, __, message: self.heard.put(
            (message.topic, message.payload.decode(), message.retain)
        )
        subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(PATIENCE_S)

    def order(self, name: str, payload: str) -> None:
        self.client.publish(f"cmnd/lamp/{name}", payload)

    def until(self, topic: str, payload: str) -> list[Told]:
        """Everything up to this message."""
        told = [self.heard.get(timeout=PATIENCE_S)]
        while told[-1][:2] != (topic, payload):
            told.append(self.heard.get(timeout=PATIENCE_S))
        return told

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@dataclass(slots=True)
class Broker:
    """A mosquitto that can be killed and started again on the same port."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "kiosk.demo.broker", "--kind", "mosquitto", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--data", str(self.folder)], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert b"ready" in self.process.stdout.readline()

    def kill(self) -> None:
        assert self.process is not None
        with self.process:
            self.process.kill()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        running = Broker(int(holder.getsockname()[1]), tmp_path / "broker")
    running.start()
    yield running
    running.kill()


@pytest.fixture
def port(broker: Broker) -> int:
    return broker.port


@pytest.fixture
def lamp(port: int) -> Iterator[TasmotaBoard]:
    board = TasmotaBoard("127.0.0.1", port, "lamp")
    board.start()
    assert board.wait_online(PATIENCE_S)
    yield board
    board.stop()


@pytest.fixture
def listener(port: int) -> Iterator[Listener]:
    listening = Listener(port)
    yield listening
    listening.stop()


def test_a_lamp_is_switched_and_its_pulse_ends_over_a_real_broker(lamp: TasmotaBoard, listener: Listener) -> None:
    assert listener.until("tele/lamp/LWT", "Online")[-1][2]
    listener.order("PulseTime", "1")
    listener.until("stat/lamp/RESULT", '{"PulseTime1":{"Set":1,"Remaining":1}}')
    listener.until("stat/lamp/POWER", "OFF")
    listener.order("POWER", "ON")
    assert listener.until("stat/lamp/POWER", "ON") == [
        ("stat/lamp/RESULT", '{"POWER":"ON"}', False),
        ("stat/lamp/POWER", "ON", False),
    ]
    listener.until("stat/lamp/POWER", "OFF")
    assert lamp.relays == (False,)


def test_pulled_out_its_will_is_told_and_plugged_in_again_it_is_back_and_dark(
    lamp: TasmotaBoard, listener: Listener
) -> None:
    listener.until("tele/lamp/LWT", "Online")
    listener.order("POWER", "ON")
    listener.until("stat/lamp/POWER", "ON")
    lamp.set_fault(TasmotaFault.UNPLUG)
    listener.until("tele/lamp/LWT", "Offline")
    assert lamp.relays == (False,)
    lamp.set_fault(TasmotaFault.NONE)
    listener.until("tele/lamp/LWT", "Online")
    assert listener.until("stat/lamp/POWER", "OFF")
    assert lamp.wait_online(PATIENCE_S)
    listener.order("POWER", "ON")
    listener.until("stat/lamp/POWER", "ON")


def test_a_silent_board_obeys_and_a_deaf_one_does_not(lamp: TasmotaBoard, listener: Listener) -> None:
    listener.until("tele/lamp/LWT", "Online")
    lamp.set_fault(TasmotaFault.DEAF)
    listener.order("POWER", "ON")
    assert lamp.wait_taken(1, PATIENCE_S)
    assert lamp.relays == (False,)
    lamp.set_fault(TasmotaFault.SILENT)
    listener.order("POWER", "ON")
    assert lamp.wait_taken(2, PATIENCE_S)
    assert lamp.relays == (True,)
    lamp.set_fault(TasmotaFault.NONE)
    listener.order("POWER", "")
    told = listener.until("stat/lamp/POWER", "ON")
    assert [payload for _, payload, _ in told if "ON" in payload] == ['{"POWER":"ON"}', "ON"]


def test_after_the_broker_was_gone_the_board_comes_back_as_it_was(
    broker: Broker, lamp: TasmotaBoard, listener: Listener
) -> None:
    listener.order("POWER", "ON")
    listener.until("stat/lamp/POWER", "ON")
    listener.stop()
    broker.kill()
    broker.start()
    again = Listener(broker.port)
    try:
        # What the board said may be older than this client; what it says to a question is not.
        assert lamp.wait_online(PATIENCE_S)
        again.order("POWER", "")
        again.until("stat/lamp/POWER", "ON")
    finally:
        again.stop()
    assert lamp.relays == (True,)


@pytest.mark.parametrize("uptime_s", [0.1, 7_777.7, 24_000.3, 1e7])
def test_a_tenth_is_a_tenth_however_long_the_machine_has_run(uptime_s: float) -> None:
    assert [pulse_of((uptime_s + tenths / 10) - uptime_s) for tenths in range(1, 112)] == list(range(1, 112))

"""A Tasmota board through a real mosquitto: orders arrive, states come back, and a broker that goes comes back."""

from __future__ import annotations

import queue
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from drivers.health import FaultCode, Faulted, Recovered
from drivers.ports.mqtt import Broker, MqttPump
from drivers.signals.outputs import Output
from drivers.signals.protocol import SignalCommand, SignalEvent, Switch, Switched
from drivers.signals.tasmota import Tasmota, TasmotaSettings
from kiosk.demo.broker import mosquitto
from tests.signals.tasmota_board import FirmwareBoard

WAIT_S = 15.0
OUTPUTS = (Output("return-lamp", 1), Output("gate-buzzer", 2))


class Mosquitto:
    """A broker that can be ended and started again on the same port."""

    def __init__(self, folder: Path, access: str = "allow_anonymous true") -> None:
        with socket.create_server(("127.0.0.1", 0)) as holder:
            self.port: int = holder.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\n{access}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = mosquitto()
        assert program is not None, "mosquitto is not installed"
        self._process = subprocess.Popen([program, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        for _ in range(1_000):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1.0).close()
                return
            except ConnectionRefusedError:
                threading.Event().wait(0.01)
        raise AssertionError("mosquitto does not start")

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class WirelessBoard:
    """The firmware behind an MQTT client of its own."""

    def __init__(self, port: int) -> None:
        self.firmware = FirmwareBoard()
        self._subscribed = threading.Event()
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        client.reconnect_delay_set(1, 1)
        client.will_set("tele/gate/LWT", b"Offline", retain=True)
        client.on_connect = lambda c, *_: self._on_connect(c)
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = lambda c, _, message: self._on_message(c, message)
        client.connect("127.0.0.1", port)
        client.loop_start()
        self._client = client
        assert self._subscribed.wait(WAIT_S)

    def _on_connect(self, client: mqtt.Client) -> None:
        client.publish("tele/gate/LWT", b"Online", retain=True)
        client.subscribe("cmnd/gate/+")

    def _on_message(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        assert not message.retain
        for topic, payload in self.firmware.hears(message.topic, message.payload.decode(), time.monotonic()):
            client.publish(topic, payload)

    def loses_its_power(self) -> None:
        """Without a farewell, so that the broker speaks the last will."""
        self.firmware.alive = False
        line = self._client.socket()
        assert isinstance(line, socket.socket)
        line.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path)
    running.start()
    yield running
    running.end()


@pytest.fixture
def board(broker: Mosquitto) -> Iterator[WirelessBoard]:
    wireless = WirelessBoard(broker.port)
    yield wireless
    wireless.stop()


class Desk:
    """The pump, and what it delivered."""

    def __init__(self, broker: Broker) -> None:
        self._events: queue.Queue[SignalEvent] = queue.Queue()
        core = Tasmota(TasmotaSettings("gate", OUTPUTS, answer_s=0.5, beat_s=0.5))
        self.pump: MqttPump[SignalEvent, SignalCommand] = MqttPump(core, broker, self._events.put)
        self.pump.start()

    def waits_for(self, *expected: SignalEvent) -> None:
        left = list(expected)
        while left:
            event = self._events.get(timeout=WAIT_S)
            if event in left:
                left.remove(event)

    def next_fault(self) -> Faulted:
        while not isinstance(event := self._events.get(timeout=WAIT_S), Faulted):
            pass
        return event


@pytest.fixture
def desk(broker: Mosquitto) -> Iterator[Desk]:
    made = Desk(Broker("127.0.0.1", broker.port))
    yield made
    made.pump.stop()


def test_a_lamp_is_switched_and_the_board_confirms_it(board: WirelessBoard, desk: Desk) -> None:
    desk.waits_for(Recovered("Tasmota board 'gate'"), Switched("return-lamp", False, True))
    desk.pump.submit(Switch("return-lamp", True))
    desk.waits_for(Switched("return-lamp", True, True))
    assert desk.pump.offer(Switch("return-lamp", False))
    desk.waits_for(Switched("return-lamp", False, True))
    assert board.firmware.on[1] is False


def test_a_buzzer_is_put_off_by_our_timer(board: WirelessBoard, desk: Desk) -> None:
    desk.waits_for(Switched("gate-buzzer", False, True))
    desk.pump.submit(Switch("gate-buzzer", True, for_s=0.3))
    desk.waits_for(Switched("gate-buzzer", True, True))
    desk.waits_for(Switched("gate-buzzer", False, True))
    assert ("PulseTime2", "3") in board.firmware.heard


def test_a_broker_that_goes_is_told_and_what_shall_be_is_told_again_when_it_is_back(
    board: WirelessBoard, broker: Mosquitto, desk: Desk
) -> None:
    desk.waits_for(Switched("gate-buzzer", False, True))
    desk.pump.submit(Switch("return-lamp", True))
    desk.waits_for(Switched("return-lamp", True, True))
    broker.end()
    assert desk.next_fault().code is FaultCode.PORT_GONE
    desk.pump.submit(Switch("gate-buzzer", True, for_s=0.01))
    board.firmware.on[1] = False
    broker.start()
    desk.waits_for(Switched("return-lamp", True, True), Switched("gate-buzzer", False, True))
    assert ("POWER2", "ON") not in board.firmware.heard


def test_a_board_that_is_away_is_told_by_the_broker(board: WirelessBoard, desk: Desk) -> None:
    desk.waits_for(Switched("gate-buzzer", False, True))
    board.loses_its_power()
    desk.pump.submit(Switch("return-lamp", True))
    fault = desk.next_fault()
    assert fault.code is FaultCode.NO_ANSWER
    assert "off line" in fault.detail


def test_a_broker_that_does_not_let_us_in_says_so(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path, access="allow_anonymous false")
    broker.start()
    desk = Desk(Broker("127.0.0.1", broker.port, "kiosk", "not the password"))
    fault = desk.next_fault()
    assert fault.code is FaultCode.PORT_GONE
    assert "does not let us in" in fault.detail
    assert "password" not in fault.detail
    desk.pump.stop()
    broker.end()


def test_no_broker_at_all_is_told_with_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    desk = Desk(Broker("127.0.0.1", port))
    assert f"mqtt://127.0.0.1:{port} cannot be reached" in desk.next_fault().detail
    desk.pump.stop()


def test_somebody_who_takes_the_connection_and_says_nothing_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        desk = Desk(Broker("127.0.0.1", silent.getsockname()[1]))
        assert "does not answer" in desk.next_fault().detail
        desk.pump.stop()


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Broker("broker.example", password="secret"))

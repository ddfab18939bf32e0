"""The fleet at a real gate controller: it starts anew, tells its log, and refuses what only a kiosk can do."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.demo.children import Child
from kiosk.wire import (
    Channel,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    SetAside,
    Station,
    decode_health,
    decode_result,
    encode_command,
    key_id_of,
)
from kiosk.wire.signing import own_key
from tests.fleet.contract import keep_the_contract
from tests.real_parts import PATIENCE_S, free_port

GATE = Station("main", "gate-1")
SETTINGS = """
site = "main"
station = "gate-1"
ledger = "{folder}/gate.sqlite"

[[gates]]
name = "door"
driver = "lsp2"
first_index = 1
port = "{folder}/none"

[copy]
path = "{folder}/copy"

[pictures]
path = "{folder}/pictures"

[page]
port = 0

[broker]
port = {port}

[fleet]
public_keys = ["{folder}/keys/signing.pub"]
"""


class Operator:
    """An MQTT client in the fleet's place."""

    def __init__(self, port: int, key: Ed25519PrivateKey) -> None:
        self.key = key
        self.heard: dict[str, queue.Queue[bytes]] = {
            GATE.topic(channel): queue.Queue() for channel in (Channel.RESULT, Channel.HEALTH, Channel.LOG)
        }
        subscribed: queue.Queue[bool] = queue.Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="fleet", protocol=mqtt.MQTTv5)
        self.everything: list[tuple[str, bytes]] = []
        self.client.on_connect = lambda client, *_: client.subscribe("lk/#", 1) and None
        self.client.on_subscribe = lambda *_: subscribed.put(True)
        self.client.on_message = lambda _, __, message: self._hear(message.topic, bytes(message.payload))
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        subscribed.get(timeout=PATIENCE_S)

    def _hear(self, topic: str, payload: bytes) -> None:
        self.everything.append((topic, payload))
        if topic in self.heard:
            self.heard[topic].put(payload)

    def order(self, kind: CommandKind) -> str:
        now = datetime.now(UTC)
        id_, key_id = str(uuid.uuid4()), key_id_of(self.key.public_key())
        command = Command(id_, GATE, kind, now, now + timedelta(minutes=5), uuid.uuid4().hex, key_id)
        self.client.publish(GATE.topic(Channel.COMMAND), encode_command(command, self.key), qos=1)
        return id_

    def end_of(self, id_: str) -> CommandResult:
        while True:
            told = decode_result(self.heard[GATE.topic(Channel.RESULT)].get(timeout=PATIENCE_S))
            assert not isinstance(told, SetAside)
            if told.command == id_ and told.state.is_final:
                return told


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    found = free_port()
    command = [sys.executable, "-m", "kiosk.demo.broker", "--kind", "mosquitto", "--port", str(found)]
    with subprocess.Popen([*command, "--data", str(tmp_path / "broker")], stdout=subprocess.PIPE) as broker:
        assert broker.stdout is not None
        assert json.loads(broker.stdout.readline())["ready"]
        yield found
        broker.terminate()


def test_a_gate_starts_anew_and_tells_its_log_and_refuses_what_is_a_kiosks(tmp_path: Path, port: int) -> None:
    operator = Operator(port, own_key(tmp_path / "keys"))
    (tmp_path / "gate.toml").write_text(SETTINGS.format(folder=tmp_path, port=port), "utf-8")
    command = [sys.executable, "-m", "kiosk", "gate", "--config", str(tmp_path)]
    first, second = (Child("gate", command, tmp_path / f"gate-{n}.log") for n in (1, 2))
    try:
        first.start()
        first.wait_ready(PATIENCE_S)
        health = decode_health(operator.heard[GATE.topic(Channel.HEALTH)].get(timeout=PATIENCE_S))
        assert not isinstance(health, SetAside)
        assert [one.device for one in health.details] == ["door"]
        strange = operator.end_of(operator.order(CommandKind.TEST_PRINT))
        assert (strange.state, "nothing for this station" in strange.reason) == (CommandState.REFUSED, True)
        assert operator.end_of(operator.order(CommandKind.LOG)).state is CommandState.DONE
        operator.heard[GATE.topic(Channel.LOG)].get(timeout=PATIENCE_S)
        restart = operator.order(CommandKind.RESTART)
        assert first.ends_within(PATIENCE_S)
        assert first.exit_code == 75
        second.start()
        second.wait_ready(PATIENCE_S)
        assert operator.end_of(restart).state is CommandState.DONE
    finally:
        first.kill()
        second.kill()
        operator.client.disconnect()
        operator.client.loop_stop()
    channels = keep_the_contract(operator.everything)
    assert channels >= {Channel.STATUS, Channel.HEALTH, Channel.COMMAND, Channel.RESULT, Channel.LOG}

"""A real broker, a real kiosk, and an MQTT client in the fleet's place."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.demo.children import Child, NotReady
from kiosk.demo.mirror_client import MirrorClient, View
from kiosk.wire import (
    Channel,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    SetAside,
    Station,
    decode_result,
    encode_command,
    key_id_of,
)
from kiosk.wire.fields import Json
from kiosk.wire.signing import own_key
from tests.fleet.contract import keep_the_contract
from tests.real_parts import PATIENCE_S
from tests.station.quiet_reader import QuietReader

STATION = Station("main", "kiosk-1")
KIOSK = """
site = "main"
station = "kiosk-1"
languages = ["en", "zh"]

[library]
name_zh = "城市图书馆"
name_en = "City Library"

[screen]
mode = "headless"

[pad]
port = "{folder}/pad"

[broker]
port = {broker}

[ledger]
path = "{folder}/ledger.sqlite"

[mirror]
port = 0
show_private = true

[fleet]
public_keys = ["{folder}/keys/signing.pub"]
"""


@dataclass(slots=True)
class FleetEnd:
    """The fleet's end of the line: says commands, hears what a station tells."""

    port: int
    key: Ed25519PrivateKey
    heard: dict[Channel, queue.Queue[bytes]] = field(default_factory=dict)
    results: list[CommandResult] = field(default_factory=list)
    everything: list[tuple[str, bytes]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _client: mqtt.Client = field(init=False)

    def __post_init__(self) -> None:
        subscribed = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="fleet", protocol=mqtt.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe("lk/#", qos=1) and None
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda _, __, message: self._hear(message.topic, bytes(message.payload))
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()
        assert subscribed.wait(PATIENCE_S)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        keep_the_contract(said for said in self.everything if "/up/" in said[0])  # what a test says may be wrong

    def command(self, kind: CommandKind, arguments: Mapping[str, Json] | None = None, **other: object) -> Command:
        now = datetime.now(UTC)
        fields: dict[str, object] = {
            "id": str(uuid.uuid4()),
            "station": STATION,
            "kind": kind,
            "issued": now,
            "expires": now + timedelta(minutes=5),
            "nonce": uuid.uuid4().hex,
            "key_id": key_id_of(self.key.public_key()),
            "arguments": arguments or {},
        }
        return Command(**(fields | other))  # type: ignore[arg-type]

    def say(self, command: Command, key: Ed25519PrivateKey | None = None) -> bytes:
        payload = encode_command(command, key or self.key)
        self.publish(payload)
        return payload

    def publish(self, payload: bytes) -> None:
        self._client.publish(STATION.topic(Channel.COMMAND), payload, qos=1)

    def order(self, kind: CommandKind, arguments: Mapping[str, Json] | None = None) -> Command:
        command = self.command(kind, arguments)
        self.say(command)
        return command

    def states(self, id_: str) -> list[CommandState]:
        return [result.state for result in self.results if result.command == id_]

    def result(self, id_: str, *states: CommandState) -> CommandResult:
        """The first result of this command in one of these states; without any, its end."""

        def found() -> CommandResult | None:
            return next(
                (
                    one
                    for one in self.results
                    if one.command == id_ and (one.state in states if states else one.state.is_final)
                ),
                None,
            )

        with self._changed:
            assert self._changed.wait_for(lambda: found() is not None, PATIENCE_S), f"{id_}: {self.results}"
            result = found()
        assert result is not None
        return result

    def hears(self, channel: Channel) -> bytes:
        """The next message on this channel."""
        return self.heard.setdefault(channel, queue.Queue()).get(timeout=PATIENCE_S)

    def _hear(self, topic: str, payload: bytes) -> None:
        self.everything.append((topic, payload))
        for channel in Channel:
            if topic == STATION.topic(channel):
                self.heard.setdefault(channel, queue.Queue()).put(payload)
        if topic == STATION.topic(Channel.RESULT):
            told = decode_result(payload)
            assert not isinstance(told, SetAside)
            with self._changed:
                self.results.append(told)
                self._changed.notify_all()


class StartedKiosk:
    """One run of the kiosk."""

    def __init__(self, child: Child) -> None:
        self.child = child
        ready = child.announced["ready"]
        assert isinstance(ready, dict)
        self.mirror = MirrorClient(int(str(ready["mirror"])))

    def shows(self, screen: str) -> View:
        return self.sees(lambda view: view.screen == screen)

    def sees(self, wanted: Callable[[View], bool]) -> View:
        view = self.mirror.view()
        while not wanted(view):
            later = self.mirror.view(view.number, 30.0)
            assert later.number > view.number, f"nothing changed on {view.screen}: {view.tree.texts()}"
            view = later
        return view

    def ends(self) -> int:
        assert self.child.process is not None
        return self.child.process.wait(PATIENCE_S)

    def cut(self) -> None:
        """As a power cut would."""
        assert self.child.process is not None
        self.child.process.send_signal(signal.SIGKILL)
        self.ends()


@pytest.fixture
def broker_port(tmp_path: Path) -> Iterator[int]:
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
    command = [sys.executable, "-m", "kiosk.demo.broker", "--kind", "mosquitto", "--port", str(port)]
    with subprocess.Popen([*command, "--data", str(tmp_path / "broker")], stdout=subprocess.PIPE) as broker:
        assert broker.stdout is not None
        assert json.loads(broker.stdout.readline())["ready"]
        yield port
        broker.terminate()


@pytest.fixture
def fleet(broker_port: int, tmp_path: Path) -> Iterator[FleetEnd]:
    end = FleetEnd(broker_port, own_key(tmp_path / "keys"))
    yield end
    end.stop()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[QuietReader]:
    plugged_in = QuietReader(tmp_path / "pad")
    yield plugged_in
    plugged_in.unplug()


@pytest.fixture
def start(
    tmp_path: Path, fonts_folder: Path, broker_port: int, fleet: FleetEnd, reader: QuietReader
) -> Iterator[Callable[[], StartedKiosk]]:
    """Starts `kiosk run` on the same folder again and again."""
    children: list[Child] = []
    (tmp_path / "kiosk.toml").write_text(KIOSK.format(folder=tmp_path, broker=broker_port), encoding="utf-8")

    def started() -> StartedKiosk:
        command = [sys.executable, "-m", "kiosk", "run", "--config", str(tmp_path)]
        log = tmp_path / f"kiosk-{len(children)}.log"
        children.append(Child("kiosk", command, log, {"NOTIFY_SOCKET": "", "KIOSK_FONTS": str(fonts_folder)}))
        children[-1].start()
        try:
            children[-1].wait_ready(PATIENCE_S)
        except NotReady:
            assert children[-1].ends_within(PATIENCE_S)
            raise
        return StartedKiosk(children[-1])

    yield started
    for child in children:
        child.kill()

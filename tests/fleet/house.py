"""A fleet page that really runs, and somebody who publishes raw payloads with paho alone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.real_parts import PATIENCE_S

DEMO = Path(__file__).resolve().parents[2] / "config" / "demo"
NAME, PASSWORD = "op", "a long password"
HEALTH: Mapping[str, object] = {
    "boot": "b1",
    "mono_ms": 1,
    "devices": {"pad": "ok", "printer": "ok"},
    "paper": "ok",
    "outbox": 0,
    "refused": 0,
    "disk_free_kb": 9_000_000,
    "clock_offset_ms": 5,
    "temperature_c": 41,
}


@dataclass(slots=True)
class FleetProcess:
    """`kiosk fleet`, started on a database, ended and started again."""

    url: str
    broker: int
    log: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    port: int = 0

    def words(self) -> list[str]:
        told = {"database.url": self.url, "broker.port": str(self.broker), "http.port": "0"} | self.settings
        return ["--config", str(DEMO), *(word for key, value in told.items() for word in ("--set", f"{key}={value}"))]

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "fleet", *self.words()], stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the fleet ended: {self.log.read_text()}"
        self.port = json.loads(line)["ready"]["http"]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int | None:
        process, self.process = self.process, None
        if process is None:
            return None
        process.send_signal(number)
        process.communicate(timeout=PATIENCE_S)
        return process.returncode

    def account(self, name: str = NAME, role: str = "operator", language: str = "en") -> None:
        command = [sys.executable, "-m", "kiosk", "fleet", "account", *self.words(), name, "--role", role]
        done = subprocess.run(
            [*command, "--language", language], input=PASSWORD + "\n", text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr

    @property
    def at(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def signed_in(self, name: str = NAME) -> httpx.Client:
        """A client with a session: its cookie is sent by hand, for httpx keeps none that is Secure on plain HTTP."""
        client = httpx.Client(base_url=self.at, timeout=PATIENCE_S)
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        client.headers["cookie"] = answer.headers["set-cookie"].split(";")[0]
        return client


class Teller:
    """A client that speaks as stations do, with nothing of ours."""

    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._port = port
        self._last: mqtt.MQTTMessageInfo | None = None
        self._orders: list[tuple[str, int]] = []
        self._client.on_connect = lambda client, *_: client.subscribe(self._orders) if self._orders else None

    def __enter__(self) -> Teller:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def raw(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE_S)

    def born(self, station: str, boot: str = "b1", **more: object) -> None:
        self.raw(f"lk/v1/main/{station}/up/status", birth(station, boot, **more), retain=True)

    def health(self, station: str, **more: object) -> None:
        self.raw(f"lk/v1/main/{station}/up/health", message(station, "lk.station.health", {**HEALTH, **more}))

    def soon(self, station: str, **more: object) -> None:
        """A heartbeat that nobody waits for."""
        told = message(station, "lk.station.health", {**HEALTH, **more})
        self._last = self._client.publish(f"lk/v1/main/{station}/up/health", told, qos=0)

    def settled(self, patience_s: float) -> None:
        """Until what `soon` told is with the broker."""
        if self._last is not None:
            self._last.wait_for_publish(patience_s)

    def obeys(self, station: str, said: Callable[[bytes], None]) -> None:
        """Hand over what is ordered of a station, as it comes."""
        self._client.on_message = lambda _, __, heard: said(bytes(heard.payload))
        self._orders.append((f"lk/v1/main/{station}/down/command", 1))
        self._client.subscribe(self._orders)

    def done(self, station: str, command: str) -> None:
        self.result(station, command, "done")

    def result(self, station: str, command: str, state: str) -> None:
        data = {"command": command, "state": state, "reason": "", "details": {}, "at": now()}
        self.raw(f"lk/v1/main/{station}/up/result", message(station, "lk.command.result", data))

    def gone(self, station: str, boot: str = "b1") -> None:
        """What the broker says for a station whose socket was cut."""
        self.born(station, boot, state="gone")

    def device(self, station: str, device: str, state: str, reason: str = "") -> None:
        data = {"device": device, "state": state, "reason": reason, "since": now()}
        self.raw(f"lk/v1/main/{station}/up/device", message(station, "lk.device.changed", data))


def birth(station: str, boot: str = "b1", **more: object) -> bytes:
    data = {"state": "alive", "boot": boot, "session": 1, "software": "0.1.0", "since": now(), "clean": False}
    return message(station, "lk.station.status", data | more)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message(station: str, kind: str, data: Mapping[str, object], schema: str = "lk/1") -> bytes:
    """As messages.md has it, written from that page."""
    told = {"specversion": "1.0", "id": f"{station}.{time.monotonic_ns()}", "source": f"lk/main/{station}"}
    return json.dumps(told | {"type": kind, "time": now(), "dataschema": schema, "data": data}).encode()

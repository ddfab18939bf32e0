"""Home Assistant's discovery as its documentation has it, read by its template language from real heartbeats."""

from __future__ import annotations

import json
import queue
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from jinja2.sandbox import SandboxedEnvironment
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.fleet.home_assistant import config_topic, discovery
from kiosk.wire import HealthReport, Station, StationState, StationStatus, encode_health, encode_status
from tests.fleet.house import FleetProcess, Teller
from tests.real_parts import PATIENCE_S, wait_until
from tests.uplink.conftest import RunningBroker

KIOSK = Station("main", "kiosk-1")
AT = datetime(2026, 11, 27, 10, tzinfo=UTC)


def read(template: str, payload: bytes) -> str:
    """As Home Assistant does: `value_json` is the payload."""
    return SandboxedEnvironment().from_string(template).render(value_json=json.loads(payload))


def heartbeat(pad: str) -> bytes:
    report = HealthReport("b", 1, (("pad", pad), ("printer", "ok")), "low", 3, 0, 9_000, 0, 41)
    return encode_health(KIOSK, report, AT)


def test_the_message_has_what_the_documentation_requires() -> None:
    told = json.loads(discovery(KIOSK, "0.2.0"))
    assert config_topic("homeassistant", KIOSK) == "homeassistant/device/lk_main_kiosk-1/config"
    assert told["device"]["identifiers"] == ["lk_main_kiosk-1"]
    assert told["device"]["sw_version"] == "0.2.0"
    assert told["origin"]["name"]
    parts = told["components"]
    assert {one["platform"] for one in parts.values()} == {"sensor", "binary_sensor"}
    assert len({one["unique_id"] for one in parts.values()}) == len(parts)
    assert {one["state_topic"] for one in parts.values()} == {"lk/v1/main/kiosk-1/up/health"}
    assert "command_topic" not in json.dumps(told)  # nothing can be switched past the signature


def test_its_templates_read_our_heartbeats() -> None:
    parts = json.loads(discovery(KIOSK, ""))["components"]
    shown = {name: read(one["value_template"], heartbeat("ok")) for name, one in parts.items()}
    assert shown == {"temperature": "41", "disk": "9000", "outbox": "3", "paper": "low", "fault": "OFF"}
    assert read(parts["fault"]["value_template"], heartbeat("gone")) == "ON"


@pytest.mark.parametrize(("state", "shown"), [(StationState.ALIVE, "online"), (StationState.GONE, "offline")])
def test_a_station_is_there_while_its_status_says_so(state: StationState, shown: str) -> None:
    (available,) = json.loads(discovery(KIOSK, ""))["availability"]
    assert available["topic"] == "lk/v1/main/kiosk-1/up/status"
    status = encode_status(KIOSK, StationStatus(state, "b", 1, "0.2.0", AT, False))
    assert read(available["value_template"], status) == shown


def test_a_station_comes_and_goes_there_as_it_does_here(broker: RunningBroker, teller: Teller, tmp_path: Path) -> None:
    fleet = FleetProcess(
        f"sqlite:///{tmp_path / 'fleet.sqlite'}",
        broker.port,
        tmp_path / "fleet.log",
        {"home_assistant.prefix": '"homeassistant"'},
    )
    fleet.account()
    fleet.start()
    heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
    house = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    house.on_message = lambda _, __, message: heard.put((message.topic, bytes(message.payload)))
    try:
        teller.born("kiosk-1")
        client = fleet.signed_in()
        wait_until(lambda: client.get("/station/main/kiosk-1").status_code == 200)
        house.connect("127.0.0.1", broker.port)
        house.subscribe("homeassistant/#", 1)
        house.loop_start()
        topic, payload = heard.get(timeout=PATIENCE_S)
        assert (topic, payload) == (config_topic("homeassistant", KIOSK), discovery(KIOSK, "0.1.0"))
        teller.gone("kiosk-1")
        wait_until(lambda: "/forget" in client.get("/station/main/kiosk-1").text)
        csrf = client.get("/alarms").text.split('name="csrf" value="')[1].split('"')[0]
        assert client.post("/station/main/kiosk-1/forget", data={"csrf": csrf}).status_code == 303
        assert heard.get(timeout=PATIENCE_S) == (topic, b"")
    finally:
        house.disconnect()
        house.loop_stop()
        fleet.stop()

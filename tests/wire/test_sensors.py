"""What sensors publish: every payload of the vectors, and whatever else comes over a broker."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.wire.sensors import BridgeTold, Fault, Quantity, SensorMessage, Told, read

VECTORS = Path(__file__).parents[1] / "data" / "sensor_payloads.toml"
CASES: list[dict[str, Any]] = tomllib.loads(VECTORS.read_text(encoding="utf-8"))["case"]
WHO_IS_KNOWN = "unknown-sensor"
"""Told by whoever has the list of sensors."""


def as_vectors_say(message: SensorMessage) -> dict[str, object]:
    match message:
        case BridgeTold(bridge, online):
            return {"bridge": bridge, "online": online}
        case Told():
            flags = {"water_leak": message.water_leak, "online": message.online, "mains": message.mains}
            said = {name: value for name, value in flags.items() if value is not None}
            stale = {"stale": True} if message.stale else {}
            return {"sensor": message.sensor, **{q.value: v for q, v in message.values.items()}, **said, **stale}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_payload_of_the_vectors(case: dict[str, Any]) -> None:
    told = read(case["topic"], case["payload"].encode(), retained=case.get("retained", False))
    faults = {fault.value for one in told if isinstance(one, Told) for fault in one.faults}
    expected = case.get("expect", [])
    with_values = [one for one in map(as_vectors_say, told) if len(one) > 1]
    if case.get("fault") == WHO_IS_KNOWN:
        assert faults == set()
        return
    assert with_values == (expected if isinstance(expected, list) else [expected])
    assert faults == ({case["fault"]} if "fault" in case else set())


@pytest.mark.parametrize(
    ("topic", "payload", "values", "faults"),
    [
        ("zigbee2mqtt/a", '{"temperature":-40,"humidity":45}', {Quantity.HUMIDITY_PCT: 45}, {Fault.IMPLAUSIBLE}),
        ("zigbee2mqtt/a", '{"temperature":NaN}', {}, {Fault.SILENT}),
        ("zigbee2mqtt/a", '{"temperature":null}', {}, {Fault.SILENT}),
        ("zigbee2mqtt/a", '{"temperature":"20.5"}', {Quantity.TEMPERATURE_C: 20.5}, set()),
        ("zigbee2mqtt/a", '{"temperature":true}', {}, {Fault.SILENT}),
        ("zigbee2mqtt/a", '{"temperature":1e400}', {}, {Fault.SILENT}),
        ("zigbee2mqtt/a", "[" * 10_000, {}, {Fault.UNREADABLE}),
        ("zigbee2mqtt/a", '{"temperature":' + "9" * 5_000 + "}", {}, {Fault.UNREADABLE}),
        ("zigbee2mqtt/a", "", {}, {Fault.UNREADABLE}),
        ("shellies/shellyht-1/sensor/temperature", "19.62", {Quantity.TEMPERATURE_C: 19.62}, set()),
        ("shellies/shellyht-1/sensor/humidity", "999", {}, {Fault.IMPLAUSIBLE}),
        ("tele/a/SENSOR", '{"SCD40":{"CarbonDioxide":800}}', {Quantity.CO2_PPM: 800}, set()),
    ],
)
def test_what_cannot_be_is_told_apart_from_what_can(
    topic: str, payload: str, values: dict[Quantity, float], faults: set[Fault]
) -> None:
    (told,) = read(topic, payload.encode(), retained=False)
    assert isinstance(told, Told)
    assert dict(told.values) == values
    assert set(told.faults) == faults


@pytest.mark.parametrize(
    "topic",
    ["tele/plug/STATE", "zigbee2mqtt/bridge/log", "zigbee2mqtt/lamp/set", "lk/main/kiosk-1/facts", "zigbee2mqtt", ""],
)
def test_what_is_about_something_else_says_nothing(topic: str) -> None:
    assert read(topic, b'{"temperature": 20}', retained=False) == ()


def test_a_plug_that_measures_power_is_no_sensor_of_the_air() -> None:
    assert read("tele/plug/SENSOR", b'{"ENERGY":{"Total":3.1},"Switch1":"ON"}', retained=False) == ()


TOPICS = st.sampled_from(
    ["zigbee2mqtt/a", "zigbee2mqtt/a/availability", "zigbee2mqtt/bridge/state", "tele/a/SENSOR", "tele/a/LWT"]
    + ["shellyplusht-1/events/rpc", "shellyplusht-1/online", "shellies/x/sensor/humidity", "a/b/c"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["temperature", "humidity", "battery", "Temperature", "params", "tC", "temperature:0", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(TOPICS, st.binary(max_size=60) | JSON.map(lambda body: json.dumps(body).encode()), st.booleans())
def test_i8_whatever_comes_gives_readings_that_a_room_can_have(topic: str, payload: bytes, retained: bool) -> None:
    for told in read(topic, payload, retained=retained):
        if isinstance(told, Told):
            assert all(-30 <= value <= 60 for q, value in told.values.items() if q is Quantity.TEMPERATURE_C)
            assert all(0 <= value <= 100 for q, value in told.values.items() if q.value.endswith("pct"))
            assert not told.stale or retained

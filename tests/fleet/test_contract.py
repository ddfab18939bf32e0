"""The AsyncAPI file and the messages that are really sent: neither says what the other does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from docs.asyncapi import TOPICS, page
from kiosk.wire import Channel, Station
from kiosk.wire.device_told import DeviceState, DeviceTold, encode_device
from kiosk.wire.health import DeviceDetail, HealthReport, Sync, encode_health
from kiosk.wire.status import StationState, StationStatus, encode_status

FILE = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.yaml"
AT = datetime(2026, 11, 27, 10, tzinfo=UTC)
KIOSK = Station("main", "kiosk-1")
HEALTH = HealthReport(
    boot="b",
    mono_ms=1,
    devices=(("pad", "ok"),),
    paper=None,
    outbox=2,
    refused=0,
    disk_free_kb=None,
    clock_offset_ms=-4,
    temperature_c=40,
    sync=Sync("e", 5, 3, AT),
    details=(DeviceDetail("pad", "ok"),),
    counters=(("loans", 3),),
)
SENT = {
    Channel.STATUS: encode_status(KIOSK, StationStatus(StationState.ALIVE, "b", 1, "0.1.0", AT, False)),
    Channel.HEALTH: encode_health(KIOSK, HEALTH, AT),
    Channel.DEVICE: encode_device(KIOSK, DeviceTold("printer", DeviceState.GONE, "paper-out", AT)),
}


def payload(channel: Channel) -> dict[str, object]:
    told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    message = told["components"]["messages"][channel.value.replace("/", "-")]
    assert isinstance(message["payload"], dict)
    return message["payload"]


def test_every_channel_is_in_the_file_and_the_file_is_current() -> None:
    assert set(TOPICS) == set(Channel)
    assert FILE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("channel", SENT)
def test_what_is_sent_is_what_the_file_says(channel: Channel) -> None:
    schema = payload(channel)
    jsonschema.Draft7Validator.check_schema(schema)
    body = json.loads(SENT[channel])
    jsonschema.validate(body, schema)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert set(body["data"]) == set(properties["data"]["properties"])
    for name in body["data"]:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(body | {"data": body["data"] | {name: [[]]}}, schema)

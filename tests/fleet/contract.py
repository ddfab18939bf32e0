"""Messages that were really published, held against `docs/asyncapi.yaml` by whoever has heard them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from kiosk.wire import Channel, parse_topic

FILE = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.yaml"


@cache
def payload_schemas() -> dict[Channel, jsonschema.Draft7Validator]:
    """The payload's schema of every channel of the file."""
    told: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    messages = told["components"]["messages"]
    return {
        channel: jsonschema.Draft7Validator(
            messages[channel.value.replace("/", "-")]["payload"], format_checker=jsonschema.FormatChecker()
        )
        for channel in Channel
    }


def faults(topic: str, payload: bytes) -> list[str]:
    """What the file does not allow in one message; where and why, and no value: a message may name a patron."""
    _, channel = parse_topic(topic)
    found = payload_schemas()[channel].iter_errors(json.loads(payload))
    return [f"{channel.value} {one.json_path}: {one.validator}" for one in found]


def keep_the_contract(published: Iterable[tuple[str, bytes]]) -> set[Channel]:
    """The channels that were heard. Raises `AssertionError` with the faults; an empty payload clears what is kept."""
    told = [(topic, payload) for topic, payload in published if payload]
    assert [fault for topic, payload in told for fault in faults(topic, payload)] == []
    return {parse_topic(topic)[1] for topic, _ in told}

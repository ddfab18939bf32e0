"""`docs/asyncapi.yaml`, AsyncAPI 3.0: the topics of the MQTT contract, made from the types that encode and decode them.

Source: AsyncAPI 3.0.0, sections "Channels Object" and "Operations Object"; JSON Schema draft 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import yaml

from kiosk.wire import Channel
from kiosk.wire.command_told import CommandResult
from kiosk.wire.device_told import DeviceTold
from kiosk.wire.gate_told import AlarmTold, CountTold
from kiosk.wire.health import HealthReport
from kiosk.wire.log_part import LogPart
from kiosk.wire.signed_facts import PROPERTY
from kiosk.wire.status import StationStatus

Schema = dict[str, Any]
HEAD = """# Made from the code by `make docs`. The MQTT contract between stations, central and the fleet page.
"""


@dataclass(frozen=True, slots=True)
class Topic:
    """One channel: who says it, what it is for, and the type behind `data` where there is one alone."""

    said_by: str
    summary: str
    kind: str | None = None
    """The envelope's `type`; None where there are many."""
    body: type[Any] | None = None
    batch: bool = False


TOPICS: Mapping[Channel, Topic] = {
    Channel.STATUS: Topic("station", "Birth, orderly end, last will. Retained.", "lk.station.status", StationStatus),
    Channel.HEALTH: Topic("station", "Heartbeat every 30 s.", "lk.station.health", HealthReport),
    Channel.DEVICE: Topic("station", "A device's state has changed.", "lk.device.changed", DeviceTold),
    Channel.FACTS: Topic("station", "Ordered facts of one epoch, 1 to 50. Names patrons.", batch=True),
    Channel.ASK: Topic("station", "A question to central. Names patrons.", "lk.ask"),
    Channel.ALARM: Topic("gate", "An alarm raised, changed, cleared.", "lk.alarm.told", AlarmTold),
    Channel.COUNT: Topic("gate", "People counted.", "lk.count.told", CountTold),
    Channel.RESULT: Topic("station", "What a command did.", "lk.command.result", CommandResult),
    Channel.PICTURE: Topic("station", "Masked semantic tree of the screen.", "lk.station.picture"),
    Channel.LOG: Topic("station", "A part of the log that was asked for.", "lk.station.log", LogPart),
    Channel.ACK: Topic("central", "Up to which fact everything is committed.", "lk.ack"),
    Channel.ANSWER: Topic("central", "Answer to a question. Names patrons.", "lk.answer"),
    Channel.POLICY: Topic("central", "Versions of what stations fetch. Retained, of the station `all`."),
    Channel.LEDGER: Topic(
        "central", "What was lent and returned, for gates; of the station `all`.", "lk.ledger.changed"
    ),
    Channel.COMMAND: Topic("fleet", "A signed command.", "lk.command"),
}
"""Every channel of `kiosk.wire.topics`; a test holds that none is missing."""


def schema_of(hint: object) -> Schema:
    """The JSON schema of a type of `kiosk.wire`."""
    if get_origin(hint) in (Union, UnionType):
        told = [schema_of(one) for one in get_args(hint) if one is not type(None)]
        return {"oneOf": [*told, {"type": "null"}]} if type(None) in get_args(hint) else {"oneOf": told}
    if get_origin(hint) is tuple:
        return _many(get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [one.value for one in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        return _body(hint)
    plain: Mapping[object, Schema] = {
        str: {"type": "string"},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        datetime: {"type": "string", "format": "date-time"},
    }
    return dict(plain.get(hint, {}))


def _many(inner: object) -> Schema:
    """Pairs are an object on the wire, anything else a list."""
    if get_origin(inner) is tuple:
        return {"type": "object", "additionalProperties": schema_of(get_args(inner)[1])}
    return {"type": "array", "items": schema_of(inner)}


def _body(kind: type[Any]) -> Schema:
    hints = get_type_hints(kind)
    return {"type": "object", "properties": {field.name: schema_of(hints[field.name]) for field in fields(kind)}}


SIGNATURE: Schema = {
    "type": "object",
    "description": "MQTT 5 user properties",
    "properties": {
        PROPERTY: {
            "type": "string",
            "description": "Ed25519 by the station's key over `lk.facts`, the topic and the payload, a line feed "
            "between them, in base64. Optional for central; a gate that knows the station's key wants it.",
        }
    },
}


def envelope(topic: Topic) -> Schema:
    """CloudEvents 1.0 around `data`."""
    kind: Schema = {"type": "string"} if topic.kind is None else {"const": topic.kind}
    data = {} if topic.body is None else schema_of(topic.body)
    if topic.kind == "lk.command":
        data = {"type": "string", "description": "the signed bytes, as text"}
    one = {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "dataschema", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string"},
            "source": {"type": "string", "pattern": "^lk/"},
            "type": kind,
            "time": {"type": "string", "format": "date-time"},
            "dataschema": {"const": "lk/1"},
            "data": data,
        },
    }
    return {"type": "array", "minItems": 1, "maxItems": 50, "items": one} if topic.batch else one


def document() -> Schema:
    """The whole file as a value."""
    channels, messages, operations = {}, {}, {}
    for channel, topic in TOPICS.items():
        name = channel.value.replace("/", "-")
        channels[name] = {
            "address": f"lk/v1/{{site}}/{{station}}/{channel.value}",
            "description": topic.summary,
            "parameters": {"site": {"description": "[a-z0-9-]{1,32}"}, "station": {"description": "[a-z0-9-]{1,32}"}},
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        }
        message: Schema = {"contentType": "application/json", "summary": topic.summary, "payload": envelope(topic)}
        if channel is Channel.FACTS:
            message["headers"] = SIGNATURE
        messages[name] = message
        operations[f"{topic.said_by}-{name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "summary": f"Said by: {topic.said_by}",
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Library Kiosk over MQTT 5", "version": "1", "license": {"name": "Apache-2.0"}},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def page() -> str:
    """`docs/asyncapi.yaml`."""
    return HEAD + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)

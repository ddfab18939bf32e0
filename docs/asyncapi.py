"""`docs/asyncapi.yaml`, AsyncAPI 3.0: the topics of the MQTT contract, made from the types that encode and decode them.

Source: AsyncAPI 3.0.0, sections "Channels Object" and "Operations Object"; JSON Schema draft 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import yaml

from kiosk.wire import Channel
from kiosk.wire.acks import Ack
from kiosk.wire.asks import Decision, Kind
from kiosk.wire.command_told import CommandResult
from kiosk.wire.device_told import DeviceTold
from kiosk.wire.facts_codec import HELLO, READERS
from kiosk.wire.gate_told import AlarmTold, CountTold
from kiosk.wire.health import HealthReport
from kiosk.wire.log_part import LogPart
from kiosk.wire.policy import TYPE as POLICY
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
    """The envelope's `type`; None where there are many: those of facts."""
    body: type[Any] | None = None
    data: Schema | None = None
    """What stands behind `data` where no one type does."""
    batch: bool = False


def _object(**properties: Schema) -> Schema:
    """An object with all of these, and more where a later version says more."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _words(kind: type[StrEnum]) -> Schema:
    return {"type": "string", "enum": [one.value for one in kind]}


TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
FACT = _object(epoch=TEXT, seq={"type": "integer", "minimum": 0})
ASKED = _object(kind=_words(Kind))
ANSWERED = _object(ask=TEXT, kind=_words(Kind), decision=_words(Decision))
SEEN = _object(number=WHOLE, screen=TEXT, tree={"type": "object"})
ENTRY = _object(name=TEXT, version=WHOLE, hash=SHA256, href=TEXT, made_at=INSTANT)
READY = _object(entries={"type": "array", "maxItems": 32, "items": ENTRY})
ITEM = _object(item=TEXT, uids={"type": "array", "items": TEXT}, lent={"type": "boolean"}, at=INSTANT)
LENT = _object(after=WHOLE, version=WHOLE, changes={"type": "array", "maxItems": 100, "items": ITEM})
SIGNED: Schema = {"type": "string", "description": "the signed bytes, as text"}


TOPICS: Mapping[Channel, Topic] = {
    Channel.STATUS: Topic("station", "Birth, orderly end, last will. Retained.", "lk.station.status", StationStatus),
    Channel.HEALTH: Topic("station", "Heartbeat every 30 s.", "lk.station.health", HealthReport),
    Channel.DEVICE: Topic("station", "A device's state has changed.", "lk.device.changed", DeviceTold),
    Channel.FACTS: Topic("station", "Ordered facts of one epoch, 1 to 50. Names patrons.", data=FACT, batch=True),
    Channel.ASK: Topic("station", "A question to central. Names patrons.", "lk.ask", data=ASKED),
    Channel.ALARM: Topic("gate", "An alarm raised, changed, cleared.", "lk.alarm.told", AlarmTold),
    Channel.COUNT: Topic("gate", "People counted.", "lk.count.told", CountTold),
    Channel.RESULT: Topic("station", "What a command did.", "lk.command.result", CommandResult),
    Channel.PICTURE: Topic("station", "Masked semantic tree of the screen.", "lk.station.picture", data=SEEN),
    Channel.LOG: Topic("station", "A part of the log that was asked for.", "lk.station.log", LogPart),
    Channel.ACK: Topic("central", "Up to which fact everything is committed.", "lk.ack", Ack),
    Channel.ANSWER: Topic("central", "Answer to a question. Names patrons.", "lk.answer", data=ANSWERED),
    Channel.POLICY: Topic("central", "What stations may fetch. Retained, of the station `all`.", POLICY, data=READY),
    Channel.LEDGER: Topic(
        "central", "What was lent and returned, for gates; of the station `all`.", "lk.ledger.changed", data=LENT
    ),
    Channel.COMMAND: Topic("fleet", "A signed command.", "lk.command", data=SIGNED),
}
"""Every channel of `kiosk.wire.topics`; a test holds that none is missing."""


def schema_of(hint: object) -> Schema:
    """The JSON schema of a type of `kiosk.wire`."""
    if isinstance(hint, NewType):
        return schema_of(hint.__supertype__)
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
    kind: Schema = {"enum": [*READERS, HELLO]} if topic.batch else {"const": topic.kind}
    data = topic.data if topic.data is not None else schema_of(topic.body)
    one: Schema = {
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
    if topic.data is SIGNED:
        one["required"].append("signature")
        one["properties"]["signature"] = {"type": "string", "description": "Ed25519 over `data`, base64"}
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

"""The MQTT messages between kiosks and central as values and bytes. Pure: no broker, no clock.

Encoding never fails. Decoding raises `MessageRefused` and nothing else; what a newer version may have meant comes back
as a `SetAside`. Source: `docs/messages.md` of this product; CloudEvents 1.0, JSON format.

============== ==========================================================================================
topic          payload
============== ==========================================================================================
`up/facts`     JSON array of 1 to 50 envelopes of one epoch (CloudEvents JSON batch format), `facts_codec`
`up/ask`       one envelope, its `id` is the ask's id, `asks`
`down/answer`  one envelope, `data.ask` is the ask's id, `asks`
`down/ack`     one envelope, `acks`
`up/status`    one envelope, retained, `status`
`up/health`    one envelope, `health`
`up/alarm`     one envelope, `gate_told`; `up/count` as well
`down/policy`  one envelope, retained, of the station `all`: `policy`
`down/ledger`  one envelope, of the station `all`: `lent_changes`
`down/command` one envelope whose `data` is signed text, `command`; `up/result` tells of it, `command_told`
`up/device`    one envelope, `device_told`; `up/picture`, `picture`; `up/log`, `log_part`
============== ==========================================================================================
"""

from kiosk.wire.acks import Ack, decode_ack, encode_ack
from kiosk.wire.asks import (
    AnswerMessage,
    AskMessage,
    decode_answer,
    decode_ask,
    encode_answer,
    encode_ask,
    encode_unanswered,
)
from kiosk.wire.command import Command, CommandKind, SignedCommand, decode_command, encode_command, key_id_of
from kiosk.wire.command_told import CommandResult, CommandState, decode_result, encode_result
from kiosk.wire.device_told import DeviceState, DeviceTold, decode_device, encode_device
from kiosk.wire.envelope import LARGEST_BYTES, SCHEMA
from kiosk.wire.facts_codec import (
    MOST_FACTS,
    FactBatch,
    OutboxFact,
    ToldFact,
    batches,
    decode_facts,
    encode_facts,
    encode_hello,
    fact_body,
    fact_of,
)
from kiosk.wire.fields import MessageRefused, SetAside
from kiosk.wire.health import DeviceDetail, HealthReport, Sync, decode_health, encode_health
from kiosk.wire.log_part import LogPart, decode_log_part, encode_log_part, parts_of, whole_log
from kiosk.wire.picture import Picture, decode_picture, encode_picture
from kiosk.wire.policy import Ready, decode_policy, encode_policy
from kiosk.wire.status import StationState, StationStatus, decode_status, encode_status
from kiosk.wire.topics import Channel, Station, all_stations, every_station, parse_topic

__all__ = [
    "LARGEST_BYTES",
    "MOST_FACTS",
    "SCHEMA",
    "Ack",
    "AnswerMessage",
    "AskMessage",
    "Channel",
    "Command",
    "CommandKind",
    "CommandResult",
    "CommandState",
    "DeviceDetail",
    "DeviceState",
    "DeviceTold",
    "FactBatch",
    "HealthReport",
    "LogPart",
    "MessageRefused",
    "OutboxFact",
    "Picture",
    "Ready",
    "SetAside",
    "SignedCommand",
    "Station",
    "StationState",
    "StationStatus",
    "Sync",
    "ToldFact",
    "all_stations",
    "batches",
    "decode_ack",
    "decode_answer",
    "decode_ask",
    "decode_command",
    "decode_device",
    "decode_facts",
    "decode_health",
    "decode_log_part",
    "decode_picture",
    "decode_policy",
    "decode_result",
    "decode_status",
    "encode_ack",
    "encode_answer",
    "encode_ask",
    "encode_command",
    "encode_device",
    "encode_facts",
    "encode_health",
    "encode_hello",
    "encode_log_part",
    "encode_picture",
    "encode_policy",
    "encode_result",
    "encode_status",
    "encode_unanswered",
    "every_station",
    "fact_body",
    "fact_of",
    "key_id_of",
    "parse_topic",
    "parts_of",
    "whole_log",
]

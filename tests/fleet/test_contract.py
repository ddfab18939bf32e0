"""The AsyncAPI file and the messages that are really sent: neither says what the other does not.

What real processes publish is held against it where they run: the canary's visit, orders at a kiosk, orders at a gate.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docs.asyncapi import TOPICS, page
from kiosk.model.gate_facts import AlarmKind, AlarmState, PeopleCounted
from kiosk.model.ids import AskId, Epoch, IntentId, ItemId, Uid
from kiosk.model.questions import AskItem
from kiosk.wire import (
    Ack,
    Channel,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    DeviceDetail,
    DeviceState,
    DeviceTold,
    HealthReport,
    LogPart,
    Picture,
    Ready,
    Station,
    StationState,
    StationStatus,
    Sync,
    encode_ack,
    encode_ask,
    encode_command,
    encode_device,
    encode_health,
    encode_hello,
    encode_log_part,
    encode_picture,
    encode_policy,
    encode_result,
    encode_status,
    encode_unanswered,
)
from kiosk.wire.gate_told import AlarmTold, encode_alarm, encode_count
from kiosk.wire.lent_changes import LentChange, LentChanges, encode_lent_changes
from tests.fleet.contract import FILE, faults

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
COUNTED = PeopleCounted(intent=IntentId("i"), gate="1", begins=AT, ends=AT, entered=2, left=1, closed=True)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
COMMAND = Command("c1", KIOSK, CommandKind.RESCAN, AT, AT, "n1", "k1")
ITEM = AskItem(ItemId("35555000012346"))
SENT = {
    Channel.STATUS: encode_status(KIOSK, StationStatus(StationState.ALIVE, "b", 1, "0.1.0", AT, False)),
    Channel.HEALTH: encode_health(KIOSK, HEALTH, AT),
    Channel.DEVICE: encode_device(KIOSK, DeviceTold("printer", DeviceState.GONE, "paper-out", AT)),
    Channel.FACTS: encode_hello(KIOSK, Epoch("e"), 1, 0, AT),
    Channel.ASK: encode_ask(KIOSK, AskId("a1"), ITEM, AT),
    Channel.ANSWER: encode_unanswered("lk/main/central", AskId("a1"), ITEM, AT),
    Channel.ACK: encode_ack("lk/main/central", Ack(Epoch("e"), 7), AT),
    Channel.ALARM: encode_alarm(KIOSK, AlarmTold("a", "1", AlarmState.RAISED, next(iter(AlarmKind)), 1, AT), AT),
    Channel.COUNT: encode_count(KIOSK, COUNTED, AT),
    Channel.RESULT: encode_result(KIOSK, CommandResult("c1", CommandState.FAILED, AT, "no paper")),
    Channel.PICTURE: encode_picture(KIOSK, Picture(1, "attract", {"id": "root"}, AT)),
    Channel.LOG: encode_log_part(KIOSK, LogPart("c1", 1, 1, "x"), AT),
    Channel.POLICY: encode_policy("main", [Ready("ledger", 3, "0" * 64, "/ledger", AT)], AT),
    Channel.LEDGER: encode_lent_changes(
        "main", LentChanges(1, 2, (LentChange(ItemId("1"), (Uid("E004"),), True, AT),)), AT, KEY
    ),
    Channel.COMMAND: encode_command(COMMAND, KEY),
}
EXACT = {Channel.STATUS, Channel.HEALTH, Channel.DEVICE, Channel.ALARM, Channel.RESULT, Channel.LOG, Channel.ACK}
"""Those that say one type's fields and no others."""


def test_every_channel_is_in_the_file_and_the_file_is_current() -> None:
    assert set(TOPICS) == set(SENT) == set(Channel)
    assert FILE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("channel", SENT)
def test_what_is_sent_is_what_the_file_says(channel: Channel) -> None:
    topic, body = KIOSK.topic(channel), json.loads(SENT[channel])
    assert faults(topic, SENT[channel]) == []
    one = body[0] if isinstance(body, list) else body
    broken = [{**one, name: [[]]} for name in one if name != "id"]
    if isinstance(one["data"], dict) and channel in EXACT:
        broken += [{**one, "data": one["data"] | {name: [[]]}} for name in one["data"]]
    broken += [{key: value for key, value in one.items() if key != name} for name in one]
    for wrong in broken:
        said = [wrong] if isinstance(body, list) else wrong
        assert faults(topic, json.dumps(said).encode()), wrong

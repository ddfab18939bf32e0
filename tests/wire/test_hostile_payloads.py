"""B06: whatever is published, decoding refuses or sets aside, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.ids import AskId, Epoch, ItemId
from kiosk.model.questions import AskItem, ItemKnown
from kiosk.wire import (
    Ack,
    HealthReport,
    MessageRefused,
    OutboxFact,
    Ready,
    Station,
    StationState,
    StationStatus,
    decode_ack,
    decode_answer,
    decode_ask,
    decode_facts,
    decode_health,
    decode_policy,
    decode_status,
    encode_ack,
    encode_answer,
    encode_ask,
    encode_facts,
    encode_health,
    encode_policy,
    encode_status,
)

STATION = Station("main", "kiosk-1")
AT = datetime(2026, 11, 24, tzinfo=UTC)
Decode = Callable[[bytes], object]
DECODERS: dict[str, Decode] = {
    "facts": lambda payload: decode_facts(STATION, payload),
    "ask": lambda payload: decode_ask(STATION, payload),
    "answer": decode_answer,
    "ack": decode_ack,
    "status": decode_status,
    "health": decode_health,
    "policy": lambda payload: decode_policy("main", payload),
}
GOOD: dict[str, bytes] = {
    "facts": encode_facts(STATION, Epoch("e"), [OutboxFact(1, "lk.loan.undone", AT, '{"mono_ms":1,"boot":"b"}')]),
    "ask": encode_ask(STATION, AskId("a"), AskItem(ItemId("1")), AT),
    "answer": encode_answer("lk/main/central", AskId("a"), ItemKnown(None), AT),
    "ack": encode_ack("lk/main/central", Ack(Epoch("e"), 3), AT),
    "status": encode_status(STATION, StationStatus(StationState.ALIVE, "b", 1, "0.1", AT, False)),
    "health": encode_health(STATION, HealthReport("b", 1, (("pad", "ok"),), None, 0, 0, None, None, None), AT),
    "policy": encode_policy("main", [Ready("offline", 1, "00" * 32, "/copies/offline/1", AT)], AT),
}
POISON = {
    "nothing": b"",
    "no JSON": b"hello",
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "deep": b"[" * 30_000 + b"]" * 30_000,
    "deep in an object": b'{"a":' * 500 + b"1" + b"}" * 500,
    "10 MB": b" " * 10_000_000,
    "not a number": b'{"specversion": NaN}',
    "infinite": b'[{"data": {"seq": 1e999}}]',
    "endless digits": b"9" * 60_000,
    "half a surrogate": b'{"specversion": "\\ud800"}',
    "null": b"null",
    "empty list": b"[]",
    "list of lists": b"[[]]",
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def refused_or_read(decode: Decode, payload: bytes) -> None:
    with suppress(MessageRefused):
        decode(payload)


@pytest.mark.parametrize("channel", DECODERS)
@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_poison_is_refused(channel: str, poison: bytes) -> None:
    with pytest.raises(MessageRefused):
        DECODERS[channel](poison)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(DECODERS)), st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(channel: str, payload: bytes) -> None:
    refused_or_read(DECODERS[channel], payload)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(DECODERS)), st.data())
def test_a_message_with_any_field_changed_is_refused_or_read(channel: str, data: st.DataObject) -> None:
    message = json.loads(GOOD[channel])
    envelope = message[0] if isinstance(message, list) else message
    where = envelope if data.draw(st.booleans()) else envelope["data"]
    where[data.draw(st.sampled_from(sorted(where)))] = data.draw(values)
    refused_or_read(DECODERS[channel], json.dumps(message).encode())


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(DECODERS)), st.data())
def test_a_message_with_flipped_bytes_is_refused_or_read(channel: str, data: st.DataObject) -> None:
    payload = bytearray(GOOD[channel])
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    refused_or_read(DECODERS[channel], bytes(payload))


@pytest.mark.parametrize("channel", DECODERS)
def test_a_message_cut_anywhere_is_refused(channel: str) -> None:
    for length in range(len(GOOD[channel])):
        with pytest.raises(MessageRefused):
            DECODERS[channel](GOOD[channel][:length])

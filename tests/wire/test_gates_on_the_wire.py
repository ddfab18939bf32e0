"""What gates tell and are told survives the wire, and what is broken is refused with its path."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.gate_facts import (
    AlarmKind,
    AlarmState,
    CheckResult,
    GateAlarmed,
    GateChecked,
    GateFact,
    GatePassed,
    GateWatched,
    PassWhy,
    PeopleCounted,
    Rule,
    WatchState,
)
from kiosk.model.ids import Epoch, IntentId, ItemId, Uid
from kiosk.wire import (
    LARGEST_BYTES,
    Channel,
    MessageRefused,
    OutboxFact,
    SetAside,
    Station,
    all_stations,
    decode_facts,
    encode_facts,
    fact_body,
)
from kiosk.wire.gate_told import AlarmTold, decode_alarm, encode_alarm
from kiosk.wire.lent_changes import (
    MOST_CHANGES,
    MOST_UIDS,
    LentChange,
    LentChanges,
    decode_lent_changes,
    encode_lent_changes,
)
from kiosk.wire.lent_file import KEY_BYTES, LentHeader, decode_head, encode_head, item_key, uid_key
from kiosk.wire.policy import Ready, decode_policy, encode_policy

GATE = Station("main", "gate-1")
EPOCH = Epoch("7f3a")
AT = datetime(2026, 11, 24, 10, 3, 11, 204_000, tzinfo=UTC)

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ids = st.text("0123456789abcdef-", min_size=1, max_size=36).map(IntentId)
items = st.text("0123456789", min_size=1, max_size=14).map(ItemId)
uids = st.text("0123456789ABCDEF", min_size=1, max_size=24).map(Uid)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
afis = st.none() | st.integers(0, 255)
counts = st.integers(0, 10_000)
facts: st.SearchStrategy[GateFact] = st.one_of(
    st.builds(
        GatePassed,
        ids,
        words,
        st.none() | items,
        st.none() | uids,
        afis,
        st.sampled_from(PassWhy),
        st.sampled_from(Rule),
    ),
    st.builds(
        GateAlarmed,
        ids,
        words,
        st.sampled_from(AlarmState),
        st.none() | items,
        st.none() | uids,
        afis,
        st.none() | st.sampled_from(AlarmKind),
        st.none() | st.sampled_from(Rule),
        st.none() | counts,
        st.none() | counts,
        st.none() | st.booleans(),
        st.booleans(),
        words,
    ),
    st.builds(
        lambda intent, gate, begins, lasts, entered, left, closed, notes: PeopleCounted(
            intent, gate, begins, begins + timedelta(seconds=lasts), entered, left, closed, notes
        ),
        ids,
        words,
        instants,
        st.integers(0, 900),
        counts,
        counts,
        st.booleans(),
        st.lists(words, max_size=3).map(tuple),
    ),
    st.builds(
        GateChecked,
        ids,
        words,
        st.sampled_from(CheckResult),
        words,
        st.none() | st.integers(-120, 0),
        st.integers(0, 99),
    ),
    st.builds(GateWatched, ids, words, st.sampled_from(WatchState), instants, st.none() | instants, words),
)


@given(st.lists(facts, min_size=1, max_size=4))
def test_central_reads_what_a_gate_told(told: list[GateFact]) -> None:
    stored = [OutboxFact(seq, fact.type, AT, fact_body(fact, 7, "boot")) for seq, fact in enumerate(told, 1)]
    assert [one.fact for one in decode_facts(GATE, encode_facts(GATE, EPOCH, stored)).facts] == told


def test_an_alarm_fact_of_the_wrong_kind_holds_up_nothing() -> None:
    body = '{"intent":"i","gate":"exit","state":"raised","kind":"loud","late":false,"by":""}'
    (told,) = decode_facts(GATE, encode_facts(GATE, EPOCH, [OutboxFact(1, GateAlarmed.type, AT, body)])).facts
    assert isinstance(told.fact, SetAside)
    assert "kind" in told.fact.reason


changes = st.builds(LentChange, items, st.lists(uids, max_size=3).map(tuple), st.booleans(), instants)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.lists(changes, max_size=5).map(tuple))
def test_gates_read_what_has_become_lent(after: int, version: int, made: tuple[LentChange, ...]) -> None:
    told = LentChanges(after, version, made)
    assert decode_lent_changes("main", encode_lent_changes("main", told, AT)) == told


KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)


@given(st.integers(0, 10**9), st.lists(changes, max_size=5).map(tuple), instants)
def test_what_central_signed_is_taken(version: int, made: tuple[LentChange, ...], at: datetime) -> None:
    told = LentChanges(0, version, made)
    heard = decode_lent_changes("main", encode_lent_changes("main", told, at, KEY), KEY.public_key())
    assert heard == told
    assert isinstance(heard, LentChanges)
    assert heard.told_at is not None
    assert abs(heard.told_at - at) < timedelta(milliseconds=1)


A_CHANGE = LentChanges(7, 8, (LentChange(ItemId("35555000012345"), (), True, AT),))


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (b'"lent":true', b'"lent":false'),
        (b'"version":8', b'"version":9'),
        (b"35555000012345", b"35555000012346"),
        (b'"time":"2026', b'"time":"2036'),
        (b'"signature":"', b'"signature":"A'),
        (b'"signature":', b'"signatura":'),
        (b'"uids":[]', b'"uids":[],"more":1'),
    ],
)
def test_a_forged_change_is_refused(true: bytes, false: bytes) -> None:
    payload = encode_lent_changes("main", A_CHANGE, AT, KEY)
    assert payload.count(true) == 1
    with pytest.raises(MessageRefused, match="central's signature"):
        decode_lent_changes("main", payload.replace(true, false), KEY.public_key())


def test_an_unsigned_change_and_one_of_another_key_are_refused() -> None:
    for payload in (encode_lent_changes("main", A_CHANGE, AT), encode_lent_changes("main", A_CHANGE, AT, OTHER_KEY)):
        with pytest.raises(MessageRefused, match="central's signature"):
            decode_lent_changes("main", payload, KEY.public_key())


@pytest.mark.parametrize(
    "forged",
    [
        {"version": 2},
        {"hash": "cd" * 32},
        {"href": "/evil"},
        {"made_at": AT + timedelta(days=1)},
        {"name": "offline"},
        {"signature": ""},
        {"signature": "!"},
    ],
)
def test_a_forged_announcement_is_refused(forged: dict[str, Any]) -> None:
    ready = Ready("ledger", 1, "ab" * 32, "/x", AT).signed_by("main", KEY)
    (told,) = _announced(ready)
    told.check("main", KEY.public_key())
    (false,) = _announced(replace(ready, **forged))
    with pytest.raises(MessageRefused, match="central's signature"):
        false.check("main", KEY.public_key())
    with pytest.raises(MessageRefused):
        told.check("another", KEY.public_key())


def _announced(ready: Ready) -> tuple[Ready, ...]:
    told = decode_policy("main", encode_policy("main", [ready], AT))
    assert isinstance(told, tuple)
    return told


def test_the_largest_message_of_changes_fits() -> None:
    change = LentChange(ItemId("3" * 64), (Uid("E" * 64),) * MOST_UIDS, True, AT)
    payload = encode_lent_changes("main", LentChanges(0, 9, (change,) * MOST_CHANGES), AT, KEY)
    assert len(payload) <= LARGEST_BYTES


@given(st.lists(st.builds(Ready, words, counts, st.just("ab" * 32), st.just("/api/x"), instants), max_size=4))
def test_a_gate_reads_what_is_ready(ready: list[Ready]) -> None:
    assert decode_policy("main", encode_policy("main", ready, AT)) == tuple(ready)


@pytest.mark.parametrize("site", ["other", "main-2"])
def test_another_sites_central_is_nobody_here(site: str) -> None:
    with pytest.raises(MessageRefused, match=r"message\.source"):
        decode_policy("main", encode_policy(site, [], AT))
    with pytest.raises(MessageRefused, match=r"message\.source"):
        decode_lent_changes("main", encode_lent_changes(site, LentChanges(0, 0), AT))


@pytest.mark.parametrize("href", ["https://elsewhere/x", "//elsewhere/x", "x"])
def test_nobody_is_sent_elsewhere_with_the_key(href: str) -> None:
    with pytest.raises(MessageRefused, match="href"):
        decode_policy("main", encode_policy("main", [Ready("ledger", 1, "ab" * 32, href, AT)], AT))


def test_no_hash_no_copy() -> None:
    with pytest.raises(MessageRefused, match="hash"):
        decode_policy("main", encode_policy("main", [Ready("ledger", 1, "", "/x", AT)], AT))


@given(ids, words, st.sampled_from(AlarmState), st.sampled_from(AlarmKind), st.integers(1, 99), instants)
def test_whoever_watches_reads_an_alarm(
    alarm: str, gate: str, state: AlarmState, kind: AlarmKind, count: int, at: datetime
) -> None:
    told = AlarmTold(alarm, gate, state, kind, count, at)
    assert decode_alarm(encode_alarm(GATE, told, AT)) == told


stations = st.tuples(st.text("abc-", min_size=1, max_size=8), st.text("0123", min_size=1, max_size=8).map(Epoch))


@given(counts, instants, st.dictionaries(stations, counts, max_size=20), st.integers(0, 99))
def test_the_head_of_a_copy_says_what_is_in_it(
    version: int, as_of: datetime, taken: dict[tuple[str, Epoch], int], keys: int
) -> None:
    header = LentHeader(version, as_of, keys, taken)
    head = encode_head(header)
    assert len(head) % KEY_BYTES == 0
    assert decode_head(head, len(head) + keys * KEY_BYTES) == (header, len(head))
    with pytest.raises(MessageRefused):
        decode_head(head, len(head) + keys * KEY_BYTES + 1)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_head(content: bytes) -> None:
    with pytest.raises(MessageRefused):
        decode_head(content, len(content))


def test_an_item_and_a_tag_of_one_name_are_two() -> None:
    assert item_key(ItemId("12")) != uid_key(Uid("12"))
    assert item_key(ItemId("12")) % 2 == 0


def test_all_stations_hear_at_one_place() -> None:
    assert all_stations("main").topic(Channel.POLICY) == "lk/v1/main/all/down/policy"
    assert all_stations("main").topic(Channel.LEDGER) == "lk/v1/main/all/down/ledger"

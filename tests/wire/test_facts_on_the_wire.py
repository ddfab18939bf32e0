"""Facts: what a kiosk tells, central reads; what central cannot read holds up nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.facts import (
    ChargePaid,
    Decided,
    Fact,
    Found,
    HoldCancelled,
    HoldPlaced,
    ItemDoubtful,
    ItemOpened,
    ItemReturned,
    ItemSecured,
    LoanMade,
    LoanRefused,
    LoanRenewed,
    LoanUndone,
    PaidBy,
    StationSettled,
    UndoneWhy,
)
from kiosk.model.ids import Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.wire import (
    LARGEST_BYTES,
    MOST_FACTS,
    MessageRefused,
    OutboxFact,
    SetAside,
    Station,
    batches,
    decode_facts,
    encode_facts,
    encode_hello,
    fact_body,
)

STATION = Station("main", "kiosk-1")
EPOCH = Epoch("7f3a")
AT = datetime(2026, 11, 24, 10, 3, 11, 204_000, tzinfo=UTC)

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
instants = st.datetimes(
    datetime(1971, 1, 1),
    datetime(9990, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)
afis = st.integers(0, 255)
sessions, intents, items, uids, patrons = (words.map(kind) for kind in (SessionId, IntentId, ItemId, Uid, PatronRef))
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        LoanMade, sessions, intents, patrons, items, uids, instants, st.sampled_from(Decided), st.booleans(), words
    ),
    st.builds(LoanRefused, sessions, intents, patrons, items, st.lists(words, max_size=5).map(tuple)),
    st.builds(LoanUndone, sessions, intents, items, st.sampled_from(UndoneWhy)),
    st.builds(LoanRenewed, sessions, intents, patrons, items, instants),
    st.builds(HoldPlaced, sessions, intents, patrons, words, st.none(), words),
    st.builds(HoldPlaced, sessions, intents, patrons, st.none(), items, words),
    st.builds(HoldCancelled, sessions, intents, patrons, words),
    st.builds(
        ChargePaid,
        sessions,
        intents,
        patrons,
        st.integers(1, 100_000_000),
        st.sampled_from(["CNY", "EUR"]),
        st.sampled_from(PaidBy),
        words,
        st.lists(words, max_size=5).map(tuple),
    ),
    st.builds(ItemSecured, sessions, intents, items, uids, st.none() | afis, afis, st.booleans()),
    st.builds(ItemOpened, sessions, intents, items, uids, st.none() | afis, afis, st.booleans()),
    st.builds(
        ItemReturned, sessions, intents, items, uids, st.sampled_from(Found), st.none() | afis, afis, st.booleans()
    ),
    st.builds(ItemDoubtful, sessions, intents, items, uids, words, instants),
    st.builds(StationSettled, sessions, intents, items, words),
)


def stored(seq: int, fact: Fact) -> OutboxFact:
    return OutboxFact(seq, fact.type, AT, fact_body(fact, 88_123_411, "boot-1"))


def a_loan(item: str = "35555000012345") -> Fact:
    due = datetime.fromisoformat("2026-12-22T23:59:00+08:00")
    return LoanMade(
        SessionId("s"), IntentId("i"), PatronRef("P001"), ItemId(item), Uid("E0"), due, Decided.CENTRAL, False
    )


def envelopes(payload: bytes) -> list[dict[str, object]]:
    told = json.loads(payload)
    assert isinstance(told, list)
    return told


@settings(max_examples=60, deadline=None)
@given(st.lists(facts, min_size=1, max_size=5))
def test_central_reads_what_the_kiosk_told(told: list[Fact]) -> None:
    batch = decode_facts(STATION, encode_facts(STATION, EPOCH, [stored(n, fact) for n, fact in enumerate(told, 7)]))
    assert batch.epoch == EPOCH
    assert [one.fact for one in batch.facts] == told
    assert [one.seq for one in batch.facts] == list(range(7, 7 + len(told)))
    assert {(one.told_at, one.mono_ms, one.boot) for one in batch.facts} == {(AT, 88_123_411, "boot-1")}


def test_a_loan_looks_as_the_contract_says() -> None:
    (envelope,) = envelopes(encode_facts(STATION, EPOCH, [stored(4182, a_loan())]))
    assert envelope == {
        "specversion": "1.0",
        "id": "7f3a.4182",
        "source": "lk/main/kiosk-1",
        "type": "lk.loan.made",
        "time": "2026-11-24T10:03:11.204000Z",
        "dataschema": "lk/1",
        "data": {
            "epoch": "7f3a",
            "seq": 4182,
            "session": "s",
            "intent": "i",
            "patron": "P001",
            "item": "35555000012345",
            "uid": "E0",
            "due": "2026-12-22T23:59:00+08:00",
            "decided": "central",
            "provisional": False,
            "policy_version": "",
            "mono_ms": 88_123_411,
            "boot": "boot-1",
        },
    }


def test_a_fact_of_a_newer_version_counts_as_received() -> None:
    told = envelopes(encode_facts(STATION, EPOCH, [stored(1, a_loan()), stored(2, a_loan()), stored(3, a_loan())]))
    told[0]["type"] = "lk.loan.dreamt"
    told[1]["dataschema"] = "lk/2"
    told[2]["hue"] = "unknown fields are ignored"
    batch = decode_facts(STATION, json.dumps(told).encode())
    assert [one.seq for one in batch.facts] == [1, 2, 3]
    assert [isinstance(one.fact, SetAside) for one in batch.facts] == [True, True, False]


def test_a_fact_with_a_wrong_field_counts_as_received_and_says_which() -> None:
    told = envelopes(encode_facts(STATION, EPOCH, [stored(1, a_loan())]))
    data = told[0]["data"]
    assert isinstance(data, dict)
    data["due"] = "P001 next week"
    (one,) = decode_facts(STATION, json.dumps(told).encode()).facts
    assert isinstance(one.fact, SetAside)
    assert "message.0.data.due" in one.fact.reason
    assert "P001" not in one.fact.reason


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("source", "lk/main/kiosk-2"), "message.0.source"),
        (("data", {"seq": 1}), "message.0.data.epoch"),
        (("data", {"epoch": "7f3a"}), "message.0.data.seq"),
        (("data", {"epoch": "7f3a", "seq": 0}), "message.0.data.seq"),
        (("data", {"epoch": "7f3a", "seq": True}), "message.0.data.seq"),
        (("data", []), "message.0.data"),
    ],
)
def test_what_cannot_be_placed_is_refused_with_its_path(change: tuple[str, object], path: str) -> None:
    told = envelopes(encode_facts(STATION, EPOCH, [stored(1, a_loan())]))
    told[0][change[0]] = change[1]
    with pytest.raises(MessageRefused) as refused:
        decode_facts(STATION, json.dumps(told).encode())
    assert refused.value.path == path


def test_two_epochs_in_one_message_are_refused() -> None:
    told = envelopes(encode_facts(STATION, EPOCH, [stored(1, a_loan())]))
    told += envelopes(encode_facts(STATION, Epoch("8a"), [stored(2, a_loan())]))
    with pytest.raises(MessageRefused):
        decode_facts(STATION, json.dumps(told).encode())


def test_hello_names_the_epoch_and_tells_nothing() -> None:
    batch = decode_facts(STATION, encode_hello(STATION, EPOCH, 17, 4182, AT))
    assert (batch.epoch, batch.facts, batch.oldest) == (EPOCH, (), 17)


def test_many_facts_are_cut_into_messages_that_fit() -> None:
    big = [stored(n, a_loan("x" * 40 * (1 + n % 30))) for n in range(1, 301)]
    cut = list(batches(STATION, EPOCH, big))
    assert [last for last, _ in cut] == sorted(last for last, _ in cut)
    assert cut[-1][0] == 300
    assert all(len(payload) <= LARGEST_BYTES for _, payload in cut)
    seqs = [one["data"]["seq"] for _, payload in cut for one in json.loads(payload)]
    assert seqs == list(range(1, 301))
    assert all(len(json.loads(payload)) <= MOST_FACTS for _, payload in cut)


def test_a_fact_too_large_for_any_message_holds_up_none_behind_it() -> None:
    cut = list(batches(STATION, EPOCH, [stored(1, a_loan("x" * LARGEST_BYTES)), stored(2, a_loan())]))
    told = [one for _, payload in cut for one in decode_facts(STATION, payload).facts]
    assert [(one.seq, isinstance(one.fact, SetAside)) for one in told] == [(1, True), (2, False)]


def test_text_that_utf8_cannot_carry_does_not_stop_the_telling() -> None:
    (one,) = decode_facts(STATION, encode_facts(STATION, EPOCH, [stored(1, a_loan("35\udc80"))])).facts
    assert isinstance(one.fact, LoanMade)
    assert one.fact.item == "35?"

"""Questions and answers, acknowledgements, status and heartbeat: what one side writes, the other reads."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.circulation import Item, Language, Patron
from kiosk.model.finding import (
    AskFind,
    AskHold,
    AskTitle,
    FoundCopy,
    FoundTitle,
    How,
    MayHold,
    MayNotHold,
    NoTitle,
    TitlesFound,
    TitleTold,
    Whereabouts,
)
from kiosk.model.ids import AskId, Epoch, ItemId, PatronRef, Uid
from kiosk.model.joining import AskChange, AskJoin, Changed, Joined, MayNotJoin, NotChanged
from kiosk.model.paying import AskPaid, AskPay, MayNotPay, OrderStands, PayOffered, Standing
from kiosk.model.questions import (
    AccountCharge,
    AccountHold,
    AccountLoan,
    AccountTold,
    Answer,
    AskAccount,
    AskBorrow,
    AskHelp,
    AskIdentify,
    AskItem,
    AskMail,
    AskRenew,
    Identified,
    ItemKnown,
    MailTaken,
    MayBorrow,
    MayNotBorrow,
    MayNotRenew,
    MayRenew,
    NoAccount,
    NotIdentified,
    Question,
    ReceiptEntry,
    StaffCalled,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.wire import (
    Ack,
    AnswerMessage,
    AskMessage,
    Channel,
    HealthReport,
    MessageRefused,
    SetAside,
    Station,
    StationState,
    StationStatus,
    decode_ack,
    decode_answer,
    decode_ask,
    decode_health,
    decode_status,
    encode_ack,
    encode_answer,
    encode_ask,
    encode_health,
    encode_status,
    every_station,
    parse_topic,
)

STATION = Station("main", "kiosk-1")
CENTRAL = "lk/main/central"
AT = datetime(2026, 11, 24, 10, 3, 11, tzinfo=UTC)

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
instants = st.datetimes(
    datetime(1971, 1, 1),
    datetime(9990, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)
counts = st.none() | st.integers(0, 1000)
numbers, cards = words.map(ItemId), words.map(PatronRef)
items = st.builds(Item, numbers, words, words, words)
reasons = st.lists(
    st.builds(
        Reason, st.sampled_from(ReasonCode), st.dictionaries(words, words, max_size=3).map(lambda d: (*d.items(),))
    ),
    max_size=4,
).map(tuple)
entries = st.lists(st.builds(ReceiptEntry, words, words.map(lambda word: word[:32])), max_size=3).map(tuple)
pins = st.text("0123456789", min_size=1, max_size=12)
questions: st.SearchStrategy[Question] = st.one_of(
    st.builds(AskIdentify, words),
    st.builds(AskBorrow, cards, numbers, words.map(Uid)),
    st.builds(AskItem, numbers),
    st.builds(AskRenew, cards, numbers),
    st.builds(AskAccount, cards),
    st.builds(AskMail, cards, st.sampled_from(Language), entries, entries),
    st.builds(AskHelp, words.map(lambda word: word[:32])),
    st.builds(AskFind, words),
    st.builds(AskTitle, words),
    st.builds(AskHold, cards, words),
    st.builds(AskIdentify, cards, st.none() | pins, st.booleans()),
    st.builds(
        AskJoin, words, words, st.dates(date(1971, 1, 1)), st.sampled_from(Language), pins, words, st.none() | words
    ),
    st.builds(AskChange, cards, pins, st.none() | pins, st.none() | words),
    st.builds(AskPay, cards),
    st.builds(AskPaid, cards, words),
)
days = st.none() | st.dates(date(1971, 1, 1))
accounts = st.builds(
    AccountTold,
    st.lists(st.builds(AccountLoan, items, instants, st.integers(0, 99), st.booleans()), max_size=3).map(tuple),
    st.lists(st.builds(AccountHold, words, st.booleans(), days, words, counts, words), max_size=3).map(tuple),
    st.integers(0, 1_000_000),
    counts,
    st.lists(
        st.builds(AccountCharge, words, words, st.integers(0, 1_000_000), st.dates(date(1971, 1, 1))), max_size=3
    ).map(tuple),
    st.sampled_from(["CNY", "EUR"]),
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(0, 99),
    st.booleans(),
)
titles = st.builds(FoundTitle, words, words, words, words, st.sampled_from(Whereabouts), words, days, st.booleans())
answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(
        Identified, st.builds(Patron, cards, words, counts, st.booleans()), st.none() | st.sampled_from(Language)
    ),
    st.builds(NotIdentified, reasons),
    st.builds(MayBorrow, items, instants, counts),
    st.builds(MayNotBorrow, reasons, st.none() | items),
    st.builds(ItemKnown, st.none() | items),
    st.builds(MayRenew, instants),
    st.builds(MayNotRenew, reasons),
    accounts,
    st.builds(PayOffered, words, words, st.integers(0, 1_000_000), st.just("CNY"), st.integers(0, 7_200)),
    st.builds(MayNotPay, reasons),
    st.builds(OrderStands, st.sampled_from(Standing)),
    st.builds(NoAccount, reasons),
    st.builds(MailTaken, st.booleans()),
    st.just(StaffCalled()),
    st.builds(
        TitlesFound,
        st.lists(titles, max_size=3).map(tuple),
        st.integers(0, 2_000),
        st.booleans(),
        st.sampled_from(How),
        words,
    ),
    st.builds(
        TitleTold,
        titles,
        st.lists(st.builds(FoundCopy, words, words, st.sampled_from(Whereabouts), days), max_size=3).map(tuple),
        st.integers(0, 99),
        st.lists(titles, max_size=2).map(tuple),
        words,
    ),
    st.just(NoTitle()),
    st.builds(MayHold, st.integers(1, 99), words),
    st.builds(MayNotHold, reasons),
    st.builds(Joined, st.builds(Patron, cards, words, counts, st.booleans()), words),
    st.builds(MayNotJoin, reasons),
    st.just(Changed()),
    st.builds(NotChanged, reasons),
)


@settings(max_examples=60, deadline=None)
@given(words.map(AskId), questions)
def test_central_reads_the_question(ask: AskId, question: Question) -> None:
    assert decode_ask(STATION, encode_ask(STATION, ask, question, AT)) == AskMessage(ask, question)


@settings(max_examples=60, deadline=None)
@given(words.map(AskId), answers)
def test_the_kiosk_reads_the_answer(ask: AskId, answer: Answer) -> None:
    assert decode_answer(encode_answer(CENTRAL, ask, answer, AT)) == AnswerMessage(ask, answer)


@settings(max_examples=60, deadline=None)
@given(words.map(Epoch), st.integers(0, 1 << 40))
def test_acknowledgements_come_back_as_they_went(epoch: Epoch, seq: int) -> None:
    assert decode_ack(encode_ack(CENTRAL, Ack(epoch, seq), AT)) == Ack(epoch, seq)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        StationStatus, st.sampled_from(StationState), words, st.integers(1, 1 << 40), words, instants, st.booleans()
    )
)
def test_birth_and_death_come_back_as_they_went(status: StationStatus) -> None:
    assert decode_status(encode_status(STATION, status)) == status


devices = st.dictionaries(words, words, max_size=5).map(lambda d: (*d.items(),))


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        HealthReport,
        boot=words,
        mono_ms=st.integers(0, 1 << 50),
        devices=devices,
        paper=st.none() | words,
        outbox=st.integers(0, 1 << 30),
        refused=st.integers(0, 1 << 30),
        disk_free_kb=counts,
        clock_offset_ms=st.none() | st.integers(-10_000_000, 10_000_000),
        temperature_c=st.none() | st.integers(-40, 120),
    )
)
def test_heartbeats_come_back_as_they_went(health: HealthReport) -> None:
    assert decode_health(encode_health(STATION, health, AT)) == health


def test_a_question_of_a_kind_not_known_here_is_set_aside() -> None:
    message = json.loads(encode_ask(STATION, AskId("a"), AskItem(ItemId("1")), AT))
    message["data"]["kind"] = "sing"
    assert isinstance(decode_ask(STATION, json.dumps(message).encode()), SetAside)


def test_a_day_that_is_none_is_refused() -> None:
    told = AccountTold((), (AccountHold("Snow", True, date(2026, 12, 1)),), 0, None)
    message = json.loads(encode_answer(CENTRAL, AskId("a"), told, AT))
    message["data"]["holds"][0]["until"] = "2026-02-30"
    with pytest.raises(MessageRefused, match="until"):
        decode_answer(json.dumps(message).encode())


def test_a_question_in_another_stations_name_is_refused() -> None:
    with pytest.raises(MessageRefused, match=r"message\.source"):
        decode_ask(Station("main", "kiosk-2"), encode_ask(STATION, AskId("a"), AskItem(ItemId("1")), AT))


def test_a_no_for_a_reason_not_known_here_stays_a_no() -> None:
    message = json.loads(encode_answer(CENTRAL, AskId("a"), MayNotBorrow((Reason(ReasonCode.DEBT),)), AT))
    message["data"]["reasons"][0]["code"] = "mercury-in-retrograde"
    answer = decode_answer(json.dumps(message).encode())
    assert isinstance(answer, AnswerMessage)
    assert answer.answer == MayNotBorrow((Reason(ReasonCode.NO_RULE),))


@pytest.mark.parametrize("channel", Channel)
def test_a_topic_tells_its_station(channel: Channel) -> None:
    assert parse_topic(STATION.topic(channel)) == (STATION, channel)


def test_topics_are_those_of_the_contract() -> None:
    assert STATION.topic(Channel.FACTS) == "lk/v1/main/kiosk-1/up/facts"
    assert every_station("main", Channel.ASK) == "lk/v1/main/+/up/ask"


@pytest.mark.parametrize("name", ["", "Kiosk", "a/b", "+", "#", "x" * 33, "kiosk 1", "kiosk\n", "é"])
def test_a_name_that_no_topic_can_carry_is_no_station(name: str) -> None:
    with pytest.raises(ValueError, match="a-z, 0-9"):
        Station("main", name)


@pytest.mark.parametrize("topic", ["", "lk/v1/main", "lk/v2/main/kiosk-1/up/facts", "lk/v1/main/kiosk-1/up/sing", "#"])
def test_a_foreign_topic_is_refused(topic: str) -> None:
    with pytest.raises(MessageRefused, match="topic"):
        parse_topic(topic)


def test_sixty_books_with_endless_titles_fit_a_message() -> None:
    long = tuple(ReceiptEntry("长" * 2_000, "2026-12-22") for _ in range(60))
    payload = encode_ask(STATION, AskId("a"), AskMail(PatronRef("P1"), Language.ZH, long, ()), AT)
    assert len(payload) <= 64 * 1024
    told = decode_ask(STATION, payload)
    assert isinstance(told, AskMessage)
    assert isinstance(told.question, AskMail)
    assert len(told.question.borrowed) == 60


def test_a_central_that_sends_no_letters_lets_the_kiosk_offer_other_ways() -> None:
    told = decode_answer(encode_answer(CENTRAL, AskId("a"), MailTaken(None), AT))
    assert isinstance(told, AnswerMessage)
    assert told.answer is None

"""Limits are met exactly: the last that is taken, and the first that is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from kiosk.model.circulation import Patron
from kiosk.model.facts import Decided, LoanMade
from kiosk.model.ids import AskId, Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.questions import AskBorrow, Identified
from kiosk.wire import (
    LARGEST_BYTES,
    AnswerMessage,
    MessageRefused,
    OutboxFact,
    Station,
    decode_answer,
    decode_ask,
    decode_facts,
    encode_answer,
    encode_ask,
    fact_body,
)
from kiosk.wire.envelope import DEEPEST, LONGEST_DIGITS, parse
from kiosk.wire.facts_codec import batches
from kiosk.wire.fields import Fields

STATION, EPOCH = Station("main", "kiosk-1"), Epoch("epoch")
AT = datetime(2026, 11, 24, 2, 3, tzinfo=UTC)


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def test_depth() -> None:
    parse(nested(DEEPEST))
    with pytest.raises(MessageRefused, match="levels"):
        parse(nested(DEEPEST + 1))


@pytest.mark.parametrize("number", ["9" * (LONGEST_DIGITS + 1), "1e999", "NaN", "-Infinity"])
def test_numbers_that_no_field_holds(number: str) -> None:
    assert parse(b"[" + b"9" * LONGEST_DIGITS + b"]") == [int("9" * LONGEST_DIGITS)]
    with pytest.raises(MessageRefused, match="JSON"):
        parse(f"[{number}]".encode())


@pytest.mark.parametrize("at", ["1969-12-31T23:59:59Z", "9999-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-24"])
def test_instants_that_no_zone_can_hold(at: str) -> None:
    Fields({"at": "9998-12-31T23:59:59Z"}, "message").instant("at")
    with pytest.raises(MessageRefused, match="instant"):
        Fields({"at": at}, "message").instant("at")


@pytest.mark.parametrize("text", ["a\0b", "x" * 257])
def test_texts_that_no_database_keeps(text: str) -> None:
    assert Fields({"item": "x" * 256}, "message").text("item") == "x" * 256
    with pytest.raises(MessageRefused, match=r"message\.item"):
        Fields({"item": text}, "message").text("item")


def test_facts_of_any_size_are_cut_into_messages_that_the_other_side_takes() -> None:
    """Each message is within its limit, in order, and none is left out."""
    for size in (10, 200, 250):
        loan = LoanMade(
            SessionId("s" * size),
            IntentId("i" * size),
            PatronRef("书" * size),
            ItemId("x" * size),
            Uid("E004010012345678"),
            AT,
            Decided.CENTRAL,
            False,
        )
        facts = [OutboxFact(seq, LoanMade.type, AT, fact_body(loan, 1, "boot")) for seq in range(1, 121)]
        seen: list[int] = []
        for last, payload in batches(STATION, EPOCH, facts):
            assert len(payload) <= LARGEST_BYTES
            assert len(json.loads(payload)) <= 50
            seen += [told.seq for told in decode_facts(STATION, payload).facts]
            assert seen[-1] == last
        assert seen == list(range(1, 121))


@pytest.mark.parametrize(("length", "taken"), [(256, True), (257, False)])
def test_a_patron_whose_loans_no_fact_could_tell_is_not_greeted(length: int, taken: bool) -> None:
    """Else the loan would be made and set aside: lent, and in nobody's books."""
    patron = Patron(PatronRef("P" * length), "Wei", 5)
    loan = LoanMade(
        SessionId("s"), IntentId("i"), patron.ref, ItemId("x"), Uid("E0"), AT, Decided.CENTRAL, provisional=False
    )
    ((_, told),) = batches(STATION, EPOCH, [OutboxFact(1, LoanMade.type, AT, fact_body(loan, 1, "boot"))])
    assert (decode_facts(STATION, told).facts[0].fact == loan) is taken
    greeting = encode_answer("lk/main/central", AskId("a"), Identified(patron), AT)
    question = encode_ask(STATION, AskId("a"), AskBorrow(patron.ref, ItemId("x"), Uid("E0")), AT)
    if taken:
        assert decode_answer(greeting) == AnswerMessage(AskId("a"), Identified(patron))
        return
    with pytest.raises(MessageRefused, match=r"patron\.ref"):
        decode_answer(greeting)
    with pytest.raises(MessageRefused, match=r"data\.patron"):
        decode_ask(STATION, question)

"""Which answer belongs to which question, and what is asked for again (3M SIP 2.00)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.central.ils.conversation import MOST_REPEATS, Conversation
from kiosk.central.ils.profile import Detection, Profile
from kiosk.settings import load
from kiosk.wire.sip2 import Message, encode, parse

DATE = "20261124    093000"
ITEM = Message("17", {"transaction_date": DATE}, {"AO": ["M"], "AB": ["880002"]})
PROFILES = sorted((Path(__file__).parents[3] / "config" / "ils").glob("*.toml"))


def answer(sequence: int | None = 0, item: str = "880002", status: str = "03") -> bytes:
    fixed = {"circulation_status": status, "security_marker": "00", "fee_type": "01", "transaction_date": DATE}
    return encode(Message("18", fixed, {"AB": [item], "AJ": ["川菜入门"]}, sequence), detect=sequence is not None)


def conversation(detection: Detection = Detection.REQUIRED) -> Conversation:
    begun = Conversation(Profile("test", detection=detection))
    begun.ask(ITEM)
    return begun


def test_questions_are_numbered_from_0_to_9_and_round_again() -> None:
    line = Conversation(Profile("test"))
    assert [parse(line.ask(ITEM).rstrip()).sequence for _ in range(12)] == [*range(10), 0, 1]


def test_an_answer_may_come_in_pieces() -> None:
    line, data = conversation(), answer()
    assert line.receive(data[:9]).answer is None
    found = line.receive(data[9:]).answer
    assert found is not None
    assert found.first("AJ") == "川菜入门"


def test_a_late_answer_of_the_question_before_is_passed_over() -> None:
    line = Conversation(Profile("test"))
    line.ask(ITEM)
    line.ask(ITEM)
    heard = line.receive(answer(0) + answer(1, status="04"))
    assert heard.answer is not None
    assert heard.answer.fixed["circulation_status"] == "04"


@pytest.mark.parametrize("other", [answer(0, item="880003"), b"941AY0AZFDFD\r", b"nonsense\r", b"\r\n", encode(ITEM)])
def test_what_is_no_answer_to_this_question_is_passed_over(other: bytes) -> None:
    line = conversation()
    assert line.receive(other) == line.receive(b"")
    assert line.receive(answer()).answer is not None


def test_a_damaged_answer_is_asked_for_again_but_not_for_ever() -> None:
    line, damaged = conversation(), answer().replace(b"880002", b"880001")
    asked = [line.receive(damaged) for _ in range(MOST_REPEATS + 1)]
    assert [heard.send for heard in asked] == [b"97AZFEF5\r"] * MOST_REPEATS + [b""]
    assert asked[-1].hopeless


def test_the_question_is_sent_again_as_it_was_where_it_came_damaged() -> None:
    line = Conversation(Profile("test"))
    first = line.ask(ITEM)
    assert line.receive(b"96AZFEF6\r").send == first


def test_a_system_that_sums_otherwise_is_believed_where_its_profile_says_so() -> None:
    other_sum = answer(4).rstrip()[:-4] + b"0000\r"
    assert conversation().receive(other_sum).answer is None
    assert conversation(Detection.LENIENT).receive(other_sum).answer is not None


def test_without_error_detection_nothing_is_summed() -> None:
    line = Conversation(Profile("test", detection=Detection.OFF))
    assert line.ask(ITEM) == b"1720261124    093000AOM|AB880002|\r"
    assert line.receive(answer(None)).answer is not None


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_whatever_comes_is_no_error(pieces: list[bytes]) -> None:
    line = conversation(Detection.LENIENT)
    for piece in pieces:
        line.receive(piece)
    assert line.ask(ITEM)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_maker_s_profile_can_be_read_and_written_with(path: Path) -> None:
    profile = load(Profile, path)
    assert profile.source
    line = Conversation(profile)
    sent = line.ask(ITEM._replace(fields={"AO": ["图书馆"], "AB": ["1"]}))
    assert parse(sent.rstrip(), profile.dialect).first("AB") == "1"

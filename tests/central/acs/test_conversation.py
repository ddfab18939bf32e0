"""The rules of the line: sums, sequence numbers, resending, logging in. What is done is somebody else's (answers)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from kiosk.central.acs.conversation import MOST_LOGINS, Conversation
from kiosk.wire.sip2 import Dialect, Message, encode, parse

STATUS = Message("99", {"status_code": "0", "max_print_width": "080", "protocol_version": "2.00"}, {}, 1)
LOGIN = Message("93", {"uid_algorithm": "0", "pwd_algorithm": "0"}, {"CN": ["east"], "CO": ["secret"]}, 0)
END = Message("35", {"transaction_date": "20261124    093045"}, {"AO": ["M"], "AA": ["1"]}, 5)


@dataclass(slots=True)
class Line:
    """One connection, and how often something was done on it."""

    done: list[str] = field(default_factory=list)
    conversation: Conversation = field(init=False)

    def __post_init__(self) -> None:
        self.conversation = Conversation(Dialect(), lambda login: login.first("CO") == "secret", self._answer)

    def _answer(self, request: Message) -> Message:
        self.done.append(request.code)
        return Message("36", {"end_session": "Y", "transaction_date": "20261124    093045"}, {"AO": ["M"], "AA": ["1"]})

    def says(self, message: Message, *, detect: bool = True) -> bytes:
        return self.conversation.receive(encode(message, detect=detect)).data


@pytest.fixture
def line() -> Line:
    logged_in = Line()
    assert logged_in.says(LOGIN) == b"941AY0AZFDFD\r"
    return logged_in


def test_an_answer_has_the_number_of_its_request(line: Line) -> None:
    assert parse(line.says(END).rstrip()).sequence == 5


def test_a_request_that_comes_again_is_answered_again_without_new_work(line: Line) -> None:
    first = line.says(END)
    assert line.says(END) == first
    assert line.done == ["35"]


def test_the_same_request_under_a_new_number_is_a_new_one(line: Line) -> None:
    line.says(END)
    line.says(Message(END.code, END.fixed, END.fields, 6))
    assert line.done == ["35", "35"]


def test_a_damaged_request_is_asked_for_again_and_not_done(line: Line) -> None:
    damaged = encode(END).replace(b"AA1", b"AA2")
    assert line.conversation.receive(damaged).data == b"96AZFEF6\r"
    assert line.done == []


def test_the_last_answer_is_sent_again_without_a_number(line: Line) -> None:
    line.says(END)
    again = parse(line.conversation.receive(b"97AZFEF5\r").data.rstrip())
    assert (again.code, again.sequence, again.checksum_ok) == ("36", None, True)
    assert line.done == ["35"]


def test_where_nothing_was_said_yet_the_other_side_is_asked() -> None:
    assert Line().conversation.receive(b"97AZFEF5\r").data == b"96AZFEF6\r"


def test_a_request_without_a_trailer_gets_an_answer_without_one(line: Line) -> None:
    assert line.says(END, detect=False) == b"36Y20261124    093045AOM|AA1|\r"


def test_an_unknown_code_is_asked_for_once_and_then_passed_over(line: Line) -> None:
    assert line.conversation.receive(b"XXnonsense\r").data == b"96AZFEF6\r"
    assert line.conversation.receive(b"XXnonsense\r").data == b""
    assert parse(line.says(END).rstrip()).code == "36"


def test_a_request_that_is_cut_off_is_asked_for_again(line: Line) -> None:
    assert line.conversation.receive(b"35202611\r").data == b"96AZFEF6\r"


def test_before_logging_in_nothing_is_done_but_the_status_is_told() -> None:
    line = Line()
    assert line.says(END) == b"940AY5AZFDF9\r"
    line.says(STATUS)
    assert line.done == ["99"]


def test_wrong_passwords_are_counted() -> None:
    line = Line()
    wrong = encode(Message("93", LOGIN.fixed, {"CN": ["east"], "CO": ["guess"]}, 0))
    replies = [line.conversation.receive(wrong) for _ in range(MOST_LOGINS)]
    assert [reply.close for reply in replies] == [False] * (MOST_LOGINS - 1) + [True]
    assert {reply.data[:3] for reply in replies} == {b"940"}


def test_several_requests_in_one_piece_and_one_in_several_pieces(line: Line) -> None:
    stream = encode(END) + encode(STATUS)
    answers = b"".join(line.conversation.receive(stream[at : at + 7]).data for at in range(0, len(stream), 7))
    assert answers.count(b"\r") == 2
    assert line.done == ["35", "99"]

"""What bad input gets at the SIP2 server: each kind of it once, the line goes on, and nothing is done for a guess."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from kiosk.central.acs.conversation import Conversation
from kiosk.wire.sip2 import Dialect, Message, encode, parse

LOGIN = Message("93", {"uid_algorithm": "0", "pwd_algorithm": "0"}, {"CN": ["east"], "CO": ["secret"]}, 0)
RETURN = Message(
    "09",
    {"no_block": "N", "transaction_date": "20261124    093045", "return_date": "20261124    093045"},
    {"AP": ["east"], "AO": ["M"], "AB": ["35555000012346"], "AC": [""]},
    1,
)
AGAIN = b"96AZFEF6\r"


@dataclass(slots=True)
class Line:
    """A terminal that has logged in; what was done for it."""

    dialect: Dialect = field(default_factory=Dialect)
    done: list[Message] = field(default_factory=list)
    conversation: Conversation = field(init=False)

    def __post_init__(self) -> None:
        self.conversation = Conversation(self.dialect, lambda _: True, self._answer)
        self.hears(encode(LOGIN, self.dialect))

    def _answer(self, request: Message) -> Message:
        self.done.append(request)
        fixed = {"ok": "1", "resensitize": "Y", "magnetic_media": "U", "alert": "N"}
        return Message("10", fixed | {"transaction_date": "20261124    093045"}, {"AO": ["M"], "AB": ["x"]})

    def hears(self, data: bytes) -> bytes:
        return self.conversation.receive(data).data


def in_order() -> bytes:
    return encode(RETURN, Dialect())


def no_trailer(data: bytes) -> bytes:
    """Without sequence and sum: nothing but the message itself can be wrong."""
    return data[: data.rindex(b"AY")] + b"\r"


BAD = {
    "a wrong sum": in_order()[:-5] + b"0000\r",
    "a changed byte": in_order().replace(b"12346", b"12347"),
    "too short for its code": b"09N2026\r",
    "an unknown code": b"ZZ20261124    093045AOM|\r",
    "the code of an answer": b"101YUN20261124    093045AOM|ABx|\r",
    "no code at all": b"|||\r",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_it_is_not_done_and_the_next_request_is(bad: bytes) -> None:
    line = Line()
    line.hears(bad)
    assert line.done == []
    assert parse(line.hears(in_order()).rstrip()).code == "10"
    assert [one.first("AB") for one in line.done] == ["35555000012346"]


@pytest.mark.parametrize("bad", [BAD["a wrong sum"], BAD["a changed byte"]], ids=["sum", "byte"])
def test_what_came_damaged_is_asked_for_again(bad: bytes) -> None:
    assert Line().hears(bad) == AGAIN


def test_what_never_ends_is_dropped_and_the_line_goes_on() -> None:
    line = Line()
    for _ in range(40):
        line.hears(b"09" + b"A" * 8_000)
    line.hears(b"\r")
    assert line.done == []
    assert parse(line.hears(in_order()).rstrip()).code == "10"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "ascii"])
def test_bytes_of_another_charset_name_nobody_else(encoding: str) -> None:
    """They never become the number of a copy that exists, and whoever waits for an answer gets one."""
    line = Line(Dialect(encoding=encoding))
    strange = no_trailer(in_order()).replace(b"AB35555000012346", b"AB35555000012346\xff\xfe\x81")
    assert line.hears(strange)
    assert "35555000012346" not in [one.first("AB") for one in line.done]
    assert parse(line.hears(in_order()).rstrip()).code == "10"


def test_fields_may_come_in_any_order_and_be_there_twice() -> None:
    line = Line()
    start = no_trailer(in_order()).partition(b"AP")[0]
    assert parse(line.hears(start + b"AC|AB35555000012346|AO M|ABsecond|APeast|\r").rstrip()).code == "10"
    assert line.done[0].first("AB") == "35555000012346"


def test_numbers_that_jump_are_answered_under_their_own() -> None:
    line = Line()
    for number in (3, 9, 0):
        request = Message(RETURN.code, RETURN.fixed, RETURN.fields, number)
        assert parse(line.hears(encode(request, Dialect())).rstrip()).sequence == number
    assert len(line.done) == 3

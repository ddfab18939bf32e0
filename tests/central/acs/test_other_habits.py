"""Self-checks as other makers build them: bytes straight from the standard, with every liberty that is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from kiosk.central.acs.answers import Answers, Terminal
from kiosk.central.acs.conversation import Conversation
from kiosk.central.acs.settings import Sip2Settings
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import items, records
from kiosk.rules.lending import Setting
from kiosk.wire.sip2 import Dialect, Message
from tests.central.library import DESK, MONDAY, Central

D = "20261123    090000"
BLANK = " " * 18
CARD = "04A1B2C3"


@dataclass(slots=True)
class Wire:
    """One connection of a self-check, at a real store."""

    engine: Engine
    encoding: str = "utf-8"
    number: int = 0
    conversation: Conversation = field(init=False)

    def __post_init__(self) -> None:
        self.conversation = Conversation(Dialect(self.encoding), lambda login: login.first("CO") == "pw", self._done)
        assert self.says("9300CNeast|COpw|CPhall|") == "941"

    def _done(self, request: Message) -> Message:
        setting = Setting(DESK.policy, MONDAY + timedelta(minutes=self.number), "east")
        with writing(self.engine) as connection:
            return Answers(connection, setting, Terminal(Sip2Settings(), "MAIN", "k"), request).answer()

    def says(self, text: str, end: bytes = b"\r", *, lower: bool = False, detect: bool = True) -> str:
        """The answer without its trailer, which is verified here by the standard's own rule."""
        self.number += 1
        data = text.encode(self.encoding)
        if detect:
            data += f"AY{self.number % 10}AZ".encode()
            digits = f"{-sum(data) & 0xFFFF:04X}"
            data += (digits.lower() if lower else digits).encode()
        heard = self.conversation.receive(data + end).data
        if not detect or not heard:
            return heard.rstrip(b"\r").decode(self.encoding)
        body, digits = heard[:-5], heard[-5:-1].decode()
        assert heard.endswith(b"\r")
        assert (sum(body) + int(digits, 16)) & 0xFFFF == 0
        assert body.endswith((f"AY{self.number % 10}AZ".encode(), b"96AZ"))
        return body.decode(self.encoding).rpartition("AY")[0] or body[:2].decode()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """One database is enough: this is about bytes."""
    url = f"sqlite:///{tmp_path / 'central.sqlite'}"
    engine = open_store(url)
    upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture
def wire(central: Central) -> Wire:
    return Wire(central.engine)


@pytest.mark.parametrize(
    ("request_", "begins"),
    [
        (f"11YN{D}{BLANK}AOMAIN|AA{CARD}|ABsnow|AC|", "121NNY"),
        (f"11YN{D}{D}ZZwhat|ABsnow|XXa|AA{CARD}|CHx|BOY|BIN|AOanother institution", "121NNY"),
        (f"11YN{D}{D}ABsnow|AA {CARD} |BON|", "121NNY"),
        (f"11YN{D}{D}|AOMAIN|AA{CARD}|ABsnow|AC|", "121NNY"),
        (f"11YN{'x' * 18}{D}AOMAIN|AA{CARD}|ABsnow|AC|", "121NNY"),
        (f"1720261123   Z010000AA{CARD}|ABsnow|", "1803"),
        (f"17{BLANK}ABsnow|", "1803"),
        (f"23001{D}AA{CARD}|AO|", "24              001"),
        (f"63001{D}YYY       AOMAIN|AA{CARD}|", "64              001"),
        (f"29NN{D}{BLANK}AOMAIN|AA{CARD}|AJa title alone|", "300N"),
        (f"65{D}AOMAIN|AAnobody|", "660"),
        (f"09N{D}{D}ABsnow|", "101Y"),
        (f"11YN{D}{D}aoMAIN|aa{CARD}|absnow|", "120N"),
        (f"11YN{D}{D}AOMAIN|AA{CARD}|", "120N"),
        ("99 0802.00", "98YYYYNY"),
    ],
)
def test_what_others_leave_out_add_or_turn_round_is_answered(wire: Wire, request_: str, begins: str) -> None:
    assert wire.says(request_).startswith(begins)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"  \r"])
@pytest.mark.parametrize("lower", [False, True])
def test_every_end_of_a_message_is_one(wire: Wire, end: bytes, lower: bool) -> None:
    assert wire.says(f"17{D}AOMAIN|ABsnow|", end, lower=lower).startswith("1803")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "iso8859-1", "cp850"])
def test_names_arrive_in_the_encoding_of_the_self_check(central: Central, encoding: str) -> None:
    wire = Wire(central.engine, encoding)
    assert wire.says(f"63001{D}          AOBibliothèque|AA{CARD}|").startswith("64   ")


def test_a_self_check_without_error_detection_gets_answers_without(wire: Wire) -> None:
    assert wire.says(f"35{D}AOMAIN|AA{CARD}|", detect=False) == f"36Y{D[:-4]}{wire.number:02d}00AOMAIN|AA{CARD}|"


def test_version_1_00_gets_no_field_of_2_00(wire: Wire) -> None:
    status = wire.says("9900801.00")
    assert status.endswith("1.00AOMAIN|AM|ANk|")
    about = wire.says(f"23001{D}AOMAIN|AA{CARD}|")
    assert {piece[:2] for piece in about[37:].split("|")} <= {"AO", "AA", "AE", "AF", ""}
    lent = wire.says(f"11YN{D}{D}AOMAIN|AA{CARD}|ABsnow|AC|")
    assert lent.startswith("121NNY")
    assert "|CK" not in wire.says(f"17{D}AOMAIN|ABsnow|")
    assert "|BX" in wire.says("9900802.00"), "it may change its mind"


def test_a_hold_on_a_title_is_cancelled_by_the_copy_that_it_was_placed_by(wire: Wire) -> None:
    with writing(wire.engine) as connection:
        connection.execute(insert(records).values(control_number="r1", title="River", format="marc21", original=b""))
        connection.execute(insert(items).values(id="r1-a", title="River", control_number="r1", loan_class="book"))
    placed = f"AOMAIN|AA{CARD}|ABr1-a|"
    assert wire.says(f"15+{D}BY2|{placed}").startswith("161")
    assert wire.says(f"15-{D}{placed}").startswith("161")
    assert wire.says(f"15-{D}{placed}").startswith("160"), "there is none any more"


def test_a_change_that_is_not_done_says_so(wire: Wire) -> None:
    refused = wire.says(f"15*{D}AOMAIN|AA{CARD}|ABsnow|")
    assert refused.startswith("160")
    assert "AFA hold cannot be changed here" in refused


@pytest.mark.parametrize("fee", ["BOY|", "BON|", "BO|", ""])
def test_nothing_costs_a_fee_here_whatever_is_acknowledged(wire: Wire, fee: str) -> None:
    lent = wire.says(f"11YN{D}{D}AOMAIN|AA{CARD}|ABsnow|AC|{fee}")
    assert lent.startswith("121NNY")
    assert not {"BT", "BV"} & {piece[:2] for piece in lent[24:].split("|")}


def test_a_request_is_done_once_however_often_it_is_sent(wire: Wire, central: Central) -> None:
    text = f"11YN{D}{D}AOMAIN|AA{CARD}|ABsnow|AC|"
    first = wire.says(text)
    wire.number -= 1
    assert wire.says(text) == first
    assert wire.conversation.receive(b"97AZFEF5\r").data.startswith(first.encode())
    assert central.on_loan() == {"snow": "wei"}

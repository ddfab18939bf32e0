"""An LLRP portal from its greeting to its reports, as a conversation in virtual time."""

from __future__ import annotations

import struct
import tomllib
from pathlib import Path

import pytest

from drivers.errors import BadSetting
from drivers.gates.llrp import LlrpGate
from drivers.gates.protocol import ClockRead, Stored, TagPassed
from drivers.health import Faulted
from drivers.llrp.settings import LlrpSettings
from tests.gates.llrp_desk import BOOK, Gate, a_gate_in_service, passes, told
from tests.gates.llrp_reader import (
    ADD_ROSPEC,
    CAPABILITIES,
    DELETE_ROSPEC,
    GET_CONFIG,
    SET_CONFIG,
    START_ROSPEC,
    Reader,
    Tag,
    greeting,
    message,
    tlv,
)

VECTORS = tomllib.loads((Path(__file__).parent.parent / "vectors" / "llrp.toml").read_text(encoding="utf-8"))[
    "exchange"
]


def test_a_reader_is_set_up_in_the_order_of_the_standard() -> None:
    desk = a_gate_in_service()
    assert [kind for kind, _ in desk.reader.heard] == [
        CAPABILITIES,
        DELETE_ROSPEC,
        SET_CONFIG,
        ADD_ROSPEC,
        24,
        START_ROSPEC,
        GET_CONFIG,
    ]


def test_nothing_is_asked_before_the_reader_greets() -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.silent = True
    desk.connect()
    desk.run(4.0)
    assert desk.reader.heard == []


def test_a_book_that_passes_is_told_once_with_all_that_the_reader_knows() -> None:
    desk = a_gate_in_service()
    (passed,) = passes(desk, BOOK)
    assert passed == TagPassed(
        "FB2102DDDF7C4E00", afi=0x07, pc=0x2507, at="2020-09-13T12:28:21.006", antenna=1, rssi_dbm=-50
    )
    assert desk.reader.reports > 20


def test_a_book_that_comes_back_after_a_while_is_told_again() -> None:
    desk = a_gate_in_service()
    passes(desk, BOOK)
    desk.run(3.0)
    assert len(passes(desk, BOOK)) == 1


def test_a_book_that_stays_in_the_gate_is_told_every_two_seconds() -> None:
    desk = a_gate_in_service()
    assert len(passes(desk, BOOK, 9.0)) == 5


def test_a_book_that_was_lent_meanwhile_is_told_at_once() -> None:
    desk = a_gate_in_service()
    stock, lent = passes(desk, BOOK), passes(desk, Tag(BOOK.uii, 0x25C2))
    assert [each.afi for each in stock + lent if isinstance(each, TagPassed)] == [0x07, 0xC2]


def test_a_gate_without_a_clock_is_told_apart_by_ours() -> None:
    desk = a_gate_in_service()
    desk.reader.tells_time = False
    first, second = passes(desk, BOOK, 3.0)
    assert isinstance(first, TagPassed)
    assert first.at is None
    assert second == first


def test_without_a_pc_nothing_is_said_of_the_afi() -> None:
    desk = a_gate_in_service()
    desk.reader.tells_pc = False
    (passed,) = passes(desk, BOOK)
    assert isinstance(passed, TagPassed)
    assert (passed.pc, passed.afi) == (None, None)


@pytest.mark.parametrize(("pc", "uii"), [(0x2000, "8003000003414243"), (0x3000, "3005FB63AC1F3841EC880467")])
def test_a_tag_that_is_not_of_iso_has_no_afi(pc: int, uii: str) -> None:
    desk = a_gate_in_service()
    (passed,) = passes(desk, Tag(bytes.fromhex(uii), pc))
    assert isinstance(passed, TagPassed)
    assert (passed.uid, passed.pc, passed.afi) == (uii, pc, None)


def test_reports_that_the_reader_kept_are_told_with_their_own_times() -> None:
    """Two passages an hour apart come in one piece, one of them twice."""
    desk = a_gate_in_service()
    reports = [
        message(61, 1, tlv(240, b"\x8d" + bytes(11) + b"\x01", b"\x82" + struct.pack(">Q", hour * 3_600_000_000)))
        for hour in (1, 2, 2)
    ]
    desk.hears(b"".join(reports))
    assert [each.at for each in told(desk, 0.1) if isinstance(each, TagPassed)] == [
        "1970-01-01T01:00:00.000",
        "1970-01-01T02:00:00.000",
    ]


def test_a_reader_whose_clock_is_set_back_tells_the_book_again() -> None:
    desk = a_gate_in_service()
    for hour in (2, 1):
        desk.hears(message(61, 1, tlv(240, b"\x8d" + bytes(12), b"\x84" + struct.pack(">Q", hour * 3_600_000_000))))
    assert len(told(desk, 0.1)) == 2


def test_what_was_told_last_is_remembered_longest() -> None:
    core = LlrpGate(LlrpSettings())
    core.port_opened(0.0)
    core.receive(greeting(), 0.0)

    def passes_by(number: int, at_s: int) -> int:
        seen = b"\x84" + struct.pack(">Q", at_s * 1_000_000)
        return len(core.receive(message(61, 1, tlv(240, b"\x8d" + number.to_bytes(12), seen)), 0.0))

    for number in range(4_096):
        passes_by(number, 10)
    assert passes_by(0, 20) == 1
    assert passes_by(5_000, 20) == 1, "for it, the second is forgotten"
    assert (passes_by(0, 20), passes_by(1, 10)) == (0, 1)


def test_a_clock_beyond_all_years_is_no_clock() -> None:
    desk = a_gate_in_service()
    desk.hears(message(61, 1, tlv(240, b"\x8d" + bytes(12), b"\x82" + b"\xff" * 8)))
    (passed,) = told(desk, 0.1)
    assert isinstance(passed, TagPassed)
    assert passed.at is None


def test_every_keepalive_is_answered_with_its_number() -> None:
    desk = a_gate_in_service()
    desk.run(21.0)
    assert len(desk.reader.acks) == 4
    assert desk.reader.acks == sorted(set(desk.reader.acks))
    assert told(desk, 60.0) == []


def test_what_is_stored_needs_no_word_to_the_reader() -> None:
    desk = a_gate_in_service()
    before = len(desk.reader.heard)
    desk.orders(Stored())
    desk.run(1.0)
    assert len(desk.reader.heard) == before


def test_a_session_of_the_air_protocol_is_asked_for_where_one_is_set() -> None:
    desk = Gate(LlrpGate(LlrpSettings(session=2)), Reader())
    desk.connect()
    desk.run(1.0)
    assert desk.reader.rospec is not None
    assert bytes.fromhex("0150000B80") in desk.reader.rospec


def test_other_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadSetting, match="0 to 3"):
        LlrpSettings(session=4)
    with pytest.raises(BadSetting, match="5 is usual"):
        LlrpSettings(keepalive_s=0)


def captured(name: str) -> bytes:
    return bytes.fromhex(next(each["hex"] for each in VECTORS if each["name"] == name))


def test_a_conversation_of_captured_messages_is_understood() -> None:
    core = LlrpGate(LlrpSettings())
    core.port_opened(0.0)
    assert core.receive(captured("connected, captured"), 0.0) == [ClockRead("2014-05-01T09:33:30.740")]
    assert core.take_outgoing().startswith(bytes.fromhex("04010000000B"))
    reports = captured("tag report, captured") + captured("tag report, another tag, captured")
    assert core.receive(reports + captured("tag report, captured"), 0.0) == [
        TagPassed("3005FB63AC1F3841EC880467", at="2013-11-27T20:44:01.558", antenna=1, rssi_dbm=-50),
        TagPassed("300833B2DDD906C000000000", at="2013-11-27T20:44:01.562", antenna=1, rssi_dbm=-58),
    ]
    assert core.receive(captured("keepalive"), 0.0) == []
    assert core.take_outgoing() == captured("keepalive answered")


def test_a_refusal_as_the_vectors_have_it_ends_the_connection() -> None:
    core = LlrpGate(LlrpSettings())
    core.port_opened(0.0)
    (fault,) = core.receive(captured("refused: another client is connected"), 0.0)
    assert isinstance(fault, Faulted)
    assert core.close_wanted() == fault.detail

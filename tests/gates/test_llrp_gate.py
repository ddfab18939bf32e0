"""An LLRP portal from its greeting to its reports, as a conversation in virtual time."""

from __future__ import annotations

import struct
import tomllib
from pathlib import Path

import pytest

from drivers.errors import BadSetting
from drivers.gates.llrp import LlrpGate
from drivers.gates.protocol import ClockRead, GateCommand, GateEvent, RecordsLost, Stored, TagPassed
from drivers.health import FaultCode, Faulted, Recovered
from drivers.llrp.settings import LlrpSettings
from tests.gates.llrp_reader import (
    ADD_ROSPEC,
    CAPABILITIES,
    DELETE_ROSPEC,
    GET_CONFIG,
    NAME,
    PARAMETER_ERROR,
    SET_CONFIG,
    START_ROSPEC,
    Desk,
    Reader,
    Tag,
    antenna_event,
    event,
    exception,
    greeting,
    message,
    rospec_ended,
    status,
    tlv,
)

VECTORS = tomllib.loads((Path(__file__).parent.parent / "vectors" / "llrp.toml").read_text(encoding="utf-8"))[
    "exchange"
]
Gate = Desk[GateEvent, GateCommand]
BOOK = Tag(bytes.fromhex("FB2102DDDF7C4E00"), 0x2507)
"""12312345678 after ISO/TS 28560-4, in stock: four words, AFI 07."""
WELL = Recovered(NAME)
CLOCK = ClockRead("2020-09-13T12:26:40.000")


def told(desk: Gate, for_s: float) -> list[GateEvent]:
    """What was told besides the reader's clock, which it tells at each connection."""
    return [each for each in desk.run(for_s) if each != CLOCK]


def a_gate_in_service() -> Gate:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.connect()
    assert desk.run(1.0) == [CLOCK, WELL]
    return desk


def passes(desk: Gate, tag: Tag, for_s: float = 0.5) -> list[GateEvent]:
    desk.reader.tags = [tag]
    seen = told(desk, for_s)
    desk.reader.tags = []
    return seen + desk.run(0.1)


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
        "FB2102DDDF7C4E00",
        afi=0x07,
        pc=0x2507,
        at="2020-09-13T12:28:21.006",
        antenna=1,
        rssi_dbm=-50,
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


def test_another_host_is_named_as_what_is_in_the_way() -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.outcome = 2
    desk.connect()
    (fault,) = told(desk, 30.0)
    assert isinstance(fault, Faulted)
    assert fault.code is FaultCode.PORT_GONE
    assert "another host is connected" in fault.detail
    desk.reader.outcome = 0
    assert told(desk, 3.0) == [WELL]


@pytest.mark.parametrize(("outcome", "word"), [(1, "itself"), (3, "outcome 3"), (77, "outcome 77")])
def test_other_refusals_are_told_in_words(outcome: int, word: str) -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.outcome = outcome
    desk.connect()
    (fault,) = told(desk, 10.0)
    assert word in str(fault)


def test_a_second_host_that_knocks_while_we_are_connected_changes_nothing() -> None:
    desk = a_gate_in_service()
    desk.hears(greeting(4))
    assert told(desk, 1.0) == []
    assert len(passes(desk, BOOK)) == 1


def test_three_missed_keepalives_and_the_gate_is_lost_then_found_again() -> None:
    desk = a_gate_in_service()
    desk.reader.silent = True
    assert told(desk, 14.0) == []
    (fault,) = told(desk, 5.0)
    assert fault == Faulted(FaultCode.NO_ANSWER, "silent for 15 s: no keepalive from the reader")
    assert [each.code for each in told(desk, 60.0) if isinstance(each, Faulted)] == [FaultCode.NO_ANSWER], (
        "nobody greets any more"
    )
    desk.reader.silent = False
    desk.run(10.0)
    assert desk.events[-1] == WELL


def test_a_reader_that_drops_in_mid_report_is_set_up_again_and_its_half_report_is_forgotten() -> None:
    desk = a_gate_in_service()
    desk.hears(message(61, 1, tlv(240, b"\x8d" + bytes(12)))[:-5])
    desk.run(0.1)
    desk.lose()
    assert told(desk, 3.0) == [WELL]
    assert Faulted(FaultCode.PORT_GONE, "closed the connection") in desk.events
    assert [kind for kind, _ in desk.reader.heard].count(64) == 1, "after a reconnect it is asked for what it held"
    assert len(passes(desk, BOOK)) == 1


def test_an_unplugged_reader_is_told_once() -> None:
    desk = a_gate_in_service()
    desk.unplugged = True
    desk.lose()
    desk.run(60.0)
    assert desk.events[2:] == [
        Faulted(FaultCode.PORT_GONE, "closed the connection"),
        Faulted(FaultCode.PORT_GONE, "cannot be reached"),
    ]
    desk.unplugged = False
    assert told(desk, 3.0) == [WELL]


@pytest.mark.parametrize("kind", [SET_CONFIG, ADD_ROSPEC, 24, START_ROSPEC])
def test_a_reader_that_refuses_a_step_is_asked_again_less_and_less_often(kind: int) -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.refuses[kind] = PARAMETER_ERROR
    desk.connect()
    (fault,) = told(desk, 100.0)
    assert isinstance(fault, Faulted)
    assert fault.code is FaultCode.DEVICE_ERROR
    assert "parameter error (100): will not" in fault.detail
    assert [asked for asked, _ in desk.reader.heard].count(kind) == 6
    desk.reader.refuses.clear()
    assert told(desk, 70.0) == [WELL]


@pytest.mark.parametrize("kind", [CAPABILITIES, DELETE_ROSPEC, GET_CONFIG])
def test_a_reader_may_refuse_what_is_not_needed(kind: int) -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.refuses[kind] = PARAMETER_ERROR
    desk.connect()
    (well,) = told(desk, 1.0)
    assert well == Recovered(NAME if kind != CAPABILITIES else "LLRP reader")
    assert len(passes(desk, BOOK)) == 1


@pytest.mark.parametrize("kind", [CAPABILITIES, GET_CONFIG])
def test_a_reader_may_be_silent_about_itself(kind: int) -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.ignores.add(kind)
    desk.connect()
    assert told(desk, 7.0) == [Recovered("LLRP reader" if kind == CAPABILITIES else NAME)]
    assert len(passes(desk, BOOK)) == 1


@pytest.mark.parametrize("kind", [DELETE_ROSPEC, SET_CONFIG, ADD_ROSPEC, 24, START_ROSPEC])
def test_a_reader_that_does_not_answer_a_step_is_left(kind: int) -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.ignores.add(kind)
    desk.connect()
    (fault,) = told(desk, 30.0)
    assert isinstance(fault, Faulted)
    assert (fault.code, "in 3 s" in fault.detail) == (FaultCode.NO_ANSWER, True)
    desk.reader.ignores.clear()
    assert told(desk, 10.0) == [WELL]


def test_answers_to_other_questions_are_passed_over() -> None:
    desk = a_gate_in_service()
    desk.lose()
    desk.reader.ignores.add(ADD_ROSPEC)
    desk.run(2.0)
    desk.hears(message(30, 77, status(PARAMETER_ERROR)))
    desk.hears(message(100, 77, status(PARAMETER_ERROR)))
    assert told(desk, 1.0) == []


def test_nothing_is_believed_of_a_reader_that_refused_the_connection() -> None:
    core = LlrpGate(LlrpSettings())
    core.port_opened(0.0)
    events = core.receive(greeting(2) + message(61, 1, tlv(240, b"\x8d" + bytes(12))) + message(62, 5), 0.0)
    assert [type(event) for event in events] == [Faulted]
    assert core.take_outgoing() == b""


def test_a_message_without_a_status_is_no_answer_to_build_on() -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.ignores.add(SET_CONFIG)
    desk.connect()
    desk.run(0.1)
    desk.hears(message(13, 3))
    (fault,) = told(desk, 1.0)
    assert "no status" in str(fault)


def test_an_exception_of_the_reader_is_told_and_the_reader_is_set_up_again() -> None:
    desk = a_gate_in_service()
    desk.hears(exception("PLL\nlost  lock"))
    assert told(desk, 5.0) == [Faulted(FaultCode.DEVICE_ERROR, "the reader reports: PLL lost lock"), WELL]
    assert len(passes(desk, BOOK)) == 1


def test_a_reader_that_talks_without_end_is_cut_short() -> None:
    desk = a_gate_in_service()
    desk.hears(exception("hot \x00" * 5_000))
    (fault,) = told(desk, 0.5)
    assert isinstance(fault, Faulted)
    assert fault.detail.endswith("hot hot hot")
    assert len(fault.detail) < 150


def test_a_reader_that_stops_by_itself_is_started_again() -> None:
    desk = a_gate_in_service()
    desk.hears(rospec_ended())
    assert told(desk, 5.0) == [Faulted(FaultCode.DEVICE_ERROR, "the reader stopped to look for tags"), WELL]


def test_a_reader_with_trouble_all_the_time_is_left_alone_longer_and_longer() -> None:
    desk = a_gate_in_service()
    for _ in range(200):
        desk.hears(exception("hot"))
        desk.run(1.0)
    assert [kind for kind, _ in desk.reader.heard].count(START_ROSPEC) < 12
    assert told(desk, 60.0)[-1] == WELL


def test_an_antenna_that_falls_off_is_a_fault_until_it_is_back() -> None:
    desk = a_gate_in_service()
    desk.hears(antenna_event(2, connected=False))
    assert told(desk, 1.0) == [Faulted(FaultCode.DEVICE_ERROR, "antenna 2 is off: check its cable")]
    desk.hears(antenna_event(3, connected=False) + antenna_event(2, connected=True))
    assert told(desk, 1.0) == [
        Faulted(FaultCode.DEVICE_ERROR, "antenna 2, 3 is off: check its cable"),
        Faulted(FaultCode.DEVICE_ERROR, "antenna 3 is off: check its cable"),
    ]
    desk.hears(antenna_event(3, connected=True))
    assert told(desk, 1.0) == [WELL]


def test_an_antenna_stays_off_when_the_reader_is_set_up_again() -> None:
    desk = a_gate_in_service()
    desk.hears(antenna_event(2, connected=False) + exception("hot"))
    off = Faulted(FaultCode.DEVICE_ERROR, "antenna 2 is off: check its cable")
    assert told(desk, 5.0) == [off, Faulted(FaultCode.DEVICE_ERROR, "the reader reports: hot"), off]
    desk.hears(antenna_event(2, connected=True))
    assert told(desk, 1.0) == [WELL]


def test_an_antenna_that_is_named_and_off_from_the_beginning_is_told() -> None:
    desk = Gate(LlrpGate(LlrpSettings((1, 2))), Reader())
    desk.reader.antennas_off = {2, 4}
    desk.connect()
    assert told(desk, 1.0) == [WELL, Faulted(FaultCode.DEVICE_ERROR, "antenna 2 is off: check its cable")]
    desk.hears(antenna_event(4, connected=False))
    assert told(desk, 1.0) == [], "nobody uses it"


def test_sockets_without_an_antenna_are_no_fault_where_all_are_used() -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.antennas_off = {3, 4}
    desk.connect()
    assert told(desk, 1.0) == [WELL]


def test_reports_that_the_reader_lost_are_told() -> None:
    desk = a_gate_in_service()
    desk.hears(event(tlv(251)))
    assert told(desk, 1.0) == [RecordsLost("the reader's memory for reports overflowed")]


def test_a_length_that_cannot_be_ends_the_connection_and_the_next_one_works() -> None:
    desk = a_gate_in_service()
    desk.hears(bytes.fromhex("043E0000000900000005"))
    assert told(desk, 5.0) == [
        Faulted(FaultCode.NOISE, "the stream is out of step: a message of 9 bytes cannot be"),
        Faulted(FaultCode.PORT_GONE, "the stream is out of step: a message of 9 bytes cannot be"),
        WELL,
    ]


@pytest.mark.parametrize("noise", [b"HTTP/1.1 400 Bad Request\r\n", b"\xff" * 4000, b"\x04\x3e"])
def test_another_device_is_named_as_such(noise: bytes) -> None:
    desk = Gate(LlrpGate(LlrpSettings()), Reader())
    desk.reader.silent = True
    desk.connect()
    desk.hears(noise)
    (fault,) = told(desk, 5.5)
    assert isinstance(fault, Faulted)
    assert fault.code is FaultCode.WRONG_DEVICE
    assert "wrong baud rate or other device" in fault.detail


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


@pytest.mark.parametrize("antennas", [(), (0, 1), (-1,), (256,)])
def test_antennas_that_cannot_be_are_refused(antennas: tuple[int, ...]) -> None:
    with pytest.raises(BadSetting, match="numbers from 1"):
        LlrpSettings(antennas)


def test_other_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadSetting, match="0 to 3"):
        LlrpSettings(session=4)
    with pytest.raises(BadSetting, match="5 is usual"):
        LlrpSettings(keepalive_s=0)


def test_trouble_after_a_long_time_in_service_is_not_held_against_the_reader() -> None:
    desk = a_gate_in_service()
    for _ in range(4):
        desk.hears(exception("hot"))
        desk.run(20.0)
    desk.run(100.0)
    desk.hears(exception("hot"))
    assert told(desk, 2.5) == [Faulted(FaultCode.DEVICE_ERROR, "the reader reports: hot"), WELL]


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

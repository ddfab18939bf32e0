"""An LLRP portal that is refused, silent, ill or no portal at all. In virtual time."""

from __future__ import annotations

import pytest

from drivers.errors import BadSetting
from drivers.gates.llrp import LlrpGate
from drivers.gates.protocol import RecordsLost
from drivers.health import FaultCode, Faulted, Recovered
from drivers.llrp.settings import LlrpSettings
from tests.gates.llrp_desk import BOOK, WELL, Gate, a_gate_in_service, passes, told
from tests.gates.llrp_reader import (
    ADD_ROSPEC,
    CAPABILITIES,
    DELETE_ROSPEC,
    GET_CONFIG,
    NAME,
    PARAMETER_ERROR,
    SET_CONFIG,
    START_ROSPEC,
    Reader,
    antenna_event,
    event,
    exception,
    greeting,
    message,
    rospec_ended,
    status,
    tlv,
)


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


@pytest.mark.parametrize("antennas", [(), (0, 1), (-1,), (256,)])
def test_antennas_that_cannot_be_are_refused(antennas: tuple[int, ...]) -> None:
    with pytest.raises(BadSetting, match="numbers from 1"):
        LlrpSettings(antennas)


def test_trouble_after_a_long_time_in_service_is_not_held_against_the_reader() -> None:
    desk = a_gate_in_service()
    for _ in range(4):
        desk.hears(exception("hot"))
        desk.run(20.0)
    desk.run(100.0)
    desk.hears(exception("hot"))
    assert told(desk, 2.5) == [Faulted(FaultCode.DEVICE_ERROR, "the reader reports: hot"), WELL]

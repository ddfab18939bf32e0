"""An LSP2 pedestal is polled: alarms, people, its clock; and its memory or its line may not be as they were."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from drivers.errors import BadSetting
from drivers.gates.lsp2.core import Lsp2Gate
from drivers.gates.lsp2.settings import Lsp2Settings
from drivers.gates.protocol import ClockRead, GateEvent, PeopleCounted, RecordsLost, Stored, TagPassed
from drivers.health import FaultCode, Faulted, Recovered
from tests.gates.lsp2_gate import BOOK, Desk, Pedestal, record

VECTORS = tomllib.loads((Path(__file__).parent.parent / "vectors" / "lsp2.toml").read_text())["exchange"]
FOREIGN = bytes(range(0x80, 0xA0))


def a_desk(*records: bytes, first_index: int = 0, catch_up_records: int = 64) -> Desk:
    desk = Desk(
        Lsp2Gate(Lsp2Settings(first_index, catch_up_records=catch_up_records)), Pedestal(first_index, [*records])
    )
    desk.open()
    desk.run(1.0)
    return desk


def passed(desk: Desk) -> list[TagPassed]:
    return [event for event in desk.events if isinstance(event, TagPassed)]


def lost(desk: Desk) -> list[RecordsLost]:
    return [event for event in desk.events if isinstance(event, RecordsLost)]


def faults(desk: Desk) -> list[Faulted]:
    return [event for event in desk.events if isinstance(event, Faulted)]


def bytes_of(name: str) -> bytes:
    return bytes.fromhex(next(each["hex"] for each in VECTORS if each["name"] == name))


def test_the_worked_poll_byte_by_byte() -> None:
    """devices.md section 18; counts and counters are asked for twice, as nothing has a checksum."""
    core = Lsp2Gate(Lsp2Settings(first_index=0))
    events: list[GateEvent] = core.port_opened(0.0)
    talk = [
        ("1e0a00", "1e0a06021c0b09081e"),
        ("1e2d00", "1e2d03000100"),
        ("1e2d00", "1e2d03000100"),
        ("1e3200", "1e32020201"),
        ("1e3200", "1e32020201"),
        ("1e2e020000", bytes_of("record: an item in stock went through").hex()),
    ]
    for asks, says in talk:
        events += core.tick(0.0)
        assert core.take_outgoing().hex() == asks
        events += core.receive(bytes.fromhex(says), 0.0)
    assert events == [
        ClockRead("2011-02-28T09:08:30"),
        Recovered("TAGSYS LSP2 gate"),
        PeopleCounted((513,)),
        TagPassed(None, data=BOOK, at="2026-11-24T10:03:11", tag_type=b"\0\1"),
    ]


def test_a_record_whose_check_value_is_wrong_is_read_twice() -> None:
    content = bytes_of("a record of 40 bytes")[3:]
    desk = a_desk(content)
    assert desk.pedestal.asked.count("1e2e020000") == 2
    (tag,) = passed(desk)
    assert tag.certain
    assert tag.data.hex() == "1101013030313233343536373839303132333400000000000000000000000000"
    assert (tag.at, tag.tag_type.hex(), tag.uid, tag.afi) == ("2011-02-28T09:08:30", "0003", None, None)


def test_a_book_is_believed_at_its_first_reading() -> None:
    desk = a_desk(record(1))
    assert desk.pedestal.asked.count("1e2e020000") == 1
    assert passed(desk)[0].certain


def test_new_alarms_are_told_once_and_in_order() -> None:
    desk = a_desk(record(1))
    desk.pedestal.records += [record(2), record(3, FOREIGN)]
    desk.run(1.0)
    desk.run(200.0)
    assert [tag.at for tag in passed(desk)] == [f"2026-11-24T10:03:{second:02}" for second in (1, 2, 3)]
    assert not lost(desk)
    assert not faults(desk)


def test_a_reading_that_never_agrees_is_told_as_uncertain() -> None:
    desk = a_desk()
    count = iter(range(1_000))

    def pieces(answer: bytes) -> list[bytes]:
        return [answer[:-1] + bytes((next(count) % 256,))] if answer[1] == 0x2E else [answer]

    desk.pieces = pieces
    desk.pedestal.records.append(record(1, FOREIGN))
    desk.run(1.0)
    assert [tag.certain for tag in passed(desk)] == [False]
    assert desk.pedestal.asked.count("1e2e020000") == 4


def test_of_a_long_memory_only_the_last_records_are_caught_up() -> None:
    desk = a_desk(*(record(number) for number in range(40)), catch_up_records=3)
    assert [tag.at for tag in passed(desk)] == [f"2026-11-24T10:03:{second:02}" for second in (37, 38, 39)]


def test_after_the_memory_was_cleared_reading_starts_again() -> None:
    desk = a_desk(record(1), record(2))
    desk.pedestal.records[:] = [record(9)]
    desk.run(1.0)
    assert [tag.at for tag in passed(desk)][2:] == ["2026-11-24T10:03:09"]
    assert not lost(desk)


def test_records_cleared_before_they_were_read_are_counted_as_lost() -> None:
    desk = a_desk()
    desk.lose()
    desk.pedestal.records[:] = [record(number) for number in range(50)]
    desk.open()
    desk.run(0.12)
    read = len(passed(desk))
    assert 0 < read < 50
    desk.pedestal.records.clear()
    desk.run(2.0)
    assert [each.detail for each in lost(desk)] == [
        f"the gate's memory was cleared before {50 - len(passed(desk))} records were read"
    ]


def test_a_memory_cleared_and_filled_while_nobody_looked_is_noticed() -> None:
    desk = a_desk(record(1), record(2))
    desk.lose()
    desk.pedestal.records[:] = [record(7), record(8), record(9)]
    desk.open()
    desk.run(2.0)
    assert [tag.at for tag in passed(desk)][2:] == [f"2026-11-24T10:03:{second:02}" for second in (7, 8, 9)]
    assert len(lost(desk)) == 1


def test_a_full_memory_that_drops_the_oldest_loses_nothing_that_is_still_there() -> None:
    """What a full memory does is unknown; this is one way."""
    desk = a_desk(*(record(number) for number in range(10)))
    for number in range(10, 20):
        desk.pedestal.records = [*desk.pedestal.records[1:], record(number)]
        desk.run(7.0)
    desk.run(70.0)
    seconds = [int((tag.at or "")[-2:]) for tag in passed(desk)]
    assert sorted(set(seconds)) == list(range(20))
    assert len(seconds) == 20, "nothing is told twice"
    assert lost(desk)


def test_people_are_told_when_their_number_changes() -> None:
    desk = a_desk()
    desk.pedestal.people = 40_000
    desk.run(11.0)
    desk.run(11.0)
    desk.pedestal.people = 5
    desk.run(11.0)
    assert [event.counters for event in desk.events if isinstance(event, PeopleCounted)] == [(0,), (40_000,), (5,)]


def test_the_clock_is_read_at_each_connection_and_now_and_then() -> None:
    desk = a_desk()
    desk.lose()
    desk.open()
    desk.run(3_700.0)
    assert [event for event in desk.events if isinstance(event, ClockRead)] == [ClockRead("2026-11-24T10:03:11")] * 3


def test_a_clock_that_cannot_be_is_passed_over() -> None:
    desk = Desk(Lsp2Gate(Lsp2Settings(0)), Pedestal(clock=bytes((13, 24, 26, 10, 3, 11)), records=[record(1)]))
    desk.open()
    desk.run(1.0)
    assert not [event for event in desk.events if isinstance(event, ClockRead)]
    assert len(passed(desk)) == 1


def test_the_first_record_may_be_number_one() -> None:
    assert len(passed(a_desk(record(1), record(2), first_index=1))) == 2


def test_a_wrong_first_index_is_named() -> None:
    desk = Desk(Lsp2Gate(Lsp2Settings(first_index=0)), Pedestal(first_index=1, records=[record(1), record(2)]))
    desk.open()
    desk.run(1.0)
    assert [tag.at for tag in passed(desk)] == ["2026-11-24T10:03:01"]
    assert "first_index" in lost(desk)[0].detail


def test_one_slip_of_the_stream_is_mended_without_a_word() -> None:
    desk = a_desk(record(1))
    desk.hears(b"\x1e")
    desk.pedestal.records.append(record(2))
    desk.run(1.0)
    assert desk.reopened == 1
    assert len(passed(desk)) == 2
    assert not faults(desk)


@pytest.mark.parametrize(
    "slip", [lambda answer: b"\0" + answer, lambda answer: answer + b"\x1e", lambda answer: b"\x1e\x55" + answer[2:]]
)
def test_a_stream_out_of_step_is_closed_and_never_read_on(slip: object) -> None:
    desk = a_desk()
    assert callable(slip)
    desk.pieces = lambda answer: [slip(answer)]
    desk.pedestal.records.append(record(1))
    desk.run(1.0)
    assert desk.reopened >= 2
    assert not passed(desk)
    assert faults(desk)[0].code is FaultCode.NOISE
    desk.pieces = lambda answer: [answer]
    desk.run(1.0)
    assert len(passed(desk)) == 1
    assert desk.events[-1] != faults(desk)[-1]


def test_a_count_of_another_length_is_not_believed() -> None:
    desk = a_desk()
    desk.pieces = lambda answer: [answer[:2] + b"\2\0\7"] if answer[1] == 0x2D else [answer]
    desk.run(2.0)
    assert desk.reopened >= 2
    assert [fault.code for fault in faults(desk)] == [FaultCode.NOISE]
    assert "no known one" in faults(desk)[0].detail


def test_an_answer_that_never_ends_is_given_up_with_its_connection() -> None:
    desk = a_desk()
    desk.pieces = lambda answer: [answer[:-1]]
    desk.run(6.0)
    assert [fault.code for fault in faults(desk)] == [FaultCode.NOISE]


def test_a_silent_gate_is_told_once() -> None:
    desk = a_desk()
    desk.pedestal.alive = False
    desk.run(60.0)
    assert [fault.code for fault in faults(desk)] == [FaultCode.NO_ANSWER]
    assert "within 2 s" in faults(desk)[0].detail
    desk.pedestal.alive = True
    desk.run(3.0)
    assert desk.events[-1] == Recovered("TAGSYS LSP2 gate") or Recovered("TAGSYS LSP2 gate") in desk.events[-4:]


def test_somebody_else_behind_the_port_is_named() -> None:
    desk = Desk(Lsp2Gate(Lsp2Settings(0)), Pedestal())
    desk.pieces = lambda answer: [b"login: "]
    desk.open()
    desk.run(5.0)
    assert [fault.code for fault in faults(desk)] == [FaultCode.WRONG_DEVICE]
    assert "wrong baud rate or other device" in faults(desk)[0].detail


def test_an_unplugged_gate_is_told_and_goes_on_where_it_was() -> None:
    desk = a_desk(record(1))
    desk.lose("the cable")
    desk.pedestal.records.append(record(2))
    desk.run(10.0)
    desk.open()
    desk.run(1.0)
    assert faults(desk) == [Faulted(FaultCode.PORT_GONE, "the cable")]
    assert len(passed(desk)) == 2
    assert Recovered("TAGSYS LSP2 gate") in desk.events[-4:]


def test_stored_changes_nothing_as_the_gate_never_forgets_by_order() -> None:
    desk = a_desk(record(1))
    asked = len(desk.pedestal.asked)
    desk.core.submit(Stored(), desk.now_s)
    assert desk.core.take_outgoing() == b""
    desk.run(0.01)
    assert len(desk.pedestal.asked) <= asked + 1


@pytest.mark.parametrize(
    "settings",
    [
        {"first_index": 2},
        {"first_index": 0, "poll_s": 0.0},
        {"first_index": 0, "answer_s": -1.0},
        {"first_index": 0, "catch_up_records": -1},
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(BadSetting):
        Lsp2Settings(**settings)

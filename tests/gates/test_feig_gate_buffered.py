"""A FEIG gate whose table is polled: read, stored, and only then cleared. In virtual time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import BadSetting
from drivers.gates.feig.buffered import FeigBufferedGate
from drivers.gates.feig.settings import BlockOrder, BufferedSettings
from drivers.gates.protocol import RecordsLost, Stored, TagPassed
from drivers.health import FaultCode, Faulted, Recovered
from tests.gates.feig_reader import TRICKS, BufferedReader, Desk, a_record, answered, is_well_told, records_answer, uid

INFO, CLEAR = "05ff3144df", "05ff32dfed"
NAME = "FEIG MR100, firmware 1.07"


def a_desk(reader: BufferedReader, *, store_s: float | None = 0.005) -> Desk:
    desk = Desk(FeigBufferedGate(BufferedSettings()), reader.answers, store_s=store_s)
    desk.open()
    return desk


def faults(desk: Desk) -> list[Faulted]:
    return [event for event in desk.events if isinstance(event, Faulted)]


def lost(desk: Desk) -> list[RecordsLost]:
    return [event for event in desk.events if isinstance(event, RecordsLost)]


def test_a_book_is_told_stored_and_then_cleared() -> None:
    reader = BufferedReader()
    desk = a_desk(reader)
    desk.run(1.0)
    assert desk.events == [Recovered(NAME)]
    reader.table.add(a_record(1))
    desk.run(1.0)
    assert desk.events[1:] == [TagPassed(uid(1), at="00:00:01.000", antenna=1, tag_type=b"\x03", number=1)]
    assert CLEAR in reader.asked
    assert reader.table.records == []


def test_nothing_is_cleared_before_it_is_stored() -> None:
    reader = BufferedReader()
    desk = a_desk(reader, store_s=None)
    reader.table.add(a_record(1))
    desk.run(1.0)
    reader.table.add(a_record(2))
    desk.run(30.0)
    assert CLEAR not in reader.asked
    assert [tag.uid for tag in desk.passed()] == [uid(1)]
    assert reader.asked[-1] == INFO, "a sign of life is asked for meanwhile"
    desk.core.submit(Stored(1), desk.now_s)
    desk.run(1.0)
    assert CLEAR in reader.asked
    assert [tag.uid for tag in desk.passed()] == [uid(1), uid(2)]
    assert reader.table.records == [a_record(2)]


def test_a_store_that_has_kept_half_of_it_is_waited_for() -> None:
    reader = BufferedReader()
    desk = a_desk(reader, store_s=None)
    for number in (1, 2):
        reader.table.add(a_record(number))
    desk.run(1.0)
    desk.core.submit(Stored(1), desk.now_s)
    desk.run(5.0)
    assert CLEAR not in reader.asked
    desk.core.submit(Stored(99), desk.now_s)
    desk.run(0.1)
    assert CLEAR in reader.asked


def test_a_clear_does_not_wait_for_the_next_sign_of_life() -> None:
    reader = BufferedReader()
    desk = a_desk(reader, store_s=None)
    reader.table.add(a_record(1))
    desk.run(1.0)
    asked = reader.asked.count(INFO)
    while reader.asked.count(INFO) == asked:
        desk.run(0.001)
    desk.core.submit(Stored(1), desk.now_s)
    desk.run(0.05)
    assert CLEAR in reader.asked


def test_a_whole_shelf_is_fetched_in_pieces_without_a_pause() -> None:
    reader = BufferedReader()
    for number in range(100):
        reader.table.add(a_record(number))
    desk = a_desk(reader)
    desk.run(3.0)
    assert [tag.uid for tag in desk.passed()] == [uid(number) for number in range(100)]
    assert [tag.number for tag in desk.passed()] == list(range(1, 101))


def test_a_lost_clear_tells_nothing_twice() -> None:
    reader = BufferedReader()
    desk = a_desk(reader)
    lose = iter([True])
    desk.carries = lambda frame: not (frame.hex() == CLEAR and next(lose, False))
    reader.table.add(a_record(1))
    desk.run(5.0)
    assert len(desk.passed()) == 1
    assert reader.table.records == []
    assert not faults(desk)


def test_after_an_answer_to_clear_was_lost_a_new_record_is_not_cleared_unseen() -> None:
    reader = BufferedReader()
    desk = a_desk(reader)
    lose = iter([True])
    desk.pieces = lambda frame: [] if frame[2] == 0x32 and next(lose, False) else [(0.0, frame)]
    reader.table.add(a_record(1))
    desk.run(0.3)
    reader.table.add(a_record(2))
    desk.run(5.0)
    assert [tag.uid for tag in desk.passed()] == [uid(1), uid(2)]
    assert reader.table.cleared == [a_record(1), a_record(2)]


def test_an_overflow_is_counted_and_its_records_are_told() -> None:
    reader = BufferedReader()
    reader.table.capacity = 4
    for number in range(6):
        reader.table.add(a_record(number))
    desk = a_desk(reader)
    desk.run(2.0)
    assert len(desk.passed()) == 4
    assert [each.detail for each in lost(desk)] == ["the reader's table of records was full (status 93)"]


@pytest.mark.parametrize("status", [0x84, 0x90])
def test_a_gate_that_sees_less_says_so_and_its_records_count(status: int) -> None:
    reader = BufferedReader()
    desk = a_desk(reader)
    reader.warning = status
    reader.table.add(a_record(1))
    desk.run(1.0)
    assert len(desk.passed()) == 1
    assert [fault.code for fault in faults(desk)] == [FaultCode.DEVICE_ERROR]
    assert f"status {status:02X}" in faults(desk)[0].detail
    reader.warning = 0
    reader.table.add(a_record(2))
    desk.run(1.0)
    assert desk.events[-2:] == [Recovered(NAME), desk.passed()[1]]


@pytest.mark.parametrize("status", [0x83, 0x85, 0x94])
def test_other_statuses_with_records_are_no_fault(status: int) -> None:
    reader = BufferedReader()
    desk = a_desk(reader)
    reader.warning = status
    reader.table.add(a_record(1))
    desk.run(1.0)
    assert len(desk.passed()) == 1
    assert not faults(desk)


def test_a_reader_that_is_not_in_the_mode_says_whose_setting_that_is() -> None:
    reader = BufferedReader()
    reader.mode_off = True
    desk = a_desk(reader)
    desk.run(5.0)
    assert [fault.code for fault in faults(desk)] == [FaultCode.DEVICE_ERROR]
    assert "not in buffered read mode" in faults(desk)[0].detail


def test_a_reader_of_a_newer_family_is_asked_in_its_form() -> None:
    reader = BufferedReader()
    reader.only_advanced = True
    desk = a_desk(reader)
    reader.table.add(a_record(1))
    desk.run(2.0)
    assert len(desk.passed()) == 1
    assert reader.asked[-1].startswith("02")


def test_a_silent_reader_is_told_once_and_comes_back() -> None:
    reader = BufferedReader()
    desk = a_desk(reader)
    desk.run(1.0)
    reader.alive = False
    desk.run(30.0)
    assert [fault.code for fault in faults(desk)] == [FaultCode.NO_ANSWER]
    reader.alive = True
    reader.table.add(a_record(1))
    desk.run(5.0)
    assert [type(event) for event in desk.events[-2:]] == [Recovered, TagPassed]


def test_somebody_else_on_the_line_is_named() -> None:
    reader = BufferedReader()
    desk = a_desk(reader)
    desk.pieces = lambda frame: [(0.0, b"\xff\x17\x80garbage")]
    desk.run(10.0)
    assert faults(desk)[0].code is FaultCode.WRONG_DEVICE
    assert "wrong baud rate or other device" in faults(desk)[0].detail


def test_an_unplugged_gate_repeats_and_nothing_is_told_twice() -> None:
    reader = BufferedReader()
    desk = a_desk(reader, store_s=None)
    reader.table.add(a_record(1))
    desk.run(1.0)
    desk.lose("the cable")
    desk.run(1.0)
    desk.open()
    desk.run(2.0)
    assert len(desk.passed()) == 1
    assert Faulted(FaultCode.PORT_GONE, "the cable") in desk.events
    desk.core.submit(Stored(), desk.now_s)
    desk.run(1.0)
    assert reader.table.records == []


def a_story_of_memory(order: BlockOrder) -> TagPassed:
    reader = BufferedReader()
    body = b"\x03\x00\x0a\x07\x3e" + bytes.fromhex(uid(7)) + b"\x00\x02\x04" + bytes(range(1, 9))
    record = (len(body) + 2 + 1).to_bytes(2) + body + b"\x02"
    table = b"\x22\x00\x83\x24\x00\x01" + record
    desk = Desk(
        FeigBufferedGate(BufferedSettings(block_order=order)),
        lambda frame: answered(table) if frame[2] == 0x22 else reader.answers(frame),
    )
    desk.open()
    desk.run(1.0)
    return desk.passed()[0]


def test_memory_comes_in_the_order_of_the_tag() -> None:
    tag = a_story_of_memory(BlockOrder.REVERSED)
    assert tag.data.hex() == "0403020108070605"
    assert (tag.afi, tag.dsfid, tag.block_size, tag.direction, tag.at) == (0x07, 0x3E, 4, 2, None)
    assert a_story_of_memory(BlockOrder.AS_ON_TAG).data.hex() == "0102030405060708"


def test_a_time_that_cannot_be_is_left_out() -> None:
    record = bytearray(a_record(1))
    record[13] = 25
    reader = BufferedReader()
    desk = a_desk(reader)
    reader.table.add(bytes(record))
    desk.run(1.0)
    assert desk.passed()[0].at is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: BufferedSettings(address=254),
        lambda: BufferedSettings(speed_baud=0),
        lambda: BufferedSettings(most_sets=0),
        lambda: BufferedSettings(most_sets=999),
        lambda: BufferedSettings(poll_s=0),
        lambda: BufferedSettings(silent_tries=0),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: Callable[[], BufferedSettings]) -> None:
    with pytest.raises(BadSetting):
        wrong()


acts = st.lists(
    st.tuples(
        st.sampled_from(["book", "book", "book", "stuck", "store", "die", "live", "unplug", "noise", "stored-none"]),
        st.floats(0, 2),
    ),
    max_size=20,
)


class World:
    """A reader, a line with tricks; whatever is cleared must have been stored."""

    def __init__(self, tricks: list[str]) -> None:
        self.reader = BufferedReader()
        self.tricks = list(tricks)
        self.desk = Desk(FeigBufferedGate(BufferedSettings()), self._answers)
        self.desk.pieces = self._play
        self.desk.carries = lambda frame: not (self.tricks and self.tricks[-1] == "deaf" and self.tricks.pop())
        self.books = 0
        self.desk.open()

    def _play(self, frame: bytes) -> list[tuple[float, bytes]]:
        return TRICKS.get(self.tricks.pop() if self.tricks else "whole", TRICKS["whole"])(frame)

    def _answers(self, frame: bytes) -> bytes | None:
        stored = {tag.uid for tag in self.desk.passed() if tag.number <= self.desk.stored}
        answer = self.reader.answers(frame)
        assert {f"{record[5:13].hex().upper()}" for record in self.reader.table.cleared} <= stored
        return answer

    def do(self, what: str) -> None:
        desk = self.desk
        match what:
            case "book":
                self.books += 1
                self.reader.table.add(a_record(self.books))
            case "stuck":
                desk.store_s = None
            case "store":
                desk.store_s = 0.005
                desk.store_all()
            case "stored-none" if desk.stored == len(desk.passed()):
                desk.core.submit(Stored(), desk.now_s)
            case "die" | "live":
                self.reader.alive = what == "live"
            case "unplug":
                desk.lose()
                desk.open()
            case "noise":
                desk.hears(b"\x0d\x00\x65")
            case _:
                pass


@settings(max_examples=150, deadline=None)
@given(acts, st.lists(st.sampled_from([*TRICKS, "deaf"]), max_size=30))
def test_every_book_is_told_once_and_kept_before_it_is_forgotten(
    story: list[tuple[str, float]], tricks: list[str]
) -> None:
    world = World(tricks)
    for what, wait_s in story:
        world.do(what)
        world.desk.run(wait_s)
    world.tricks.clear()
    world.reader.alive = True
    world.do("store")
    world.desk.run(30.0)
    assert [tag.uid for tag in world.desk.passed()] == [uid(number) for number in range(1, world.books + 1)]
    assert world.reader.table.records == []
    assert is_well_told(world.desk.events)


@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.binary(max_size=30).map(lambda body: answered(b"\x22" + body + b"\0"))),
        max_size=15,
    ),
    st.floats(0, 1),
)
def test_any_bytes_in_any_pieces_never_raise(pieces: list[bytes], wait_s: float) -> None:
    desk = a_desk(BufferedReader())
    for piece in pieces:
        desk.hears(piece)
        desk.run(wait_s)
    desk.run(10.0)
    assert any(isinstance(event, Recovered) for event in desk.events)


@given(st.binary(min_size=1, max_size=60), st.floats(0, 0.2))
def test_after_noise_the_next_poll_is_understood(noise: bytes, wait_s: float) -> None:
    reader = BufferedReader()
    desk = a_desk(reader)
    desk.run(1.0 + wait_s)
    desk.hears(noise)
    reader.table.add(a_record(1))
    desk.run(2.5)
    assert len(desk.passed()) == 1


@given(st.binary(min_size=1, max_size=300))
def test_a_piece_that_is_no_record_table_is_no_trouble(body: bytes) -> None:
    reader = BufferedReader()
    desk = Desk(
        FeigBufferedGate(BufferedSettings()),
        lambda frame: answered(b"\x22\x00" + body) if frame[2] == 0x22 else reader.answers(frame),
    )
    desk.open()
    desk.run(3.0)
    assert len(desk.passed()) <= len(records_answer([body]))

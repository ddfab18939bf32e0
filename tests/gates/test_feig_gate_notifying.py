"""A FEIG gate that calls us: told, stored, acknowledged in time, repeated and known again. In virtual time."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import BadSetting
from drivers.gates.feig.notifying import FeigNotifyingGate
from drivers.gates.feig.passages import KNOWN_LIMIT
from drivers.gates.feig.settings import Acknowledge, BlockOrder, NotifyingSettings
from drivers.gates.protocol import PeopleCounted, RecordsLost, Stored, TagPassed
from drivers.health import FaultCode, Faulted, Recovered
from tests.gates.feig_reader import TRICKS, Desk, NotifyingReader, a_record, answered, is_well_told, records_answer, uid

VECTORS = tomllib.loads((Path(__file__).parent.parent / "vectors" / "feig.toml").read_text())["exchange"]
ONE_BOOK = bytes.fromhex("1b0022003100010012030008e0040150123456780e1e1f4001b30c")
PEOPLE = bytes.fromhex("170077000000000c00000009000000000000000001a4a5")
ACKNOWLEDGE, ACKNOWLEDGED = "05ff32dfed", bytes.fromhex("06003200a9cd")
NAME = Recovered("FEIG gate, notification mode")
THE_BOOK = TagPassed("E004015012345678", at="14:30:08.000", antenna=1, tag_type=b"\x03", number=1)


def a_core(keep_alive_s: float | None = None, acknowledge: Acknowledge = Acknowledge.AFTER_STORED) -> FeigNotifyingGate:
    core = FeigNotifyingGate(NotifyingSettings(keep_alive_s, acknowledge))
    assert core.port_opened(0.0) == []
    return core


def a_desk(reader: NotifyingReader, *, keep_alive_s: float | None = None, store_s: float | None = 0.005) -> Desk:
    settings_ = NotifyingSettings(keep_alive_s, Acknowledge.AFTER_STORED)
    desk = Desk(FeigNotifyingGate(settings_), reader.answers, store_s=store_s)
    desk.caller = reader
    desk.open()
    return desk


def faults(desk: Desk) -> list[Faulted]:
    return [event for event in desk.events if isinstance(event, Faulted)]


def vector(name: str) -> bytes:
    return bytes.fromhex(next(each["hex"] for each in VECTORS if each["name"] == name))


def test_the_worked_conversation_byte_by_byte() -> None:
    """devices.md section 18."""
    core = a_core()
    assert core.receive(ONE_BOOK, 1.0) == [NAME, THE_BOOK]
    assert core.take_outgoing() == b"", "it is not stored yet"
    core.submit(Stored(1), 1.1)
    assert core.take_outgoing().hex() == ACKNOWLEDGE
    assert core.receive(ACKNOWLEDGED, 1.2) == []
    assert core.receive(ONE_BOOK, 6.0) == [], "the same again: our acknowledge was lost; no second alarm"
    assert core.take_outgoing().hex() == ACKNOWLEDGE
    assert core.receive(ACKNOWLEDGED, 6.1) == []
    assert core.receive(PEOPLE, 7.0) == [PeopleCounted((12, 9, 0, 0), unit=1)]
    assert core.take_outgoing() == b"", "a people counter event is not acknowledged"


def test_what_the_vectors_say() -> None:
    told = []
    for name in (
        "notification: one book, UID, time, antenna",
        "notification: with AFI and DSFID in the UID field",
        "notification: two books and the walking direction",
        "notification: more data follow",
        "people counter: 12, 9, 0, 0",
    ):
        told += a_core().receive(vector(name), 1.0)[1:]
    assert told == [
        THE_BOOK,
        TagPassed("E0040100AABBCCDD", afi=7, dsfid=0, tag_type=b"\x03", number=1),
        TagPassed("E004015012345678", direction=2, tag_type=b"\x03", number=1),
        TagPassed("E0040100AABBCCDD", direction=1, tag_type=b"\x03", number=2),
        TagPassed("E004015012345678", tag_type=b"\x03", number=1),
        PeopleCounted((12, 9, 0, 0), unit=1),
    ]


def test_a_record_that_is_cut_short_is_told_as_lost_once() -> None:
    core = a_core()
    cut = vector("notification: record shorter than its flags")
    told = core.receive(cut, 1.0) + core.receive(cut, 6.0)
    assert told == [NAME, RecordsLost("1 of 1 records cannot be read: they are cut short")]


def test_a_store_that_is_too_slow_waits_for_the_repetition() -> None:
    """A late 0x32 could clear what came meanwhile."""
    core = a_core()
    core.receive(ONE_BOOK, 1.0)
    core.submit(Stored(1), 5.8)
    assert core.take_outgoing() == b""
    assert core.receive(ONE_BOOK, 6.0) == []
    assert core.take_outgoing().hex() == ACKNOWLEDGE


def test_a_notification_that_damaged_bytes_held_back_is_as_old_as_it_is() -> None:
    """The reader counts its 5 s from when it sent."""
    core = a_core()
    assert core.receive(b"\x02\x0f\x00" + ONE_BOOK, 1.0) == []
    assert THE_BOOK in core.tick(2.1)
    core.submit(Stored(1), 5.05)
    assert core.take_outgoing() == b""


def test_a_repetition_with_a_new_book_is_acknowledged_when_that_is_stored_too() -> None:
    core = a_core()
    core.receive(answered(records_answer([a_record(1)])), 1.0)
    told = core.receive(answered(records_answer([a_record(1), a_record(2)])), 6.0)
    assert [event.uid for event in told if isinstance(event, TagPassed)] == [uid(2)]
    core.submit(Stored(1), 6.1)
    assert core.take_outgoing() == b""
    core.submit(Stored(2), 6.2)
    assert core.take_outgoing().hex() == ACKNOWLEDGE


def test_a_book_that_passes_again_a_minute_later_is_told_again_although_the_gates_clock_stands_still() -> None:
    core = a_core()
    core.receive(ONE_BOOK, 1.0)
    core.submit(Stored(1), 1.1)
    core.receive(ACKNOWLEDGED, 1.2)
    assert core.receive(ONE_BOOK, 30.0) == []
    told = core.receive(ONE_BOOK, 70.0)
    assert [event.number for event in told if isinstance(event, TagPassed)] == [2]


def test_records_without_a_time_are_known_until_they_are_acknowledged() -> None:
    core = a_core()
    frame = vector("notification: with AFI and DSFID in the UID field")
    assert len(core.receive(frame, 1.0)) == 2
    assert core.receive(frame, 6.0) == []
    core.submit(Stored(), 6.1)
    core.receive(ACKNOWLEDGED, 6.2)
    assert len(core.receive(frame, 7.0)) == 1, "the same book, once more"


def test_without_acknowledge_nothing_is_ever_sent() -> None:
    core = a_core(acknowledge=Acknowledge.NONE)
    core.receive(ONE_BOOK, 1.0)
    core.submit(Stored(1), 1.1)
    assert core.take_outgoing() == b""


def test_an_overflow_is_counted_once_although_it_is_repeated() -> None:
    core = a_core()
    full = answered(records_answer([a_record(1)], status=0x93))
    assert core.receive(full, 1.0)[-1] == RecordsLost("the reader's table of records was full (status 93)")
    assert core.receive(full, 6.0) == []


@pytest.mark.parametrize("status", [0x84, 0x90])
def test_a_gate_that_sees_less_says_so(status: int) -> None:
    core = a_core()
    told = core.receive(answered(records_answer([a_record(1)], status)), 1.0)
    assert isinstance(told[0], Faulted)
    assert told[0].code is FaultCode.DEVICE_ERROR
    assert isinstance(told[1], TagPassed)
    assert core.receive(answered(records_answer([a_record(2)])), 2.0)[0] == NAME


def test_a_reader_of_a_newer_family_is_acknowledged_in_its_form() -> None:
    reader = NotifyingReader()
    reader.only_advanced = True
    desk = a_desk(reader)
    reader.table.add(a_record(1))
    desk.run(2.0)
    assert reader.heard == [ACKNOWLEDGE, "020007ff32" + reader.heard[1][10:]]
    assert reader.table.records == []


def test_a_long_notification_is_an_advanced_frame() -> None:
    core = a_core()
    frame = answered(records_answer([a_record(number) for number in range(100)]))
    assert frame[0] == 0x02
    told = [event for at in range(0, len(frame), 700) for event in core.receive(frame[at : at + 700], 1.0)]
    assert len(told) == 101


def test_three_missed_signs_of_life_are_a_lost_gate() -> None:
    reader = NotifyingReader(keep_alive_s=10.0)
    desk = a_desk(reader, keep_alive_s=10.0)
    desk.run(300.0)
    assert desk.events == [NAME]
    reader.alive = False
    desk.run(300.0)
    assert [fault.code for fault in faults(desk)] == [FaultCode.NO_ANSWER]
    assert desk.hung_up == ["no sign of life for 3 periods of 10 s"]
    reader.alive = True
    desk.run(1.0)
    assert desk.events[-1] == NAME


def test_a_gate_that_never_calls_is_lost_as_well() -> None:
    reader = NotifyingReader()
    desk = a_desk(reader, keep_alive_s=10.0)
    desk.run(29.0)
    assert desk.events == []
    desk.run(2.0)
    assert [fault.code for fault in faults(desk)] == [FaultCode.NO_ANSWER]


def test_without_a_keep_alive_a_quiet_gate_is_taken_for_well() -> None:
    reader = NotifyingReader()
    desk = a_desk(reader)
    reader.table.add(a_record(1))
    desk.run(100_000.0)
    assert not faults(desk)


def test_a_port_that_cannot_be_listened_at_is_told() -> None:
    core = FeigNotifyingGate(NotifyingSettings(None, Acknowledge.AFTER_STORED))
    assert core.port_lost("taken", 0.0) == [Faulted(FaultCode.PORT_GONE, "taken")]
    assert core.port_lost("taken", 1.0) == []
    assert core.due_s() is None


def test_whoever_calls_and_is_no_reader_is_named() -> None:
    core = a_core()
    told = [
        event for piece in (b"GET / HTTP/1.1\r\n", b"Host: kiosk\r\n\r\n" * 4) for event in core.receive(piece, 1.0)
    ]
    told += core.tick(3.0)
    assert [event.code for event in told if isinstance(event, Faulted)] == [FaultCode.WRONG_DEVICE]
    assert core.receive(ONE_BOOK, 4.0) == [NAME, THE_BOOK]


def test_a_frame_behind_half_a_frame_of_the_last_connection_is_found() -> None:
    core = a_core()
    told = core.receive(ONE_BOOK[:9], 1.0) + core.receive(ONE_BOOK, 1.2) + core.tick(2.3)
    assert THE_BOOK in told


def test_another_reader_on_the_bus_is_not_ours() -> None:
    core = FeigNotifyingGate(NotifyingSettings(None, Acknowledge.AFTER_STORED, address=3))
    core.port_opened(0.0)
    assert core.receive(ONE_BOOK, 1.0) == []


def test_what_is_remembered_of_a_reader_that_invents_tags_is_bounded() -> None:
    core = a_core()
    for number in range(0, 3 * KNOWN_LIMIT, 8):
        core.receive(answered(records_answer([a_record(number + at) for at in range(8)])), 1.0)
    assert len(core._passages._known) == KNOWN_LIMIT


@pytest.mark.parametrize("keep_alive_s", [0.0, -1.0, 1e9])
def test_settings_that_cannot_be_are_refused(keep_alive_s: float) -> None:
    with pytest.raises(BadSetting):
        NotifyingSettings(keep_alive_s, Acknowledge.NONE, block_order=BlockOrder.AS_ON_TAG)


IN_TIME = [trick for trick in TRICKS if trick != "too-late"]
"""Whatever takes longer than a second in all cannot be acknowledged in time by anybody."""
acts = st.lists(
    st.tuples(
        st.sampled_from(["book", "book", "book", "stuck", "store", "die", "live", "unplug", "noise", "people"]),
        st.floats(0, 4),
    ),
    max_size=20,
)


class World:
    """A reader that calls, a line with tricks; whatever is cleared must have been stored."""

    def __init__(self, tricks: list[str]) -> None:
        self.reader = NotifyingReader(keep_alive_s=3.0)
        self.tricks = list(tricks)
        self.desk = a_desk(self.reader, keep_alive_s=3.0)
        self.desk._answers = self._answers
        self.desk.pieces = self._play
        self.books = 0

    def _play(self, frame: bytes) -> list[tuple[float, bytes]]:
        return TRICKS[self.tricks.pop() if self.tricks else "whole"](frame)

    def _answers(self, frame: bytes) -> bytes | None:
        answer = self.reader.answers(frame)
        stored = {tag.uid for tag in self.desk.passed() if tag.number <= self.desk.stored}
        assert {record[5:13].hex().upper() for record in self.reader.table.cleared} <= stored
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
            case "die" | "live":
                self.reader.alive = what == "live"
            case "unplug":
                desk.lose()
                desk.open()
            case "noise":
                desk.hears(b"\x1b\x00\x22\x00")
            case "people":
                desk.says(PEOPLE)
            case _:
                raise AssertionError(what)


@settings(max_examples=150, deadline=None)
@given(acts, st.lists(st.sampled_from(IN_TIME), max_size=20))
def test_every_book_is_told_once_whatever_the_line_does(story: list[tuple[str, float]], tricks: list[str]) -> None:
    world = World(tricks)
    for what, wait_s in story:
        world.do(what)
        world.desk.run(wait_s)
    world.tricks.clear()
    world.reader.alive = True
    world.do("store")
    world.desk.run(40.0)
    told = [tag.uid for tag in world.desk.passed()]
    assert told == [uid(number) for number in range(1, world.books + 1)]
    assert world.reader.table.records == []
    assert is_well_told(world.desk.events)


@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.binary(max_size=30).map(lambda body: answered(b"\x22" + body + b"\0"))),
        max_size=15,
    ),
    st.floats(0, 2),
)
def test_any_bytes_in_any_pieces_never_raise_and_a_book_is_heard_behind_them(
    pieces: list[bytes], wait_s: float
) -> None:
    reader = NotifyingReader()
    desk = a_desk(reader)
    for piece in pieces:
        desk.hears(piece)
        desk.run(wait_s)
    reader.table.add(a_record(1))
    desk.run(12.0)
    assert uid(1) in [tag.uid for tag in desk.passed()]
    assert len(desk.core._stream) == 0  # type: ignore[attr-defined]

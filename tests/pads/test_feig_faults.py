"""A FEIG reader that is silent, late, damaged, or no FEIG reader: what is told, and what is never taken for true."""

from __future__ import annotations

import pytest

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.protocol import (
    PadCommand,
    PadEvent,
    ReadAgain,
    TagGone,
    TagRead,
    TagSeen,
    WriteAfi,
    WriteDone,
    WriteFailed,
    WriteFailure,
)
from tests.pads.feig_reader import Desk, Line, Reader, Tag, a_book, answered, with_crc

ON_LOAN, IN_STOCK = 0xC2, 0x07
WELL = Recovered("FEIG CPR.M02, firmware 1.07")
Pad = Desk[PadEvent, PadCommand]


def a_pad(*tags: Tag) -> Pad:
    """A pad in service, with these tags on it, told and read."""
    desk = Desk(FeigPad(FeigSettings()), Reader(*tags))
    desk.open()
    desk.run(3.0)
    assert desk.events[-1] == WELL
    return desk


def faults(events: list[PadEvent]) -> list[FaultCode | str]:
    return [
        event.code if isinstance(event, Faulted) else "well"
        for event in events
        if isinstance(event, Faulted | Recovered)
    ]


def read(tag: Tag) -> TagRead:
    return TagRead(tag.uid, tag.afi, tag.dsfid, tag.block_size, bytes(tag.memory))


class Spoiled:
    """Spoils the answers whose turn it is, counted from the first request after it was put on the line."""

    def __init__(self, *turns: int, late_s: float | None = None, garbled: bool = False, twice: bool = False) -> None:
        self._turns = turns
        self._late_s = late_s
        self._garbled = garbled
        self._twice = twice
        self._turn = 0

    def __call__(self, answer: bytes) -> list[tuple[float, bytes]]:
        self._turn += 1
        if self._turn not in self._turns:
            return [(0.0, answer)]
        if self._twice:
            return [(0.0, answer), (0.0, answer)]
        if self._garbled:
            return [(0.0, answer[:-1] + bytes((answer[-1] ^ 0x40,)))]
        return [] if self._late_s is None else [(self._late_s, answer)]


def test_nobody_there_is_told_once_and_quickly() -> None:
    desk = Desk(FeigPad(FeigSettings()), Reader())
    desk.reader.alive = False
    desk.open()
    assert desk.run(2.0) == [Faulted(FaultCode.NO_ANSWER, "no answer in 3 tries at 38400 baud 8E1")]
    assert desk.run(60.0) == []
    assert len(desk.sent) < 60, "a beat of more than a second"


def test_a_reader_that_comes_late_tells_its_tags_first() -> None:
    book = a_book(1)
    desk = Desk(FeigPad(FeigSettings()), Reader(book))
    desk.reader.alive = False
    desk.open()
    desk.run(5.0)
    desk.reader.alive = True
    assert desk.run(3.0) == [TagSeen(book.uid), read(book), WELL]


def test_a_reader_that_falls_silent_is_told_and_found_again() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.alive = False
    assert faults(desk.run(3.0)) == [FaultCode.NO_ANSWER]
    assert TagGone(book.uid) not in desk.events, "nobody took it away"
    desk.reader.alive = True
    assert desk.run(3.0) == [TagSeen(book.uid), read(book), WELL]


def test_a_write_to_a_silent_reader_ends() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.alive = False
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    desk.orders(ReadAgain(book.uid))
    assert desk.run(3.0)[:2] == [WriteFailed(book.uid, WriteFailure.READER, None), TagGone(book.uid)]
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    desk.orders(ReadAgain(book.uid))
    assert desk.run(0.1) == [WriteFailed(book.uid, WriteFailure.READER, None), TagGone(book.uid)]


def test_every_order_ends_when_the_port_goes() -> None:
    books = [a_book(number) for number in range(3)]
    desk = a_pad(*books)
    for book in books:
        desk.orders(WriteAfi(book.uid, ON_LOAN))
    desk.run(0.015)
    assert desk.lose() == [
        *(WriteFailed(book.uid, WriteFailure.READER, None) for book in books),
        Faulted(FaultCode.PORT_GONE, "unplugged"),
    ]
    assert desk.lose("cannot be opened") == []
    desk.orders(WriteAfi(books[0].uid, ON_LOAN))
    assert desk.run(1.0) == [WriteFailed(books[0].uid, WriteFailure.READER, None)]


def test_a_port_that_comes_back_tells_what_lies_there_and_then_that_all_is_well() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.lose()
    desk.open()
    assert desk.run(3.0) == [TagSeen(book.uid), read(book), WELL]


def test_another_device_on_the_port_is_named_as_such() -> None:
    desk = Desk(FeigPad(FeigSettings()), Reader(), Line(lambda _: [(0.0, b"\xf8\x1e\x00\x9c\x00\x7f\x00\xe0" * 4)]))
    desk.open()
    told = desk.run(10.0)
    assert faults(told) == [FaultCode.WRONG_DEVICE]
    assert "wrong baud rate or other device" in str(told)


def test_a_device_that_chatters_all_the_time_is_named_as_such() -> None:
    desk = Desk(FeigPad(FeigSettings()), Reader())
    desk.reader.alive = False
    desk.open()
    for tenth in range(1000):
        desk.later(tenth / 100, b"\xff~OK\r\n"[tenth % 6 :])
    assert faults(desk.run(10.0)) == [FaultCode.WRONG_DEVICE]


def test_a_gate_in_scan_mode_does_no_work_and_says_why() -> None:
    desk = Desk(FeigPad(FeigSettings()), Reader())
    desk.reader.scan_mode = True
    desk.open()
    assert desk.run(10.0) == [Faulted(FaultCode.DEVICE_ERROR, "inventory refused: status 82 (not available)")]
    desk.reader.scan_mode = False
    assert desk.run(1.0) == [WELL]


def test_a_reader_that_refuses_for_a_while_in_service_recovers() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.scan_mode = True
    assert faults(desk.run(5.0)) == [FaultCode.DEVICE_ERROR]
    desk.reader.scan_mode = False
    assert desk.run(1.0) == [WELL]


@pytest.mark.parametrize("turn", range(1, 8))
@pytest.mark.parametrize("how", ["lost", "garbled", "twice", "late"])
def test_one_spoiled_answer_at_the_start_changes_nothing_in_the_end(turn: int, how: str) -> None:
    book, other = a_book(1), a_book(2)
    late_s = 1.2 if how == "late" else None
    line = Line(Spoiled(turn, late_s=late_s, garbled=how == "garbled", twice=how == "twice"))
    desk = Desk(FeigPad(FeigSettings()), Reader(book, other), line)
    desk.open()
    desk.run(6.0)
    assert sorted(map(str, desk.events)) == sorted(
        map(str, [TagSeen(book.uid), TagSeen(other.uid), read(book), read(other), WELL])
    )


def test_a_torn_write_is_read_back_and_not_written_twice() -> None:
    """The AFI was written, its answer was lost."""
    book = a_book(1)
    desk = a_pad(book)
    desk.line.pieces = lambda answer: [] if desk.sent[-1][1][2:4] == b"\xb0\x27" else [(0.0, answer)]
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert WriteDone(book.uid, ON_LOAN) in desk.run(2.0)
    assert book.writes == 1


@pytest.mark.parametrize("status", [0x01, 0x03, 0x0E, 0x83])
def test_a_write_that_the_reader_calls_failed_may_have_been_done(status: int) -> None:
    book = a_book(1)
    desk = a_pad(book)

    def spoiled(answer: bytes) -> list[tuple[float, bytes]]:
        was_write = desk.sent[-1][1][2:4] == b"\xb0\x27"
        return [(0.0, answered(bytes((0xB0, status))) if was_write else answer)]

    desk.line.pieces = spoiled
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert desk.run(1.0) == [WriteDone(book.uid, ON_LOAN)]
    assert book.writes == 1


def test_a_late_answer_about_one_book_is_not_taken_for_another_s() -> None:
    """Book 1 answers its reading so late that book 2 is being read."""
    one, two = a_book(1, memory=bytearray(b"one." * 8)), a_book(2, memory=bytearray(b"two." * 8))
    desk = a_pad()
    held: list[bytes] = []

    def delayed(answer: bytes) -> list[tuple[float, bytes]]:
        request = desk.sent[-1][1]
        if request[2:4] == b"\xb0\x23" and not held:
            held.append(answer)
            return [(0.36, answer)]
        return [(0.0, answer)]

    desk.line.pieces = delayed
    desk.reader.tags = {one.uid: one, two.uid: two}
    events = desk.run(4.0)
    assert held
    assert read(one) in events
    assert read(two) in events


def test_an_answer_of_another_reader_on_the_bus_is_not_ours() -> None:
    desk = a_pad(a_book(1))
    stranger = with_crc(bytes.fromhex("1103B000010300E004015012345678"))
    desk.line.pieces = lambda answer: [(0.0, stranger), (0.0, answer)]
    assert desk.run(5.0) == []


def test_noise_between_frames_is_passed_over() -> None:
    book = a_book(1)
    desk = a_pad(book)
    for _ in range(20):
        desk.hears(b"\xff\x00\x11")
        desk.run(0.5)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert WriteDone(book.uid, ON_LOAN) in desk.run(2.0)
    assert TagGone(book.uid) not in desk.events


def test_much_noise_is_told_once_and_its_end_too() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.line.pieces = Spoiled(*range(1, 2000, 2), garbled=True)
    told = desk.run(20.0)
    assert faults(told) == [FaultCode.NOISE]
    assert TagGone(book.uid) not in told
    desk.line.pieces = lambda answer: [(0.0, answer)]
    assert desk.run(10.0) == [WELL]


def test_an_answer_that_comes_byte_by_byte_is_the_same_answer() -> None:
    book = a_book(1)
    line = Line(lambda answer: [(at * 0.0003, answer[at : at + 1]) for at in range(len(answer))])
    desk = Desk(FeigPad(FeigSettings()), Reader(book), line)
    desk.open()
    desk.run(3.0)
    assert desk.events == [TagSeen(book.uid), read(book), WELL]


@pytest.mark.parametrize(
    "wrong", [{"address": 254}, {"address": -1}, {"speed_baud": 300}, {"most_bytes": 3}, {"most_bytes": 10_000}]
)
def test_a_setting_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadSetting, match="of"):
        FeigSettings(**wrong)  # type: ignore[arg-type]

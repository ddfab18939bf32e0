"""Staff write the memory of a tag on a 3M pad: whole blocks of four, read back, and never half without being told."""

from __future__ import annotations

from drivers.pads.m3_210.programmer import M3Programmer
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.programming import (
    DataNotWritten,
    DataWritten,
    NotWritable,
    ProgrammerCommand,
    ProgrammerEvent,
    WriteData,
)
from drivers.pads.protocol import WriteAfi, WriteDone, WriteFailure
from tests.pads.desk import Tag, a_book
from tests.pads.m3_reader import WRITE_MANY, WRITE_ONE, Desk, M3Reader, said

Bench = Desk[ProgrammerEvent, ProgrammerCommand]


def a_bench(*tags: Tag) -> Bench:
    desk = Desk(M3Programmer(M3Settings()), M3Reader(*tags))
    desk.open()
    desk.run(4.0)
    desk.sent.clear()
    return desk


def writes(desk: Bench) -> list[int]:
    return [request[3] for _, request in desk.sent if request[3] in (WRITE_MANY, WRITE_ONE)]


def test_four_blocks_of_a_501_tag_leave_in_one_frame_as_captured() -> None:
    tag = Tag("E007000001234567")
    desk = a_bench(tag)
    data = bytes.fromhex("04110000323030393031303130313233")
    desk.orders(WriteData(tag.uid, 0, data))
    assert desk.run(1.0) == [DataWritten(tag.uid, 0, data)]
    sent = next(request for _, request in desk.sent if request[3] == WRITE_MANY)
    assert sent.hex().upper() == "D6001E04E007000001234567000400041100003230303930313031303132336289"
    assert tag.memory[:16] == data


def test_one_block_is_written_by_itself() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 3, b"abcd"))
    assert desk.run(1.0) == [DataWritten(tag.uid, 3, b"abcd")]
    assert writes(desk) == [WRITE_ONE]
    assert tag.memory[12:16] == b"abcd"


def test_more_than_eight_blocks_go_in_several_writes_each_read_back() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 1, bytes(range(100, 180))))
    assert desk.run(3.0) == [DataWritten(tag.uid, 1, bytes(range(100, 180)))]
    assert writes(desk) == [WRITE_MANY] * 3


def test_a_reader_that_writes_one_block_at_a_time_is_given_them_so() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.reader.unknown = {WRITE_MANY}
    for _ in range(2):
        desk.orders(WriteData(tag.uid, 0, b"12345678"))
        assert desk.run(2.0) == [DataWritten(tag.uid, 0, b"12345678")]
    assert writes(desk) == [WRITE_MANY] + [WRITE_ONE] * 4


def test_locked_blocks_are_told_and_not_tried_again() -> None:
    tag = a_book(1)
    before = bytes(tag.memory)
    desk = a_bench(tag)

    def carries(request: bytes) -> bool:
        if request[3] == WRITE_MANY:
            desk.hears(said(f"04 12 {tag.uid} 00"))
        return request[3] != WRITE_MANY

    desk.line.carries = carries
    desk.orders(WriteData(tag.uid, 0, b"12345678"))
    assert desk.run(1.0) == [DataNotWritten(tag.uid, 0, WriteFailure.LOCKED, 0)]
    assert tag.memory == before


def test_blocks_of_another_size_are_refused_before_anything_is_sent() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 0, bytes(8), 8))
    assert desk.run(1.0) == [DataNotWritten(tag.uid, 0, NotWritable.BLOCK_SIZE, 0)]
    assert writes(desk) == []


def test_the_bench_does_all_that_a_kiosk_s_pad_does() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.orders(WriteAfi(tag.uid, 0xC2))
    assert desk.run(1.0) == [WriteDone(tag.uid, 0xC2)]

"""Staff write the memory of a tag: whole blocks, read back, and never half without being told."""

from __future__ import annotations

import pytest

from drivers.errors import Misuse
from drivers.health import FaultCode, Faulted
from drivers.pads.feig.programmer import FeigProgrammer
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.programming import DataNotWritten, DataWritten, ProgrammerCommand, ProgrammerEvent, WriteData
from drivers.pads.protocol import TagGone, WriteAfi, WriteDone, WriteFailure
from tests.pads.feig_reader import ISO_ERROR, LOCKED, Desk, Reader, Tag, a_book, answered

Bench = Desk[ProgrammerEvent, ProgrammerCommand]


def a_bench(*tags: Tag) -> Bench:
    desk = Desk(FeigProgrammer(FeigSettings()), Reader(*tags))
    desk.open()
    desk.run(3.0)
    return desk


def test_two_blocks_leave_reversed_in_one_frame_of_the_manual() -> None:
    tag = Tag("E004010012345678")
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 0, bytes.fromhex("4433221188776655")))
    assert desk.run(0.5) == [DataWritten(tag.uid, 0, bytes.fromhex("4433221188776655"))]
    writes = [request for _, request in desk.sent if request[2:4] == b"\xb0\x24"]
    assert writes == [bytes.fromhex("1AFFB02401E004010012345678000204112233445566778849D8")]
    assert bytes(tag.memory[:12]).hex() == "443322118877665508090a0b"


@pytest.mark.parametrize("block_size", [4, 8])
def test_more_than_fits_goes_in_several_writes_each_read_back(block_size: int) -> None:
    tag = a_book(1, block_size=block_size, memory=bytearray(320))
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 2, bytes(range(240)), block_size))
    assert desk.run(2.0) == [DataWritten(tag.uid, 2, bytes(range(240)))]
    assert tag.memory[2 * block_size : 2 * block_size + 240] == bytes(range(240))
    assert tag.writes == 2


def test_a_torn_write_is_found_and_mended() -> None:
    tag = a_book(1)
    desk = a_bench(tag)

    def torn(request: bytes) -> None:
        if request[2:4] == b"\xb0\x23" and tag.writes == 1:
            tag.memory[4:8] = b"half"

    desk.reader.before = torn
    desk.orders(WriteData(tag.uid, 0, b"12345678"))
    assert desk.run(1.0) == [DataWritten(tag.uid, 0, b"12345678")]
    assert tag.writes == 2


def test_a_write_whose_answer_was_lost_is_not_written_again() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.line.pieces = lambda answer: [] if desk.sent[-1][1][2:4] == b"\xb0\x24" else [(0.0, answer)]
    desk.orders(WriteData(tag.uid, 0, b"12345678"))
    assert desk.run(2.0) == [DataWritten(tag.uid, 0, b"12345678")]
    assert tag.writes == 1


def test_locked_blocks_are_told_and_not_tried_again() -> None:
    tag = a_book(1)
    before = bytes(tag.memory)
    desk = a_bench(tag)

    def carries(request: bytes) -> bool:
        is_write = request[2:4] == b"\xb0\x24"
        if is_write:
            desk.hears(answered(bytes((0xB0, ISO_ERROR, LOCKED, 0))))
        return not is_write

    desk.line.carries = carries
    desk.orders(WriteData(tag.uid, 0, b"12345678"))
    assert desk.run(1.0) == [DataNotWritten(tag.uid, 0, WriteFailure.LOCKED, 0)]
    assert tag.memory == before


def test_a_tag_taken_away_between_two_writes_is_told_as_half_written() -> None:
    tag = a_book(1, memory=bytearray(320))
    desk = a_bench(tag)

    def leaves(request: bytes) -> None:
        if request[2:4] == b"\xb0\x24" and tag.writes == 1:
            desk.reader.tags.clear()

    desk.reader.before = leaves
    desk.orders(WriteData(tag.uid, 0, bytes(range(200))))
    assert DataNotWritten(tag.uid, 0, WriteFailure.TAG_AWAY, 128) in desk.run(3.0)


def test_a_write_ends_when_the_port_goes_and_when_it_is_not_there() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 0, b"1234"))
    failed = DataNotWritten(tag.uid, 0, WriteFailure.READER, 0)
    assert desk.lose() == [failed, Faulted(FaultCode.PORT_GONE, "unplugged")]
    desk.orders(WriteData(tag.uid, 0, b"1234"))
    assert desk.run(0.1) == [failed]


def test_the_bench_does_all_that_a_kiosk_s_pad_does() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.orders(WriteAfi(tag.uid, 0xC2))
    assert desk.run(0.5) == [WriteDone(tag.uid, 0xC2)]
    desk.reader.tags.clear()
    assert desk.run(2.0) == [TagGone(tag.uid)]


@pytest.mark.parametrize(
    ("first_block", "data", "block_size"),
    [(0, b"", 4), (0, b"12345", 4), (-1, b"1234", 4), (255, b"12345678", 4), (0, b"1", 0)],
)
def test_data_that_is_no_whole_blocks_is_the_caller_s_fault(first_block: int, data: bytes, block_size: int) -> None:
    with pytest.raises(Misuse):
        WriteData("E004015000000001", first_block, data, block_size)

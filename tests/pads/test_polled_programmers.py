"""Staff write the memory of a tag on any polled pad: each write ends once, and what it tells is so. In virtual time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.pads.programming import DataNotWritten, DataWritten, ProgrammerCommand, ProgrammerEvent, WriteData
from drivers.pads.protocol import WriteFailure
from tests.pads.desk import ReaderDesk, WireReader, a_book
from tests.pads.polled_benches import Bench, every_polled_pad

LONGEST_S = 90.0


@every_polled_pad
@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["good", "lost", "garbled", "deaf", "gone"]), max_size=25), st.integers(1, 60))
def test_whatever_happens_a_write_of_memory_ends_once_and_tells_the_truth(
    bench: Bench, luck: list[str], blocks: int
) -> None:
    tag = a_book(1, memory=bytearray(4 * 64))
    desk = ReaderDesk[ProgrammerEvent, ProgrammerCommand, WireReader](bench.programmer(), bench.reader((tag,)))
    desk.open()
    desk.run(4.0)
    wanted = bytes(1 + index % 255 for index in range(4 * blocks))
    turns = list(luck)

    def carries(_: bytes) -> bool:
        if turns and turns[-1] == "gone":
            desk.reader.tags.clear()
        return not turns or turns[-1] != "deaf" or turns.pop() == ""

    def pieces(answer: bytes) -> list[tuple[float, bytes]]:
        match turns.pop() if turns else "good":
            case "lost":
                return []
            case "garbled":
                return [(0.0, answer[:-1] + bytes((answer[-1] ^ 0x01,)))]
            case _:
                return [(0.0, answer)]

    desk.line.carries, desk.line.pieces = carries, pieces
    desk.orders(WriteData(tag.uid, 1, wanted))
    ends = [event for event in desk.run(LONGEST_S) if isinstance(event, DataWritten | DataNotWritten)]
    assert len(ends) == 1
    written = len(wanted) if isinstance(ends[0], DataWritten) else ends[0].bytes_written
    assert tag.memory[4 : 4 + written] == wanted[:written]


@every_polled_pad
def test_a_uid_that_no_tag_can_have_is_away(bench: Bench) -> None:
    desk = ReaderDesk[ProgrammerEvent, ProgrammerCommand, WireReader](bench.programmer(), bench.reader(()))
    desk.open()
    desk.run(4.0)
    desk.orders(WriteData("no UID", 0, b"1234"))
    assert DataNotWritten("no UID", 0, WriteFailure.TAG_AWAY, 0) in desk.run(0.1)

"""The RL866 driver in front of the simulated one, two readings of a page. Virtual time, the wire's and the air's."""

from __future__ import annotations

import pytest

from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.programming import DataWritten, ProgrammerCommand, ProgrammerEvent, WriteData
from drivers.pads.protocol import (
    PadCommand,
    PadEvent,
    TagGone,
    TagRead,
    TagSeen,
    WriteAfi,
    WriteDone,
    WriteFailed,
    WriteFailure,
)
from drivers.pads.rl866.pad import Rl866Pad, Rl866Programmer
from drivers.pads.rl866.settings import Rl866Settings
from firmware_sim.devices.rl866 import Rl866Reader
from firmware_sim.faults.words import Fault, PadFault
from firmware_sim.room.tag import Tag as SimulatedTag
from tests.pads.desk import ReaderDesk
from tests.pads.simulated import SPOILING, Simulated, a_tag, uid

BYTE_S = 11 / 38_400
ON_LOAN, IN_STOCK = 0xC2, 0x07
LINE_FAULTS = (FaultCode.NO_ANSWER, FaultCode.NOISE)
WELL = Recovered("RL866 class reader, address 1")


Reader = Simulated[Rl866Reader]
Desk = ReaderDesk[PadEvent, PadCommand, Reader]


def a_reader(*tags: SimulatedTag) -> Reader:
    return Reader(BYTE_S, lambda room, byte_s: Rl866Reader(room, byte_s=byte_s), *tags)


def read(tag: SimulatedTag) -> TagRead:
    return TagRead(uid(tag), tag.afi, tag.dsfid, tag.block_size, bytes(tag.memory))


def a_desk(*tags: SimulatedTag) -> Desk:
    """An empty pad in service; these tags lie beside it."""
    desk = Desk(Rl866Pad(Rl866Settings(most_bytes=512)), a_reader(*tags))
    desk.open()
    assert desk.run(2.0) == [WELL]
    return desk


@pytest.mark.parametrize("count", [1, 12, 30])
def test_a_stack_is_seen_in_one_look_and_read(count: int) -> None:
    tags = [a_tag(number) for number in range(count)]
    desk = a_desk(*tags)
    desk.reader.put(*tags)
    events = desk.run(20.0)
    assert events[:count] == [TagSeen(uid(tag)) for tag in tags]
    assert events[count:] == [read(tag) for tag in tags]


@pytest.mark.parametrize(("blocks", "block_size"), [(28, 4), (64, 4), (8, 4), (16, 8)])
def test_a_tag_of_any_size_is_read_whole(blocks: int, block_size: int) -> None:
    tag = a_tag(1, blocks, block_size)
    desk = a_desk(tag)
    desk.reader.put(tag)
    assert desk.run(5.0) == [TagSeen(uid(tag)), read(tag)]


def test_a_book_is_opened_secured_and_taken_away() -> None:
    tag = a_tag(1)
    desk = a_desk(tag)
    desk.reader.put(tag)
    desk.run(1.0)
    for afi in (ON_LOAN, IN_STOCK):
        desk.orders(WriteAfi(uid(tag), afi))
        assert desk.run(1.0) == [WriteDone(uid(tag), afi)]
        assert tag.afi == afi
    desk.reader.take(tag)
    assert desk.run(2.0) == [TagGone(uid(tag))]


def test_a_bit_that_the_reader_cannot_read_back_is_not_told_as_written() -> None:
    """The simulated reader, as lainuri's, passes no alarm on."""
    tag = a_tag(1)
    desk = a_desk(tag)
    desk.reader.put(tag)
    desk.run(1.0)
    desk.orders(WriteAfi(uid(tag), ON_LOAN, eas=False))
    assert desk.run(6.0) == [WriteFailed(uid(tag), WriteFailure.READER, ON_LOAN)]
    assert (tag.afi, tag.eas) == (ON_LOAN, False)


def test_a_write_whose_answer_is_lost_is_found() -> None:
    tag = a_tag(1)
    desk = a_desk(tag)
    desk.reader.put(tag)
    desk.run(1.0)
    desk.reader.set_fault(PadFault.LOSE_WRITE_ANSWER)
    desk.orders(WriteAfi(uid(tag), ON_LOAN))
    assert WriteDone(uid(tag), ON_LOAN) in desk.run(5.0)


def test_a_book_that_is_away_is_told_as_away() -> None:
    tag = a_tag(1)
    desk = a_desk(tag)
    desk.orders(WriteAfi(uid(tag), ON_LOAN))
    assert desk.run(3.0) == [WriteFailed(uid(tag), WriteFailure.TAG_AWAY, None)]


@pytest.mark.parametrize("fault", SPOILING)
def test_after_any_fault_of_the_line_the_pad_is_as_before(fault: Fault) -> None:
    tag, other = a_tag(1), a_tag(2)
    desk = a_desk(tag, other)
    desk.reader.put(tag)
    desk.run(1.0)
    desk.reader.set_fault(fault)
    told = desk.run(8.0)
    assert TagGone(uid(tag)) not in told
    desk.reader.set_fault(PadFault.NONE)
    desk.reader.put(other)
    after = desk.run(20.0)
    assert [event for event in told + after if event == read(other)] == [read(other)]
    health = [event for event in told + after if isinstance(event, Faulted | Recovered)]
    assert all(isinstance(event, Recovered) or event.code in LINE_FAULTS for event in health)
    assert health[-1:] in ([], [WELL])


def test_staff_write_the_memory_of_a_tag() -> None:
    tag = a_tag(1)
    desk = ReaderDesk[ProgrammerEvent, ProgrammerCommand, Reader](Rl866Programmer(Rl866Settings()), a_reader(tag))
    desk.open()
    desk.reader.put(tag)
    desk.run(3.0)
    data = bytes(range(100))
    desk.orders(WriteData(uid(tag), 1, data))
    assert desk.run(3.0) == [DataWritten(uid(tag), 1, data)]
    assert tag.memory[4:104] == data

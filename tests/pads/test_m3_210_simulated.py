"""The 3M driver in front of the simulated reader with its moods, two readings of a page. In virtual time."""

from __future__ import annotations

import pytest

from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.m3_210.core import M3Pad
from drivers.pads.m3_210.programmer import M3Programmer
from drivers.pads.m3_210.settings import M3Settings
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
from firmware_sim.devices.m3_210 import M3Reader
from firmware_sim.devices.m3_210_tags import Moods
from firmware_sim.faults.words import Fault, LineFault, PadFault
from firmware_sim.room.tag import Tag as SimulatedTag
from tests.pads.desk import ReaderDesk
from tests.pads.simulated import SPOILING, Simulated, a_tag, uid

BYTE_S = 10 / 19_200
IN_STOCK, ON_LOAN = 0x07, 0xC2
WELL = Recovered("3M reader, version 5.0.2")
LINE_FAULTS = (FaultCode.NO_ANSWER, FaultCode.NOISE)
WORST = Moods(uid_twice=0.5, afi_fails=0.7, afi_written_anyway=0.4, eas_off_is_an_error=0.8)
Reader = Simulated[M3Reader]
Desk = ReaderDesk[PadEvent, PadCommand, Reader]


def a_reader(*tags: SimulatedTag, moods: Moods | None = None, seed: int = 0) -> Reader:
    return Reader(BYTE_S, lambda room, byte_s: M3Reader(room, byte_s=byte_s, moods=moods, seed=seed), *tags)


def a_desk(*tags: SimulatedTag, moods: Moods | None = None, seed: int = 0) -> Desk:
    """A pad in service, with these tags on it, told and read."""
    desk = Desk(M3Pad(M3Settings()), a_reader(*tags, moods=moods, seed=seed))
    desk.reader.put(*tags)
    desk.open()
    desk.run(10.0)
    assert WELL in desk.events
    return desk


def read(tag: SimulatedTag) -> TagRead:
    return TagRead(uid(tag), tag.afi, tag.dsfid, tag.block_size, bytes(tag.memory[:128]))


@pytest.mark.parametrize("count", [0, 1, 12, 30])
def test_a_stack_is_seen_and_read_once_however_often_its_uids_are_told(count: int) -> None:
    tags = [a_tag(number) for number in range(count)]
    told = [event for event in a_desk(*tags, moods=WORST).events if event != WELL]
    assert told == [*(TagSeen(uid(tag)) for tag in tags), *map(read, tags)]


@pytest.mark.parametrize("blocks", [8, 28, 64])
def test_a_tag_of_any_size_is_read_as_far_as_it_is_wanted(blocks: int) -> None:
    assert read(tag := a_tag(1, blocks)) in a_desk(tag).events


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("eas", [None, True, False])
def test_orders_end_as_the_tags_are_in_the_reader_s_worst_mood(seed: int, eas: bool | None) -> None:
    tags = [a_tag(number) for number in range(3)]
    desk = a_desk(*tags, moods=WORST, seed=seed)
    for tag in tags:
        desk.orders(WriteAfi(uid(tag), ON_LOAN, eas))
    told = {event.uid: event for event in desk.run(20.0) if isinstance(event, WriteDone | WriteFailed)}
    assert set(told) == {uid(tag) for tag in tags}
    for tag in tags:
        if told[uid(tag)] == WriteDone(uid(tag), ON_LOAN, eas):
            assert tag.afi == ON_LOAN
            assert eas is None or tag.eas == eas
        else:
            assert told[uid(tag)] == WriteFailed(uid(tag), WriteFailure.NOT_TAKEN, tag.afi)


def test_a_book_taken_away_is_gone_and_one_that_is_not_there_is_away() -> None:
    tag = a_tag(1)
    desk = a_desk(tag)
    desk.reader.take(tag)
    assert desk.run(2.0) == [TagGone(uid(tag))]
    desk.orders(WriteAfi(uid(tag), ON_LOAN, eas=False))
    assert desk.run(3.0) == [WriteFailed(uid(tag), WriteFailure.TAG_AWAY, None)]


def test_a_write_whose_answer_is_lost_is_found() -> None:
    tag = a_tag(1)
    desk = a_desk(tag)
    desk.reader.set_fault(PadFault.LOSE_WRITE_ANSWER)
    desk.orders(WriteAfi(uid(tag), ON_LOAN))
    assert WriteDone(uid(tag), ON_LOAN) in desk.run(8.0)


@pytest.mark.parametrize("fault", SPOILING)
def test_after_any_fault_of_the_line_the_pad_is_as_before(fault: Fault) -> None:
    tag, other = a_tag(1), a_tag(2)
    desk = Desk(M3Pad(M3Settings()), a_reader(tag, other))
    desk.reader.put(tag)
    desk.open()
    desk.run(4.0)
    desk.reader.set_fault(fault)
    told = desk.run(8.0)
    assert TagGone(uid(tag)) not in told
    desk.reader.set_fault(PadFault.NONE)
    desk.reader.put(other)
    after = desk.run(20.0)
    assert [event for event in told + after if event == read(other)] == [read(other)]
    health = [event for event in told + after if isinstance(event, Faulted | Recovered)]
    assert all(isinstance(event, Recovered) or event.code in LINE_FAULTS for event in health)
    assert all(isinstance(event, Recovered) for event in health[-1:]), "it may be greeted the other way now"


def test_orders_survive_the_reader_s_noise() -> None:
    """About every third answer comes damaged: no book is lost, and every order is done."""
    tags = [a_tag(number) for number in range(4)]
    desk = a_desk(*tags)
    desk.reader.set_fault(LineFault.NOISE)
    for tag in tags:
        desk.orders(WriteAfi(uid(tag), ON_LOAN))
    told = desk.run(15.0)
    assert [event for event in told if isinstance(event, WriteFailed | TagGone)] == []
    assert {tag.afi for tag in tags} == {ON_LOAN}


def test_staff_write_the_memory_of_a_tag() -> None:
    tag = a_tag(1)
    desk = ReaderDesk[ProgrammerEvent, ProgrammerCommand, Reader](M3Programmer(M3Settings()), a_reader(tag))
    desk.reader.put(tag)
    desk.open()
    desk.run(3.0)
    data = bytes(range(100))
    desk.orders(WriteData(uid(tag), 1, data))
    assert desk.run(5.0) == [DataWritten(uid(tag), 1, data)]
    assert tag.memory[4:104] == data

"""An RL866 pad at a kiosk: tags come, are read in few exchanges, written, and always let go of. Virtual time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.programming import DataNotWritten, DataWritten, ProgrammerCommand, ProgrammerEvent, WriteData
from drivers.pads.protocol import (
    ForgetTags,
    PadCommand,
    PadEvent,
    ReadAgain,
    TagGone,
    TagRead,
    TagSeen,
    TagUnreadable,
    WriteAfi,
    WriteDone,
    WriteFailed,
    WriteFailure,
)
from drivers.pads.rl866.pad import Rl866Pad, Rl866Programmer
from drivers.pads.rl866.settings import Rl866Settings
from tests.pads.desk import Line, ReaderDesk, Tag, a_book
from tests.pads.rl866_reader import (
    CONNECT,
    EAS_ALARM,
    EAS_OFF,
    EAS_ON,
    FUJITSU,
    READ,
    SYSTEM,
    TIME_OUT,
    WRITE,
    WRITE_AFI,
    Rl866Reader,
)

ON_LOAN, IN_STOCK = 0xC2, 0x07
WELL = Recovered("RL866 class reader, address 1")
Pad = ReaderDesk[PadEvent, PadCommand, Rl866Reader]
Bench = ReaderDesk[ProgrammerEvent, ProgrammerCommand, Rl866Reader]


def a_pad(
    *tags: Tag, settings: Rl866Settings | None = None, set_up: Callable[[Rl866Reader], None] | None = None
) -> Pad:
    """A pad in service, with these tags on it, told and read."""
    reader = Rl866Reader(*tags)
    if set_up is not None:
        set_up(reader)
    desk = Pad(Rl866Pad(settings or Rl866Settings()), reader)
    desk.open()
    desk.run(4.0)
    assert desk.events[-1] == WELL
    assert reader.connected is None
    return desk


def read(tag: Tag) -> TagRead:
    return TagRead(tag.uid, tag.afi, tag.dsfid, tag.block_size, bytes(tag.memory))


def lay(desk: Pad, *tags: Tag) -> None:
    desk.reader.tags |= {tag.uid: tag for tag in tags}


def take(desk: Pad, tag: Tag) -> None:
    del desk.reader.tags[tag.uid]


def told(desk: Pad, for_s: float) -> list[PadEvent]:
    """What is told meanwhile; whatever happens, no tag stays connected."""
    events = desk.run(for_s)
    assert desk.reader.connected is None
    return events


def commands(desk: Pad | Bench) -> list[int]:
    return [frame[4] for _, frame in desk.sent if len(frame) > 6]


def codes(desk: Pad | Bench) -> list[int]:
    """Operations that left, in their order."""
    found: list[int] = []
    for _, frame in desk.sent:
        data = frame[6:-2] if frame[4] == 0x34 else b""
        while data:
            found.append(int.from_bytes(data[1:3], "little"))
            data = data[1 + data[0] :]
    return found


def test_a_new_tag_is_read_in_three_exchanges_and_then_only_looked_for() -> None:
    book = a_book(1)
    desk = a_pad()
    desk.sent.clear()
    lay(desk, book)
    assert told(desk, 2.0) == [TagSeen(book.uid), read(book)]
    assert [command for command in commands(desk) if command != 0x31] == [0x32, 0x34, 0x33]


@pytest.mark.parametrize("keeps_reports", [False, True])
def test_a_stack_of_twelve_comes_in_one_look(keeps_reports: bool) -> None:
    desk = a_pad()
    desk.reader.keeps_reports = keeps_reports
    books = [a_book(number) for number in range(12)]
    lay(desk, *books)
    events = told(desk, 5.0)
    assert events[:12] == [TagSeen(book.uid) for book in books]
    assert events[12:] == [read(book) for book in books]


@pytest.mark.parametrize(
    ("blocks", "block_size", "tag_type", "accesses"), [(64, 4, 2, 2), (8, 4, 2, 2), (28, 4, 1, 1), (16, 8, FUJITSU, 2)]
)
def test_a_tag_of_any_size_is_read_whole(blocks: int, block_size: int, tag_type: int, accesses: int) -> None:
    memory = bytearray(index % 251 for index in range(blocks * block_size))
    tag = a_book(1, block_size=block_size, memory=memory)
    desk = a_pad(settings=Rl866Settings(most_bytes=1_024))
    desk.reader.types[tag.uid] = tag_type
    desk.sent.clear()
    lay(desk, tag)
    assert told(desk, 3.0) == [TagSeen(tag.uid), read(tag)]
    assert commands(desk).count(0x34) == accesses


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_tag_that_does_not_tell_of_itself_is_read_as_far_as_it_goes(goes_on: bool) -> None:
    tag = a_book(1, memory=bytearray(range(36)), knows_system_information=False)
    desk = a_pad(tag, set_up=lambda reader: setattr(reader, "goes_on_behind_failures", goes_on))
    assert TagRead(tag.uid, None, None, 4, bytes(tag.memory)) in desk.events


def test_memory_is_cut_where_the_setting_says() -> None:
    tag = a_book(1)
    assert TagRead(tag.uid, 7, 6, 4, bytes(tag.memory[:32])) in a_pad(tag, settings=Rl866Settings(most_bytes=32)).events


@pytest.mark.parametrize("code", [SYSTEM, READ])
def test_a_tag_that_does_not_answer_is_let_go_of_and_told_as_unreadable(code: int) -> None:
    tag = a_book(1)
    desk = a_pad()
    desk.reader.silent_codes = {code}
    lay(desk, tag)
    seen, failed = told(desk, 3.0)
    assert seen == TagSeen(tag.uid)
    assert isinstance(failed, TagUnreadable)
    assert "status 401 (the tag does not answer)" in failed.detail
    desk.reader.silent_codes = set()
    desk.orders(ReadAgain(tag.uid))
    assert told(desk, 1.0) == [read(tag)]


def test_a_book_taken_away_is_gone_after_the_grace() -> None:
    book, other = a_book(1), a_book(2)
    desk = a_pad(book, other)
    take(desk, book)
    assert told(desk, 0.5) == []
    assert told(desk, 0.5) == [TagGone(book.uid)]


def test_a_book_taken_away_while_it_is_read_is_gone() -> None:
    book = a_book(1)
    desk = a_pad()
    desk.reader.tearing = lambda code: desk.reader.tags.clear() if code == READ else None
    lay(desk, book)
    seen, unreadable, gone = told(desk, 3.0)
    assert (seen, gone) == (TagSeen(book.uid), TagGone(book.uid))
    assert isinstance(unreadable, TagUnreadable)


def test_tags_that_are_forgotten_while_one_is_read_are_told_afresh() -> None:
    book = a_book(1)
    desk = a_pad()
    lay(desk, book)
    while not desk.sent or desk.sent[-1][1][4] != CONNECT:
        desk.run(0.001)
    desk.orders(ForgetTags())
    told_now = told(desk, 2.0)
    assert told_now.count(TagSeen(book.uid)) == 1
    assert read(book) in told_now


def test_a_tag_that_was_taken_up_for_nobody_is_let_go_of_before_another() -> None:
    """The tags are forgotten while a connect is under way; then there is a write to another one."""
    lent, new = a_book(1), a_book(2)
    desk = a_pad(lent)
    lay(desk, new)
    while desk.sent[-1][1][4] != CONNECT:
        desk.run(0.001)
    desk.orders(ForgetTags())
    desk.orders(WriteAfi(lent.uid, ON_LOAN))
    events = told(desk, 2.0)
    assert events[0] == WriteDone(lent.uid, ON_LOAN)
    assert {TagSeen(lent.uid), TagSeen(new.uid), read(lent), read(new)} <= set(events)


def test_a_reader_that_connects_to_nothing_leaves_a_tag_unread_and_unwritten() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.refuses_connects_with = 0x421
    desk.orders(ReadAgain(book.uid))
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    unreadable, failed = desk.run(4.0)
    assert unreadable == TagUnreadable(book.uid, "connect: status 421")
    assert failed == WriteFailed(book.uid, WriteFailure.READER, None)


@pytest.mark.parametrize("code", [WRITE_AFI, SYSTEM])
def test_a_reader_that_resets_in_the_middle_of_a_write_is_looked_at_again(code: int) -> None:
    book = a_book(1)
    desk = a_pad(book)

    def resets(done: int) -> None:
        if done == code:
            desk.reader.reset()
            desk.reader.tearing = lambda _: None

    desk.reader.tearing = resets
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 4.0) == [WriteDone(book.uid, ON_LOAN)]


@pytest.mark.parametrize("status", [TIME_OUT, 0x121])
def test_a_reader_that_refuses_to_look_is_a_fault_and_mends(status: int) -> None:
    desk = a_pad()
    desk.reader.refuses_looks_with = status
    (fault,) = desk.run(5.0)
    assert isinstance(fault, Faulted)
    assert fault.code is FaultCode.DEVICE_ERROR
    assert f"status {status:03X}" in fault.detail
    desk.reader.refuses_looks_with = 0
    assert desk.run(1.0) == [WELL]


@pytest.mark.parametrize("status", [0x404, 0x405, 0x419, 0x420])
def test_a_disturbed_look_and_an_empty_pad_are_no_faults(status: int) -> None:
    desk = a_pad()
    desk.reader.refuses_looks_with = status
    assert desk.run(5.0) == []


def test_a_reader_out_of_step_is_brought_into_step_within_a_second_and_a_half() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader._expected ^= 1
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 1.5) == [WriteDone(book.uid, ON_LOAN)]


def test_a_write_is_done_when_it_was_read_back() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.sent.clear()
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 0.5) == [WriteDone(book.uid, ON_LOAN)]
    assert codes(desk) == [WRITE_AFI, SYSTEM]
    assert commands(desk).count(CONNECT) == 1, "write and look in one connection"
    assert (book.afi, book.writes) == (ON_LOAN, 1)


def test_a_write_that_was_done_but_not_answered_is_found_and_not_repeated() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.silent_codes = {WRITE_AFI}
    desk.reader.tearing = lambda code: setattr(book, "afi", ON_LOAN) if code == WRITE_AFI else None
    desk.sent.clear()
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 1.0) == [WriteDone(book.uid, ON_LOAN)]
    assert codes(desk).count(WRITE_AFI) == 1


def test_a_book_pulled_away_before_the_look_is_told_as_away() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.tearing = lambda code: desk.reader.tags.clear() if code == SYSTEM else None
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert WriteFailed(book.uid, WriteFailure.TAG_AWAY, None) in told(desk, 3.0)


def test_a_book_that_comes_back_in_time_is_looked_at_first() -> None:
    book = a_book(1)
    desk = a_pad(book)
    take(desk, book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    desk.run(0.4)
    desk.sent.clear()
    lay(desk, book)
    assert WriteDone(book.uid, ON_LOAN) in told(desk, 0.6)
    assert codes(desk) == [SYSTEM, WRITE_AFI, SYSTEM]


def test_a_locked_afi_is_told_with_what_the_tag_holds() -> None:
    book = a_book(1, afi_locked=True)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 0.5) == [WriteFailed(book.uid, WriteFailure.LOCKED, IN_STOCK)]


def test_a_tag_that_does_not_keep_what_is_written_is_told_with_what_it_holds() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.tearing = lambda code: setattr(book, "afi", IN_STOCK) if code == SYSTEM else None
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 5.0) == [WriteFailed(book.uid, WriteFailure.NOT_TAKEN, IN_STOCK)]


def test_eas_is_cleared_and_set_and_each_time_heard() -> None:
    book = a_book(1, eas=True)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, IN_STOCK, eas=True))
    desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert told(desk, 2.0) == [WriteDone(book.uid, IN_STOCK, eas=True), WriteDone(book.uid, ON_LOAN, eas=False)]
    assert not book.eas
    assert [code for code in codes(desk) if code in (EAS_ON, EAS_OFF)] == [EAS_ON, EAS_OFF]


@pytest.mark.parametrize("eas", [True, False])
@pytest.mark.parametrize("goes_on", [True, False])
def test_before_a_bit_is_first_cleared_the_reader_proves_that_it_passes_alarms_on(eas: bool, goes_on: bool) -> None:
    """Else the silence of a tag that was opened would say nothing."""
    one, two = a_book(1, eas=eas), a_book(2, eas=eas)
    desk = a_pad(one, two)
    desk.reader.goes_on_behind_failures = goes_on
    for book in (one, two):
        desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert told(desk, 1.0) == [WriteDone(book.uid, ON_LOAN, eas=False) for book in (one, two)]
    assert not one.eas
    assert [code for code in codes(desk) if code in (EAS_ON, EAS_OFF)] == [EAS_ON, EAS_OFF, EAS_OFF]


@pytest.mark.parametrize("goes_on", [True, False])
def test_silence_is_no_proof_on_a_reader_that_never_passed_an_alarm_on(goes_on: bool) -> None:
    book = a_book(1, eas=True)
    desk = a_pad(book)
    desk.reader.passes_alarms = False
    desk.reader.goes_on_behind_failures = goes_on
    desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert told(desk, 6.0) == [WriteFailed(book.uid, WriteFailure.READER, ON_LOAN)]
    assert not book.eas, "set for the proof, and cleared whatever comes of it"
    assert EAS_ALARM in codes(desk)


def test_a_chip_without_the_bit_is_opened_by_its_afi_and_the_bit_refused() -> None:
    book = a_book(1)
    desk = a_pad(book, set_up=lambda reader: reader.types.update({book.uid: FUJITSU}))
    desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert told(desk, 3.0) == [WriteFailed(book.uid, WriteFailure.LOCKED, ON_LOAN)]
    assert not {EAS_ON, EAS_OFF, EAS_ALARM} & set(codes(desk))


def test_a_locked_bit_is_told() -> None:
    book = a_book(1, eas=True, eas_locked=True)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert told(desk, 3.0) == [WriteFailed(book.uid, WriteFailure.LOCKED, ON_LOAN)]


def test_every_order_ends_when_the_port_goes_in_the_middle_of_a_write() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    desk.run(0.06)
    failed = WriteFailed(book.uid, WriteFailure.READER, None)
    assert desk.lose() == [failed, Faulted(FaultCode.PORT_GONE, "unplugged")]
    desk.open()
    assert told(desk, 3.0) == [TagSeen(book.uid), read(book), WELL], (
        "a tag that an earlier talk left connected is let go"
    )


def test_nobody_there_and_another_device_are_told_in_words() -> None:
    desk = Pad(Rl866Pad(Rl866Settings()), Rl866Reader())
    desk.reader.alive = False
    desk.open()
    assert desk.run(5.0) == [Faulted(FaultCode.NO_ANSWER, "no answer in 3 tries at 38400 baud 8E1")]
    other = Pad(
        Rl866Pad(Rl866Settings()), Rl866Reader(), Line(lambda _: [(0.0, b"\xf8\x1e\x00\x9c\x00\x7f\x00\xe0" * 4)])
    )
    other.open()
    (fault,) = other.run(5.0)
    assert fault == Faulted(
        FaultCode.WRONG_DEVICE, "bytes come, but no RL866 frame at 38400 baud 8E1: wrong baud rate or other device"
    )


def test_a_stack_of_ten_is_read_in_hardly_more_than_the_time_of_its_exchanges() -> None:
    desk = a_pad()
    books = [a_book(number) for number in range(10)]
    before_s, spent_s = desk.now_s, desk.exchange_s
    lay(desk, *books)
    while len([event for event in desk.events if isinstance(event, TagRead)]) < len(books):
        desk.run(0.001)
    assert desk.now_s - before_s <= 1.10 * (desk.exchange_s - spent_s)


@pytest.mark.parametrize("wrong", [{"address": 256}, {"address": -1}, {"speed_baud": 300}, {"most_bytes": 3}])
def test_a_setting_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadSetting, match="of"):
        Rl866Settings(**wrong)


def a_bench(*tags: Tag) -> Bench:
    desk = Bench(Rl866Programmer(Rl866Settings()), Rl866Reader(*tags))
    desk.open()
    desk.run(4.0)
    return desk


def test_staff_write_the_memory_of_a_tag_and_it_is_read_back() -> None:
    tag = a_book(1, memory=bytearray(320))
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 2, bytes(range(240))))
    assert desk.run(3.0) == [DataWritten(tag.uid, 2, bytes(range(240)))]
    assert tag.memory[8:248] == bytes(range(240))
    assert (tag.writes, desk.reader.connected) == (2, None)


def test_a_torn_write_of_memory_is_found_and_mended() -> None:
    tag = a_book(1)
    desk = a_bench(tag)

    def torn(code: int) -> None:
        if code == READ and tag.writes == 1:
            tag.memory[4:8] = b"half"

    desk.reader.tearing = torn
    desk.orders(WriteData(tag.uid, 0, b"12345678"))
    assert desk.run(1.0) == [DataWritten(tag.uid, 0, b"12345678")]
    assert tag.writes == 2


def test_locked_blocks_are_told_and_not_tried_again() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, tag.blocks, b"1234"))
    assert desk.run(4.0) == [DataNotWritten(tag.uid, tag.blocks, WriteFailure.READER, 0)]
    assert codes(desk).count(WRITE) == 1

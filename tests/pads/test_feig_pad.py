"""Books on a FEIG pad: laid down, read, written, taken away; stories of a reader that does what it should."""

from __future__ import annotations

import pytest

from drivers.errors import Misuse
from drivers.health import Recovered
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.settings import FeigSettings
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
from tests.pads.feig_reader import OVERFLOW, RF_ERROR, Desk, Reader, Tag, a_book, asked

ON_LOAN, IN_STOCK = 0xC2, 0x07
WELL = Recovered("FEIG CPR.M02, firmware 1.07")
Pad = Desk[PadEvent, PadCommand]


def a_pad(*tags: Tag, settings: FeigSettings | None = None) -> Pad:
    """A pad in service, with these tags on it, told and read."""
    desk = Desk(FeigPad(settings or FeigSettings()), Reader(*tags))
    desk.open()
    desk.run(3.0)
    assert WELL in desk.events
    return desk


def lay(desk: Pad, *tags: Tag) -> None:
    desk.reader.tags |= {tag.uid: tag for tag in tags}


def take(desk: Pad, *tags: Tag) -> None:
    for tag in tags:
        del desk.reader.tags[tag.uid]


def read(tag: Tag) -> TagRead:
    return TagRead(tag.uid, tag.afi, tag.dsfid, tag.block_size, bytes(tag.memory[:128]))


def record_of(tag: Tag) -> bytes:
    """What an inventory shows of a tag that need not be able to answer anything else."""
    return b"\x03" + bytes((tag.dsfid,)) + bytes.fromhex(tag.uid)


def silent(tag: Tag) -> TagUnreadable:
    return TagUnreadable(tag.uid, "system information: status 01 (no transponder)")


def sub_commands(desk: Pad) -> list[int]:
    """Of the 0xB0 requests since the last look."""
    found = [request[3] for _, request in desk.sent if request[2] == 0xB0]
    desk.sent.clear()
    return found


def test_what_lay_there_is_told_and_read_before_the_pad_says_that_it_is_well() -> None:
    book, other = a_book(1), a_book(2)
    desk = Desk(FeigPad(FeigSettings()), Reader(book, other))
    desk.open()
    desk.run(3.0)
    assert desk.events == [TagSeen(book.uid), TagSeen(other.uid), read(book), read(other), WELL]


def test_a_pad_with_an_unreadable_tag_comes_up_all_the_same() -> None:
    desk = Desk(FeigPad(FeigSettings()), Reader())
    desk.reader.foreign_records = [record_of(a_book(1))]
    desk.open()
    desk.run(3.0)
    assert desk.events == [TagSeen(a_book(1).uid), silent(a_book(1)), WELL]


def test_a_book_is_seen_at_once_and_read_with_one_request_for_its_memory() -> None:
    desk = a_pad()
    desk.sent.clear()
    book = a_book(1)
    lay(desk, book)
    assert desk.run(0.3) == [TagSeen(book.uid), read(book)]
    assert [each for each in sub_commands(desk) if each != 0x01] == [0x2B, 0x23]


def test_a_book_that_lies_there_is_only_looked_at() -> None:
    desk = a_pad(a_book(1))
    desk.sent.clear()
    assert desk.run(10.0) == []
    assert set(sub_commands(desk)) == {0x01}


@pytest.mark.parametrize("minus_one", [True, False])
@pytest.mark.parametrize(("block_size", "size"), [(4, 112), (8, 128), (4, 32), (4, 1024), (8, 1000), (16, 512)])
def test_memory_is_read_whatever_its_layout(block_size: int, size: int, minus_one: bool) -> None:
    tag = a_book(1, block_size=block_size, memory=bytearray(index % 251 for index in range(size)), minus_one=minus_one)
    assert read(tag) in a_pad(tag).events


def test_a_tag_that_the_reader_counts_by_less_is_read_as_far_as_it_goes() -> None:
    """Without system information the size is unknown: fewer blocks are asked for until the tag gives them."""
    tag = a_book(1, memory=bytearray(range(36)), knows_system_information=False)
    assert TagRead(tag.uid, None, tag.dsfid, 4, bytes(tag.memory)) in a_pad(tag).events


def test_a_reader_that_gives_small_frames_is_asked_for_less() -> None:
    tag = a_book(1)
    desk = Desk(FeigPad(FeigSettings()), Reader(tag))
    desk.reader.most_answer_bytes = 64
    desk.open()
    desk.run(2.0)
    assert read(tag) in desk.events
    assert max(request[14] for _, request in desk.sent if request[3:4] == b"\x23") == 11


def test_memory_is_cut_where_the_setting_says() -> None:
    tag = a_book(1)
    events = a_pad(tag, settings=FeigSettings(most_bytes=32)).events
    assert TagRead(tag.uid, 7, 6, 4, bytes(tag.memory[:32])) in events


def test_blocks_are_not_turned_round_for_a_reader_that_sends_them_straight() -> None:
    tag = a_book(1, memory=bytearray(range(8)))
    events = a_pad(tag, settings=FeigSettings(reversed_blocks=False)).events
    assert TagRead(tag.uid, 7, 6, 4, bytes([3, 2, 1, 0, 7, 6, 5, 4])) in events


def test_a_stack_of_twelve_comes_in_three_answers() -> None:
    desk = a_pad()
    desk.sent.clear()
    books = [a_book(number) for number in range(12)]
    lay(desk, *books)
    events = desk.run(3.0)
    assert events[:12] == [TagSeen(book.uid) for book in books]
    assert events[12:] == [read(book) for book in books]
    modes = [request[4] for _, request in desk.sent if request[2:4] == b"\xb0\x01"]
    first_more = modes.index(0x80)
    assert modes[first_more - 1 : first_more + 3] == [0, 0x80, 0x80, 0]


def test_a_book_taken_away_is_gone_after_the_grace() -> None:
    book, other = a_book(1), a_book(2)
    desk = a_pad(book, other)
    take(desk, book)
    assert desk.run(0.5) == []
    assert desk.run(0.5) == [TagGone(book.uid)]


def test_a_book_missed_for_a_moment_is_not_gone() -> None:
    book = a_book(1)
    desk = a_pad(book)
    for _ in range(5):
        desk.reader.missed_uids = {book.uid}
        desk.run(0.5)
        desk.reader.missed_uids = set()
        desk.run(0.2)
    assert TagGone(book.uid) not in desk.events


@pytest.mark.parametrize("status", [RF_ERROR, OVERFLOW])
def test_a_book_missing_in_inventories_that_are_not_whole_is_given_longer(status: int) -> None:
    book, other = a_book(1), a_book(2)
    desk = a_pad(book, other)
    desk.reader.inventory_status = status
    take(desk, book)
    assert desk.run(2.0) == []
    assert desk.run(1.0) == [TagGone(book.uid)]


def test_a_reader_that_reports_a_tag_once_is_reset_before_each_look() -> None:
    book = a_book(1)
    desk = Desk(FeigPad(FeigSettings()), Reader(book))
    desk.reader.reports_once = True
    desk.open()
    desk.run(10.0)
    assert desk.events == [TagSeen(book.uid), read(book), WELL]
    take(desk, book)
    assert desk.run(1.0) == [TagGone(book.uid)]


def test_a_field_that_is_reset_gets_time_before_the_next_request() -> None:
    desk = a_pad()
    after = [
        later - at for (at, request), (later, _) in zip(desk.sent, desk.sent[1:], strict=False) if request[2] == 0x69
    ]
    assert after
    assert min(after) >= 0.02


def test_tags_that_are_forgotten_are_told_afresh_and_the_missing_one_as_gone() -> None:
    stays, leaves = a_book(1), a_book(2)
    desk = a_pad(stays, leaves)
    take(desk, leaves)
    desk.orders(ForgetTags())
    assert desk.run(1.0) == [TagSeen(stays.uid), read(stays), TagGone(leaves.uid)]


def test_a_book_is_read_again_when_asked() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(ReadAgain(book.uid))
    assert desk.run(0.5) == [read(book)]


def test_asking_for_a_book_that_is_not_there_ends_too() -> None:
    desk = a_pad()
    desk.orders(ReadAgain(a_book(1).uid))
    desk.orders(ReadAgain("not a UID"))
    assert desk.run(1.0) == [TagGone("not a UID"), TagGone(a_book(1).uid)]


def test_other_kinds_of_tags_are_counted_and_passed_over() -> None:
    book = a_book(1)
    desk = Desk(core := FeigPad(FeigSettings()), Reader(book))
    desk.reader.foreign_records = [bytes.fromhex("04000000000004A23B9C03"), bytes.fromhex("000102030405060708")]
    desk.open()
    desk.run(2.0)
    assert desk.events == [TagSeen(book.uid), read(book), WELL]
    assert core.tags_of_other_kinds == 2


def test_what_stands_before_a_record_of_an_unknown_type_is_kept() -> None:
    book = a_book(1)
    desk = a_pad()
    lay(desk, book)
    desk.reader.foreign_records = [record_of(a_book(2)), b"\x0b????"]
    assert desk.run(2.0) == [TagSeen(a_book(2).uid), silent(a_book(2))]


def test_a_uid_that_comes_twice_is_one_tag() -> None:
    book = a_book(1)
    desk = Desk(FeigPad(FeigSettings()), Reader(book))
    desk.reader.foreign_records = [record_of(book)]
    desk.open()
    desk.run(2.0)
    assert desk.events == [TagSeen(book.uid), read(book), WELL]


def test_a_write_is_done_when_it_was_read_back() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.sent.clear()
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert desk.run(0.3) == [WriteDone(book.uid, ON_LOAN)]
    assert [each for each in sub_commands(desk) if each != 0x01] == [0x27, 0x2B]
    assert (book.afi, book.writes) == (ON_LOAN, 1)


def test_writes_come_before_reads_of_new_tags() -> None:
    lent = a_book(1)
    desk = a_pad(lent)
    lay(desk, *(a_book(number) for number in range(2, 6)))
    while not isinstance(desk.events[-1], TagSeen):
        desk.run(0.01)
    desk.orders(WriteAfi(lent.uid, ON_LOAN))
    events = desk.run(2.0)
    reads = [event for event in events if isinstance(event, TagRead)]
    assert events.index(WriteDone(lent.uid, ON_LOAN)) < events.index(reads[1])


def test_two_writes_to_one_tag_are_done_in_turn() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    desk.orders(WriteAfi(book.uid, IN_STOCK))
    assert desk.run(0.5) == [WriteDone(book.uid, ON_LOAN), WriteDone(book.uid, IN_STOCK)]


def test_a_locked_afi_is_told_with_what_the_tag_holds() -> None:
    book = a_book(1, afi_locked=True)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert desk.run(0.5) == [WriteFailed(book.uid, WriteFailure.LOCKED, IN_STOCK)]


def test_a_locked_afi_that_is_already_right_is_no_failure() -> None:
    book = a_book(1, afi=ON_LOAN, afi_locked=True)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert desk.run(0.5) == [WriteDone(book.uid, ON_LOAN)]


def test_a_write_to_a_book_that_is_away_is_tried_and_given_up() -> None:
    book = a_book(1)
    desk = a_pad()
    desk.sent.clear()
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert desk.run(2.0) == [WriteFailed(book.uid, WriteFailure.TAG_AWAY, None)]
    tried = sub_commands(desk)
    assert tried.count(0x27) == 1
    assert tried.count(0x2B) > 5


def test_a_book_that_is_away_holds_up_no_other() -> None:
    away, here = a_book(1), a_book(2)
    desk = a_pad(here)
    desk.orders(WriteAfi(away.uid, ON_LOAN))
    desk.orders(WriteAfi(here.uid, ON_LOAN))
    assert desk.run(0.3) == [WriteDone(here.uid, ON_LOAN)]


def test_a_book_that_comes_back_in_time_is_written_after_a_look() -> None:
    book = a_book(1)
    desk = a_pad(book)
    take(desk, book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    desk.run(0.4)
    desk.sent.clear()
    lay(desk, book)
    assert WriteDone(book.uid, ON_LOAN) in desk.run(0.4)
    assert [each for each in sub_commands(desk) if each != 0x01] == [0x2B, 0x27, 0x2B]


def test_a_tag_that_does_not_keep_what_is_written_is_told_with_what_it_holds() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.before = lambda _: setattr(book, "afi", IN_STOCK)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert desk.run(5.0) == [WriteFailed(book.uid, WriteFailure.NOT_TAKEN, IN_STOCK)]


def test_a_uid_that_no_tag_can_have_is_away() -> None:
    desk = a_pad()
    desk.orders(WriteAfi("E0 04", ON_LOAN))
    assert desk.run(0.1) == [WriteFailed("E0 04", WriteFailure.TAG_AWAY, None)]


def test_an_afi_that_is_no_byte_is_the_caller_s_fault() -> None:
    with pytest.raises(Misuse):
        a_pad().orders(WriteAfi(a_book(1).uid, 256))


def test_a_newer_reader_is_spoken_to_in_its_own_form() -> None:
    book = a_book(1)
    desk = Desk(FeigPad(FeigSettings()), Reader(book))
    desk.reader.only_advanced = True
    desk.open()
    desk.run(2.0)
    assert [request for _, request in desk.sent][:2] == [asked("65"), bytes.fromhex("020007FF656E61")]
    assert {request[0] for _, request in desk.sent[1:]} == {0x02}
    assert desk.events == [TagSeen(book.uid), read(book), WELL]

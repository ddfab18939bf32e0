"""Books on a 3M pad: laid down, read, secured, taken away; stories of a reader that does what it should."""

from __future__ import annotations

import pytest

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.m3_210.core import M3Pad
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.protocol import (
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
from tests.pads.desk import Line, Tag, a_book
from tests.pads.m3_reader import GET_AFI, GET_DSFID, INFO, INVENTORY, NOT_READ, READ, Desk, M3Reader

SECURED, FREE = 0xD7, 0xDA
WELL = Recovered("3M reader, version 3.2.6")
Pad = Desk[PadEvent, PadCommand]


def a_desk(*tags: Tag, settings: M3Settings | None = None) -> Pad:
    return Desk(M3Pad(settings or M3Settings()), M3Reader(*tags))


def a_pad(*tags: Tag, settings: M3Settings | None = None) -> Pad:
    """A pad in service, with these tags on it, told and read."""
    desk = a_desk(*tags, settings=settings)
    desk.open()
    desk.run(4.0)
    assert WELL in desk.events
    return desk


def read(tag: Tag) -> TagRead:
    return TagRead(tag.uid, tag.afi, tag.dsfid, 4, bytes(tag.memory[:128]))


def commands(desk: Pad) -> list[int]:
    """Of the requests since the last look, inventories left out."""
    found = [request[3] for _, request in desk.sent if request[3] != INVENTORY]
    desk.sent.clear()
    return found


def test_a_book_is_read_in_two_exchanges_and_then_only_looked_at() -> None:
    desk, book = a_pad(), a_book(1)
    commands(desk)
    desk.reader.tags[book.uid] = book
    assert desk.run(0.6) == [TagSeen(book.uid), read(book)]
    assert commands(desk) == [INFO, READ]
    assert desk.run(10.0) == []
    assert commands(desk) == []


def test_a_stack_comes_in_one_answer_however_often_a_uid_is_told() -> None:
    desk = a_pad()
    desk.reader.tells_twice = True
    books = [a_book(number) for number in range(10)]
    desk.reader.tags = {book.uid: book for book in books}
    assert desk.run(6.0) == [*(TagSeen(book.uid) for book in books), *map(read, books)]


def test_a_stack_of_ten_is_read_in_little_more_than_its_time_on_air_and_wire() -> None:
    desk = a_pad()
    desk.sent.clear()
    desk.exchange_s = 0.0
    desk.reader.tags = {book.uid: book for book in (a_book(number) for number in range(10))}
    while sum(isinstance(event, TagRead) for event in desk.events) < 10:
        desk.run(0.001)
        assert desk.now_s < 200.0
    assert (desk.now_s - desk.sent[0][0]) / desk.exchange_s <= 1.10


def test_a_book_taken_away_is_gone_after_the_grace() -> None:
    book, other = a_book(1), a_book(2)
    desk = a_pad(book, other)
    del desk.reader.tags[book.uid]
    assert desk.run(0.5) == []
    assert desk.run(0.6) == [TagGone(book.uid)]


def test_a_tag_that_is_not_iso_15693_by_its_uid_is_counted_and_passed_over() -> None:
    """One of the two tags of the manual's example begins with 00."""
    book = a_book(1)
    desk = Desk(core := M3Pad(M3Settings()), M3Reader(book))
    desk.reader.foreign_uids = [bytes.fromhex("0000000000AD6302")]
    desk.open()
    desk.run(3.0)
    assert desk.events == [TagSeen(book.uid), read(book), WELL]
    assert core.tags_of_other_kinds == 1


@pytest.mark.parametrize("new_style", [True, False])
@pytest.mark.parametrize("size", [32, 36, 112, 1000])
def test_memory_is_read_in_both_styles_whatever_its_size(size: int, new_style: bool) -> None:
    tag = a_book(1, memory=bytearray(index % 251 for index in range(size)))
    desk = a_desk(tag)
    desk.reader.new_style = new_style
    desk.open()
    desk.run(3.0)
    assert read(tag) in desk.events


@pytest.mark.parametrize(
    ("gets", "asked"),
    [
        (0x07, [INFO, READ]),
        (0x06, [INFO, GET_DSFID, READ]),
        (0x05, [INFO, GET_AFI, READ]),
        (0x04, [INFO, GET_AFI, GET_DSFID, READ]),
    ],
)
def test_what_tag_information_leaves_out_is_asked_for(gets: int, asked: list[int]) -> None:
    desk, book = a_pad(), a_book(1)
    desk.reader.gets = gets
    commands(desk)
    desk.reader.tags[book.uid] = book
    assert desk.run(1.0) == [TagSeen(book.uid), read(book)]
    assert commands(desk) == asked


def test_a_reader_without_tag_information_is_asked_for_it_once() -> None:
    """The size is unknown then: blocks are read up to the first that is not there."""
    one, two = a_book(1, memory=bytearray(range(36))), a_book(2, memory=bytearray(range(100, 136)))
    desk = a_desk(one, two)
    desk.reader.unknown = {INFO}
    desk.open()
    desk.run(4.0)
    assert desk.events == [TagSeen(one.uid), TagSeen(two.uid), read(one), read(two), WELL]
    assert commands(desk).count(INFO) == 1


def test_a_tag_that_tells_nothing_of_itself_is_read_all_the_same() -> None:
    tag = a_book(1, memory=bytearray(range(28)), knows_system_information=False)
    assert TagRead(tag.uid, None, None, 4, bytes(tag.memory)) in a_pad(tag).events


@pytest.mark.parametrize("how", ["refuses", "says nothing"])
def test_a_reader_that_has_room_for_few_blocks_is_asked_for_fewer(how: str) -> None:
    tag = a_book(1)
    desk = a_desk(tag)
    if how == "refuses":
        desk.reader.most_blocks = 8
    else:
        desk.reader.mute_above_blocks = 8
    desk.open()
    desk.run(15.0)
    assert read(tag) in desk.events


def test_a_block_that_cannot_be_read_makes_its_tag_unreadable_and_says_which() -> None:
    tag = a_book(1)
    desk = a_desk(tag)
    desk.reader.lock_bytes = {3: NOT_READ}
    desk.open()
    desk.run(4.0)
    assert TagUnreadable(tag.uid, "block 3: error 15 (not read)") in desk.events


def test_a_block_that_was_not_read_for_a_moment_is_asked_for_again() -> None:
    tag = a_book(1)
    desk = a_desk(tag)
    desk.reader.lock_bytes = {3: NOT_READ}
    desk.reader.before = lambda request: desk.reader.lock_bytes.clear() if request[3:13:9] == b"\x02\x03" else None
    desk.open()
    desk.run(4.0)
    assert read(tag) in desk.events


def test_locked_blocks_are_read_like_others() -> None:
    tag = a_book(1)
    desk = a_desk(tag)
    desk.reader.lock_bytes = {0: 1, 3: 2, 4: 3}
    desk.open()
    desk.run(4.0)
    assert read(tag) in desk.events


def test_a_tag_with_larger_blocks_than_the_answers_hold_is_said_to_be_unreadable() -> None:
    tag = a_book(1, block_size=8, memory=bytearray(64))
    assert TagUnreadable(tag.uid, "block 0: no blocks of 8 bytes in the answer") in a_pad(tag).events


def test_a_book_is_read_again_when_asked() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(ReadAgain(book.uid))
    assert desk.run(0.6) == [read(book)]


def test_tries_to_write_end_by_time_and_not_by_count() -> None:
    """Others' code tries a hundred times: here the tenth write holds, and none of a thousand would in time."""
    book = a_book(1, afi=FREE)
    desk = a_pad(book)
    desk.reader.writes_missed = 9
    desk.orders(WriteAfi(book.uid, SECURED))
    assert desk.run(3.0) == [WriteDone(book.uid, SECURED)]
    assert book.writes == 1
    desk.reader.writes_missed = 1_000
    desk.orders(WriteAfi(book.uid, FREE))
    assert desk.run(4.0) == [WriteFailed(book.uid, WriteFailure.NOT_TAKEN, SECURED)]


def test_a_tag_that_does_not_keep_what_is_written_is_told_with_what_it_holds() -> None:
    book = a_book(1, afi=FREE)
    desk = a_pad(book)
    desk.reader.before = lambda _: setattr(book, "afi", FREE)
    desk.orders(WriteAfi(book.uid, SECURED))
    assert desk.run(5.0) == [WriteFailed(book.uid, WriteFailure.NOT_TAKEN, FREE)]


def test_a_write_to_a_book_that_is_away_is_given_up() -> None:
    desk = a_pad()
    desk.orders(WriteAfi(a_book(1).uid, SECURED))
    assert desk.run(2.0) == [WriteFailed(a_book(1).uid, WriteFailure.TAG_AWAY, None)]


def test_an_810_that_sleeps_is_woken_and_stays_awake() -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.reader.is_810 = desk.reader.asleep = True
    desk.open()
    desk.run(4.0)
    assert desk.events == [TagSeen(book.uid), read(book), Recovered("3M 810, version 5.0.2")]


def test_an_810_that_fell_asleep_again_is_woken_by_the_knock() -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.reader.is_810 = desk.reader.asleep = True
    desk.open()
    desk.run(4.0)
    desk.reader.asleep = True
    assert desk.run(4.0) == []
    assert not desk.reader.asleep


def test_an_810_that_was_awake_at_first_is_woken_when_it_is_greeted_again() -> None:
    """It answered the version, so it is knocked at with that; it counts as gone before it is probed."""
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.is_810 = desk.reader.asleep = True
    assert desk.run(8.0) == [
        Faulted(FaultCode.NO_ANSWER, "no answer in 3 tries at 19200 baud 8N1"),
        TagSeen(book.uid),
        read(book),
        Recovered("3M 810, version 5.0.2"),
    ]


def test_an_810_that_does_not_answer_its_start_up_works_all_the_same() -> None:
    desk = a_desk()
    desk.reader.is_810 = desk.reader.asleep = True
    desk.line = Line(lambda answer: [] if answer[3] == 0x13 else [(0.0, answer)])
    desk.open()
    assert desk.run(5.0) == [Recovered("3M 810, version 5.0.2")]


def test_nobody_there_and_another_device_are_told_apart() -> None:
    desk = a_desk()
    desk.reader.alive = False
    desk.open()
    assert desk.run(5.0) == [Faulted(FaultCode.NO_ANSWER, "no answer in 3 tries at 19200 baud 8N1")]
    other = Desk(M3Pad(M3Settings()), M3Reader(), Line(lambda _: [(0.0, b"\xf8\x1e\x00\x9c\x00\x7f\x00\xe0" * 4)]))
    other.open()
    assert other.run(9.0) == [
        Faulted(
            FaultCode.WRONG_DEVICE, "bytes come, but no 3M frame at 19200 baud 8N1: wrong baud rate or other device"
        )
    ]


def test_a_reader_that_will_not_look_says_why() -> None:
    desk = a_pad()
    desk.reader.inventory_error = 0xFE
    assert desk.run(5.0) == [
        Faulted(FaultCode.DEVICE_ERROR, "inventory refused: error FE (the reader has no memory left)")
    ]
    desk.reader.inventory_error = 0
    assert desk.run(1.0) == [WELL]


def test_a_reader_that_answers_an_empty_pad_with_no_transponder_is_well() -> None:
    desk = a_pad()
    desk.reader.inventory_error = 0x06
    assert desk.run(5.0) == []


@pytest.mark.parametrize(
    "wrong", [{"speed_baud": 300}, {"blocks_at_once": 0}, {"blocks_at_once": 256}, {"most_bytes": 3}]
)
def test_a_setting_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadSetting, match="of"):
        M3Settings(**wrong)

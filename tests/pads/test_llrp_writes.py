"""Books that are secured and opened on a UHF pad. In virtual time."""

from __future__ import annotations

import pytest

from drivers.errors import Misuse
from drivers.pads.llrp.settings import LlrpPadSettings
from drivers.pads.protocol import ReadAgain, TagGone, TagRead, TagSeen, WriteAfi, WriteDone, WriteFailed, WriteFailure
from tests.gates.llrp_reader import ADD_ACCESS, ENABLE_ACCESS, PARAMETER_ERROR, Tag
from tests.pads.llrp_desk import FOREIGN, IN_STOCK, ON_LOAN, a_book, a_pad, a_university_book, afi, read, uid


@pytest.mark.parametrize("book", [a_book(1), a_university_book()])
def test_a_book_is_lent_and_returned(book: Tag) -> None:
    desk = a_pad(book)
    name = uid(book)
    desk.orders(WriteAfi(name, ON_LOAN))
    assert desk.run(1.0) == [WriteDone(name, ON_LOAN)]
    assert afi(book) == ON_LOAN
    assert uid(book) == name
    desk.orders(WriteAfi(name, IN_STOCK))
    assert desk.run(1.0) == [WriteDone(name, IN_STOCK)]
    assert afi(book) == IN_STOCK


def test_only_the_mark_of_a_tag_is_changed() -> None:
    book, university = a_book(1), a_university_book()
    university.uii = bytes((0x15,)) + university.uii[1:]
    desk = a_pad(book, university)
    for tag in (book, university):
        desk.orders(WriteAfi(uid(tag), ON_LOAN))
    length_and_umi = book.pc & 0xFF00
    desk.run(1.0)
    assert book.writes == [(1, length_and_umi | ON_LOAN)]
    assert university.writes == [(2, 0x9500)], "the sorting bin stays"


def test_a_lent_university_book_has_the_name_that_it_has_in_stock() -> None:
    book = a_university_book(on_loan=True)
    desk = a_pad(book)
    assert desk.events[:2] == [TagSeen(uid(book)), read(book)]
    assert uid(book).startswith("00")
    desk.reader.tags = []
    desk.run(2.0)
    book.uii = bytes((0,)) + book.uii[1:]
    desk.reader.tags = [book]
    assert desk.run(1.0) == [TagSeen(uid(book)), read(book)]


def test_a_book_that_already_is_so_is_not_written() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), IN_STOCK))
    assert desk.run(1.0) == [WriteDone(uid(book), IN_STOCK)]
    assert book.writes == []


def test_a_stack_is_lent_tag_by_tag() -> None:
    books = [a_book(number) for number in range(10)]
    desk = a_pad(*books)
    for book in books:
        desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(3.0) == [WriteDone(uid(book), ON_LOAN) for book in books]
    assert all(afi(book) == ON_LOAN for book in books)
    assert len(desk.reader.specs) == 1, "no order is left behind in the reader"


def test_two_orders_for_one_tag_are_done_in_turn() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    desk.orders(WriteAfi(uid(book), 0x21))
    assert desk.run(1.0) == [WriteDone(uid(book), ON_LOAN), WriteDone(uid(book), 0x21)]


def test_a_write_that_the_tag_forgets_is_done_again() -> None:
    book = a_book(1)
    book.forgets = 2
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(2.0) == [WriteDone(uid(book), ON_LOAN)]
    assert len(book.writes) == 3


def test_a_tag_that_never_keeps_it_is_told_with_what_it_holds() -> None:
    book = a_book(1)
    book.forgets = 1_000
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(5.0) == [WriteFailed(uid(book), WriteFailure.NOT_TAKEN, IN_STOCK)]
    assert len(book.writes) < 20


def test_a_locked_tag_is_told_as_locked() -> None:
    book = a_book(1)
    book.locked = True
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(2.0) == [WriteFailed(uid(book), WriteFailure.LOCKED, IN_STOCK)]


def test_a_tag_without_a_place_for_an_afi_is_not_written() -> None:
    tag = Tag(FOREIGN, 0x3000)
    desk = a_pad(tag)
    assert TagRead(FOREIGN.hex().upper(), None, None, 2, b"", b"\x30\x00" + FOREIGN) in desk.events
    desk.orders(WriteAfi(FOREIGN.hex().upper(), ON_LOAN))
    assert desk.run(1.0) == [WriteFailed(FOREIGN.hex().upper(), WriteFailure.LOCKED, None)]
    assert tag.writes == []


def test_eas_is_nothing_that_a_uhf_tag_has() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), ON_LOAN, eas=False))
    assert desk.run(1.0) == [WriteFailed(uid(book), WriteFailure.LOCKED, None)]
    assert book.writes == []


def test_an_afi_that_is_no_byte_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(Misuse):
        a_pad().orders(WriteAfi("00", 256))


def test_a_tag_that_is_not_there_is_told_at_once() -> None:
    desk = a_pad()
    desk.orders(WriteAfi("0102", ON_LOAN))
    desk.orders(ReadAgain("0102"))
    assert desk.run(0.1) == [WriteFailed("0102", WriteFailure.TAG_AWAY, None), TagGone("0102")]


def test_a_write_does_not_wait_until_everybody_is_read() -> None:
    """Only the first AccessSpec that fits a tag is done: reading would be done in its place."""
    book, other = a_book(1), a_book(2)
    desk = a_pad(book)
    desk.reader.tags.append(other)
    desk.reader.before = lambda kind, _: desk.orders(WriteAfi(uid(book), ON_LOAN)) if kind == ENABLE_ACCESS else None
    desk.run(0.02)
    desk.reader.before = lambda kind, body: None
    assert WriteDone(uid(book), ON_LOAN) in desk.run(0.2)


def test_a_new_tag_waits_for_a_write_and_is_then_read_whole() -> None:
    book, new = a_book(1), a_book(2)
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    desk.reader.tags = [new]
    assert [event for event in desk.run(3.0) if isinstance(event, TagRead)] == [read(new)]


def test_a_tag_that_answered_a_moment_ago_is_not_away_yet() -> None:
    book = a_book(1)
    book.forgets = 1_000
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(1.5) == []
    book.deaf = True
    assert desk.run(0.6) == []
    book.deaf, book.forgets = False, 0
    assert desk.run(1.0) == [WriteDone(uid(book), ON_LOAN)]


def test_a_tag_that_is_seen_and_does_nothing_is_away_for_a_write() -> None:
    book = a_book(1)
    desk = a_pad(book)
    book.deaf = True
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(3.0) == [WriteFailed(uid(book), WriteFailure.TAG_AWAY, None)]


def test_a_book_pulled_away_while_it_is_written_is_never_written_later() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.before = lambda kind, _: desk.reader.tags.clear() if kind == ENABLE_ACCESS else None
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(3.0) == [TagGone(uid(book)), WriteFailed(uid(book), WriteFailure.TAG_AWAY, None)]
    desk.reader.before = lambda kind, body: None
    desk.reader.tags = [book]
    assert desk.run(2.0) == [TagSeen(uid(book)), read(book)]
    assert book.writes == []


def test_a_reader_that_refuses_to_do_it_is_told_as_the_reader() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.refuses[ADD_ACCESS] = PARAMETER_ERROR
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(1.0) == [WriteFailed(uid(book), WriteFailure.READER, None)]


def test_more_orders_than_a_pad_can_hold_end_at_once() -> None:
    book = a_book(1)
    desk = a_pad(book)
    for _ in range(300):
        desk.orders(WriteAfi(uid(book), IN_STOCK))
    assert desk.run(0.01).count(WriteFailed(uid(book), WriteFailure.READER, None)) == 300 - 256
    desk.run(60.0)
    assert desk.events.count(WriteDone(uid(book), IN_STOCK)) == 256


def test_a_university_tag_takes_the_afis_that_stand_for_its_bit() -> None:
    book = a_university_book()
    desk = a_pad(book, settings=LlrpPadSettings(afi_in_stock=0xDA, afi_on_loan=0xD7))
    desk.orders(WriteAfi(uid(book), 0xD7))
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(1.0) == [WriteDone(uid(book), 0xD7), WriteFailed(uid(book), WriteFailure.LOCKED, 0xD7)]


def test_a_book_whose_answer_is_lost_is_looked_at_before_it_is_written_again() -> None:
    book = a_book(1)
    desk = a_pad(book)
    lost: list[bytes] = []

    def loses_the_write(report: bytes) -> bytes:
        if book.writes and not lost:
            lost.append(report)
            return b""
        return report

    desk.reader.spoils = loses_the_write
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(3.0) == [WriteDone(uid(book), ON_LOAN)]
    assert len(book.writes) == 1

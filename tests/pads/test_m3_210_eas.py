"""AFI and EAS bit in one order: on a 3M pad a bit that is off looks like a tag that is away."""

from __future__ import annotations

import pytest

from drivers.errors import Misuse
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.m3_210.core import M3Pad
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.protocol import PadCommand, PadEvent, WriteAfi, WriteDone, WriteFailed, WriteFailure
from tests.pads.desk import Tag, a_book
from tests.pads.m3_reader import CHECK_EAS, GET_AFI, INVENTORY, SET_EAS, WRITE_AFI, Desk, M3Reader, said

IN_STOCK, ON_LOAN = 0x07, 0xC2
Pad = Desk[PadEvent, PadCommand]


def a_pad(*tags: Tag) -> Pad:
    desk = Desk(M3Pad(M3Settings()), M3Reader(*tags))
    desk.open()
    desk.run(4.0)
    desk.sent.clear()
    return desk


def commands(desk: Pad) -> list[int]:
    return [request[3] for _, request in desk.sent if request[3] != INVENTORY]


def test_a_book_is_secured_with_both_and_each_is_read_back() -> None:
    book = a_book(1, afi=ON_LOAN)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, IN_STOCK, eas=True))
    assert desk.run(1.0) == [WriteDone(book.uid, IN_STOCK, eas=True)]
    assert commands(desk) == [WRITE_AFI, GET_AFI, SET_EAS, CHECK_EAS]
    assert (book.afi, book.eas) == (IN_STOCK, True)


def test_a_bit_that_is_off_is_believed_beside_a_tag_that_is_there() -> None:
    book = a_book(1, eas=True)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert desk.run(1.0) == [WriteDone(book.uid, ON_LOAN, eas=False)]
    assert commands(desk)[2:] == [SET_EAS, CHECK_EAS, GET_AFI, CHECK_EAS, GET_AFI]


def test_a_reader_that_says_that_the_bit_is_off_is_believed_at_once() -> None:
    book = a_book(1, eas=True)
    desk = a_pad(book)
    off = said(f"03 00 {book.uid} 00")
    desk.line.pieces = lambda answer: [(0.0, off if answer[3] == CHECK_EAS else answer)]
    desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert desk.run(1.0) == [WriteDone(book.uid, ON_LOAN, eas=False)]
    assert commands(desk)[2:] == [SET_EAS, CHECK_EAS]


def test_a_book_pulled_away_while_its_bit_is_cleared_is_not_called_done() -> None:
    """The check finds no transponder, as it would with the bit off; the book is not there."""
    book = a_book(1, eas=True)
    desk = a_pad(book)

    def leaves(request: bytes) -> None:
        if request[3] == SET_EAS:
            desk.reader.tags.clear()

    desk.reader.before = leaves
    desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert WriteFailed(book.uid, WriteFailure.TAG_AWAY, ON_LOAN) in desk.run(4.0)
    assert book.eas


def test_a_check_missed_once_is_no_bit_that_is_off() -> None:
    """One check of a bit that is on is lost on the air: error 06 with the tag there."""
    book = a_book(1, eas=True, eas_locked=True)
    desk = a_pad(book)
    missed = iter([True])
    lost = said("03 06")
    desk.line.pieces = lambda answer: [(0.0, lost if answer[3] == CHECK_EAS and next(missed, False) else answer)]
    desk.orders(WriteAfi(book.uid, ON_LOAN, eas=False))
    assert desk.run(5.0) == [WriteFailed(book.uid, WriteFailure.LOCKED, ON_LOAN)]


def test_a_chip_without_the_bit_is_told_as_such() -> None:
    book = a_book(1, eas_locked=True)
    desk = a_pad(book)
    desk.line.pieces = lambda answer: [(0.0, said("03 30") if answer[3] == CHECK_EAS else answer)]
    desk.orders(WriteAfi(book.uid, IN_STOCK, eas=True))
    assert desk.run(1.0) == [WriteFailed(book.uid, WriteFailure.LOCKED, IN_STOCK)]


def test_a_success_without_a_value_says_nothing() -> None:
    book = a_book(1)
    desk = a_pad(book)
    nothing = said(f"03 00 {book.uid}")
    desk.line.pieces = lambda answer: [(0.0, nothing if answer[3] == CHECK_EAS else answer)]
    desk.orders(WriteAfi(book.uid, IN_STOCK, eas=True))
    assert desk.run(8.0) == [WriteFailed(book.uid, WriteFailure.READER, IN_STOCK)]


def test_an_afi_that_cannot_be_written_leaves_the_bit_alone() -> None:
    book = a_book(1, afi=ON_LOAN, afi_locked=True)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, IN_STOCK, eas=True))
    assert desk.run(1.0) == [WriteFailed(book.uid, WriteFailure.LOCKED, ON_LOAN)]
    assert not book.eas


def test_an_order_with_a_bit_ends_when_the_port_goes() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(WriteAfi(book.uid, IN_STOCK, eas=True))
    while SET_EAS not in commands(desk):
        desk.run(0.005)
    assert desk.lose()[0] == WriteFailed(book.uid, WriteFailure.READER, IN_STOCK)


def test_a_pad_that_cannot_write_the_bit_refuses_the_order() -> None:
    pad = FeigPad(FeigSettings())
    pad.port_opened(0.0)
    with pytest.raises(Misuse, match="EAS"):
        pad.submit(WriteAfi(a_book(1).uid, IN_STOCK, eas=True), 0.0)

"""Worked and captured conversations with 3M pads, byte for byte: `asks` must leave, `says` arrives."""

from __future__ import annotations

from drivers.health import Recovered
from drivers.pads.m3_210.core import M3Pad
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.protocol import (
    TagRead,
    TagSeen,
    WriteAfi,
    WriteDone,
    WriteFailed,
    WriteFailure,
)
from tests.pads.m3_reader import said
from tests.pads.talk import Talk

BOOK = "E007000001234567"
SECURED, FREE = 0xD7, 0xDA

VERSION = "d60003116420", "d6000811000a0302063517"
LOOK = "d60005fe0005fa40"
NOBODY = "d60007fe00000500c97b"
THE_BOOK_TWICE = "d60017fe00000502e007000001234567e007000001234567b594"
INFO = said("0d e007000001234567 07").hex()
FREE_TWO_BLOCKS = said("0d 00 e007000001234567 07 3e da 03 01").hex()
READ_2 = "d6000d02e00700000123456700023367"
TWO_BLOCKS = "d600190200e007000001234567020000041100000100323030 39dfb6".replace(" ", "")
WRITE_D7 = "d6000c09e007000001234567d7f4f7"
NO_TRANSPONDER = "d6000409067da1"
WRITTEN = "d6000c0900e00700000123456783e6"
GET_AFI = "d6000b0ae00700000123456711cb"
HOLDS_DA = "d6000d0a00e007000001234567da485c"
HOLDS_D7 = "d6000d0a00e007000001234567d799f1"


def with_one_book() -> Talk:
    talk = Talk(M3Pad(M3Settings()))
    talk.exchange(*VERSION, LOOK, THE_BOOK_TWICE, INFO, FREE_TWO_BLOCKS, READ_2, TWO_BLOCKS, LOOK, THE_BOOK_TWICE)
    return talk


def test_a_book_that_the_reader_tells_twice_is_read_once_and_secured() -> None:
    """The trace of the pages: the first write finds no transponder, and the look says that it must be written again."""
    talk = with_one_book()
    assert talk.takes() == [
        TagSeen(BOOK),
        TagRead(BOOK, FREE, 0x3E, 4, bytes.fromhex("0411000032303039")),
        Recovered("3M reader, version 3.2.6"),
    ]
    talk.orders(WriteAfi(BOOK, SECURED))
    talk.exchange(WRITE_D7, NO_TRANSPONDER, GET_AFI, HOLDS_DA)
    while (request := talk.next_request().hex()) == LOOK:
        talk.says(THE_BOOK_TWICE)
    assert request == WRITE_D7
    talk.says(WRITTEN)
    assert talk.takes() == [], "done by word of the reader is not done"
    talk.exchange(GET_AFI, HOLDS_D7)
    assert talk.takes() == [WriteDone(BOOK, SECURED)]


def test_a_write_that_the_reader_calls_failed_was_done_after_all() -> None:
    talk = with_one_book()
    talk.takes()
    talk.orders(WriteAfi(BOOK, SECURED))
    talk.exchange(WRITE_D7, NO_TRANSPONDER, GET_AFI, HOLDS_D7)
    assert talk.takes() == [WriteDone(BOOK, SECURED)]


def test_a_locked_afi_is_not_written_again() -> None:
    talk = with_one_book()
    talk.takes()
    talk.orders(WriteAfi(BOOK, SECURED))
    talk.exchange(WRITE_D7, "d6000c0912e007000001234567167f", GET_AFI, HOLDS_DA)
    assert talk.takes() == [WriteFailed(BOOK, WriteFailure.LOCKED, FREE)]


def test_a_late_answer_about_another_book_is_not_taken() -> None:
    talk = with_one_book()
    talk.takes()
    talk.orders(WriteAfi(BOOK, SECURED))
    talk.exchange(WRITE_D7, WRITTEN)
    talk.asks(GET_AFI)
    talk.says(said("0a 00 e007000001aaaaaa d7").hex())
    assert talk.takes() == []
    talk.says(HOLDS_D7)
    assert talk.takes() == [WriteDone(BOOK, SECURED)]


def test_a_write_without_an_answer_is_followed_by_a_knock_and_a_look() -> None:
    """While the reader works it ignores everything: it is waited for, and then asked something that needs no tag."""
    talk = with_one_book()
    talk.takes()
    talk.orders(WriteAfi(BOOK, SECURED))
    talk.asks(WRITE_D7)
    asked_s = talk.now_s
    talk.asks(VERSION[0])
    assert 1.5 <= talk.now_s - asked_s <= 1.7
    talk.says(WRITTEN)
    talk.says(VERSION[1])
    talk.exchange(GET_AFI, HOLDS_D7)
    assert talk.takes() == [WriteDone(BOOK, SECURED)]


PROBE = "d500050400118c66", "d500090400110a0500027250"
START_UP = "d6000c13040100020003000400aaf2", "d6000c13000201010302020300e778"
ONE, TWO = "E004010031269117", "E00401001F77FB98"
BLOCKS = said(
    "02 00 e004010031269117 08 0000 04110001 0100 31333032 0200 30393939 0300 39390000"
    "0400 00000000 0500 00000000 0600 00000000 0700 00000000"
).hex()
CARD_BLOCKS = said(
    "02 00 e00401001f77fb98 08 0000 04110000 0100 32303030 0200 30303030 0300 30303432"
    "0400 00000000 0500 00000000 0600 00000000 0700 00000000"
).hex()


def test_a_captured_810_is_woken_and_its_two_tags_are_read() -> None:
    """Captured: github dpavlin/koha-rfid-3m810-js tests/fixtures/live-capture.txt; CRCs computed.

    Whether an 810 knows tag information was not captured: this one does not.
    """
    talk = Talk(M3Pad(M3Settings(most_bytes=32)))
    talk.asks("d60003116420")
    talk.exchange(*PROBE, *START_UP)
    talk.exchange(LOOK, said("fe 00 00 05 02 e004010031269117 e00401001f77fb98").hex())
    talk.exchange(said("0d e004010031269117 07").hex(), said("0d 02").hex())
    talk.exchange("d6000b0ae004010031269117ec84", said("0a 00 e004010031269117 da").hex())
    talk.exchange(said("0f e004010031269117").hex(), said("0f 00 e004010031269117 00").hex())
    talk.exchange("d6000d02e00401003126911700084e9b", BLOCKS)
    talk.exchange("d6000b0ae00401001f77fb9894e8", said("0a 00 e00401001f77fb98 da").hex())
    talk.exchange(said("0f e00401001f77fb98").hex(), said("0f 00 e00401001f77fb98 00").hex())
    talk.exchange("d6000d02e00401001f77fb9800086241", CARD_BLOCKS)
    assert talk.takes() == [
        TagSeen(ONE),
        TagSeen(TWO),
        TagRead(ONE, 0xDA, 0, 4, b"\x04\x11\0\x01" + b"1302099999".ljust(28, b"\0")),
        TagRead(TWO, 0xDA, 0, 4, b"\x04\x11\0\0" + b"200000000042".ljust(28, b"\0")),
    ]
    talk.exchange(LOOK, NOBODY)
    assert talk.takes() == [Recovered("3M 810, version 5.0.2")]

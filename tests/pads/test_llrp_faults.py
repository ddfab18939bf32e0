"""A UHF pad whose reader cannot do everything, has trouble, or goes away. In virtual time."""

from __future__ import annotations

import pytest

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted
from drivers.llrp.settings import LlrpSettings
from drivers.pads.llrp.core import LlrpPad
from drivers.pads.llrp.settings import LlrpPadSettings
from drivers.pads.protocol import (
    ReadAgain,
    TagGone,
    TagRead,
    TagSeen,
    TagUnreadable,
    WriteAfi,
    WriteFailed,
    WriteFailure,
)
from tests.gates.llrp_reader import (
    ADD_ACCESS,
    DELETE_ACCESS,
    DISABLE_ACCESS,
    ENABLE_ACCESS,
    PARAMETER_ERROR,
    Reader,
    Tag,
    exception,
    message,
    tlv,
)
from tests.pads.llrp_desk import IN_STOCK, ON_LOAN, WELL, Pad, a_book, a_pad, a_university_book, afi, kinds, read, uid


@pytest.mark.parametrize("kind", [ADD_ACCESS, ENABLE_ACCESS])
def test_a_reader_that_reads_no_memory_still_tells_what_lies_there(kind: int) -> None:
    book = a_book(1)
    desk = Pad(LlrpPad(LlrpPadSettings()), Reader(book))
    desk.reader.refuses[kind] = PARAMETER_ERROR
    desk.connect()
    assert desk.run(3.0) == [
        TagSeen(uid(book)),
        TagRead(uid(book), IN_STOCK, None, 2, b"", book.pc.to_bytes(2) + book.uii),
        WELL,
    ]
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(3.0) == [WriteFailed(uid(book), WriteFailure.READER, None)]
    assert kinds(desk)[kind] == 2


def test_a_reader_that_does_not_tell_the_pc_is_asked_to_read_it() -> None:
    book, university = a_book(1), a_university_book(on_loan=True)
    desk = Pad(LlrpPad(LlrpPadSettings()), Reader(book, university))
    desk.reader.tells_pc = False
    desk.connect()
    told = desk.run(3.0)
    assert [event for event in told if isinstance(event, TagRead)] == [read(book), read(university)]
    assert told[-1] == WELL
    before = kinds(desk)[DISABLE_ACCESS]
    desk.orders(WriteAfi(uid(university), IN_STOCK))
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert len(desk.run(3.0)) == 2, "no tag comes or goes with that"
    assert kinds(desk)[DISABLE_ACCESS] == before, "and none has to be read again"
    assert (afi(university), afi(book)) == (IN_STOCK, ON_LOAN)


def test_a_tag_of_which_not_even_the_pc_can_be_read_is_told_as_unreadable() -> None:
    book = a_book(1)
    book.deaf = True
    desk = Pad(LlrpPad(LlrpPadSettings()), Reader(book))
    desk.reader.tells_pc = False
    desk.connect()
    seen, unreadable, well = desk.run(3.0)
    assert (seen, well) == (TagSeen(uid(book)), WELL)
    assert isinstance(unreadable, TagUnreadable)


def test_a_tag_whose_bank_11_cannot_be_read_is_told_without_it() -> None:
    book = a_book(1)
    book.user = b""
    desk = a_pad()
    desk.reader.tags = [book]
    assert desk.run(0.2) == [TagSeen(uid(book)), read(book)]


def test_a_nameless_tag_that_goes_again_is_never_told() -> None:
    desk = a_pad()
    desk.reader.tells_pc = False
    desk.reader.refuses[ENABLE_ACCESS] = PARAMETER_ERROR
    desk.reader.tags = [a_book(1)]
    assert desk.run(0.1) == []
    desk.reader.tags = []
    assert desk.run(5.0) == []


def test_more_tags_than_a_pad_has_room_for_are_not_kept() -> None:
    desk = a_pad()
    desk.reader.tags = [Tag(number.to_bytes(4)) for number in range(260)]
    desk.run(0.2)
    assert sum(isinstance(event, TagSeen) for event in desk.events) == 256


def test_every_order_ends_when_the_connection_goes() -> None:
    book, other = a_book(1), a_book(2)
    desk = a_pad(book, other)
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    desk.orders(WriteAfi(uid(other), ON_LOAN))
    desk.run(0.002)
    desk.orders(ReadAgain(uid(book)))
    desk.events.clear()
    desk.lose()
    assert desk.events == [
        WriteFailed(uid(book), WriteFailure.READER, None),
        WriteFailed(uid(other), WriteFailure.READER, None),
        TagGone(uid(book)),
        Faulted(FaultCode.PORT_GONE, "closed the connection"),
    ]
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    desk.orders(ReadAgain(uid(book)))
    assert desk.run(0.5) == [WriteFailed(uid(book), WriteFailure.READER, None), TagGone(uid(book))]
    told = desk.run(3.0)
    assert told == [TagSeen(uid(book)), TagSeen(uid(other)), read(book), read(other), WELL]
    assert not book.writes


def test_a_reader_that_resets_in_the_middle_of_a_write_is_looked_at_afterwards() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.spoils = lambda report: b"" if book.writes else report
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    desk.run(0.15)
    assert len(book.writes) == 1
    desk.lose()
    desk.reader.spoils = lambda report: report
    told = desk.run(4.0)
    assert told[-3:] == [TagSeen(uid(book)), read(book), WELL]
    assert read(book).afi == ON_LOAN, "that is how the kiosk learns that it was written"


def test_what_a_reader_reports_before_it_is_set_up_lies_on_no_pad() -> None:
    desk = Pad(LlrpPad(LlrpPadSettings()), Reader())
    desk.connect()
    desk.hears(message(61, 1, tlv(240, b"\x8d" + bytes(12) + b"\x8c\x30\x00")))
    assert desk.run(3.0) == [WELL]


def test_trouble_of_the_reader_takes_nothing_off_the_pad() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    desk.run(0.002)
    desk.hears(exception("hot"))
    told = desk.run(5.0)
    assert told == [
        Faulted(FaultCode.DEVICE_ERROR, "the reader reports: hot"),
        WriteFailed(uid(book), WriteFailure.READER, None),
        WELL,
    ]
    assert kinds(desk)[DELETE_ACCESS] >= 2, "what was ordered before is deleted in the reader"


def test_a_tag_taken_off_during_trouble_is_gone_afterwards() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.hears(exception("hot"))
    desk.reader.tags = []
    assert desk.run(5.0)[1:] == [WELL, TagGone(uid(book))]


def test_a_reader_that_comes_up_with_tags_that_cannot_be_read_is_told_all_the_same() -> None:
    desk = Pad(LlrpPad(LlrpPadSettings()), Reader(a_book(1)))
    desk.reader.report_s = 0.5
    desk.reader.spoils = lambda report: report if desk.reader.reports < 3 else b""
    desk.connect()
    assert WELL in desk.run(2.5)


@pytest.mark.parametrize("afis", [(7, 7), (-1, 7), (7, 256)])
def test_afis_that_cannot_be_are_refused(afis: tuple[int, int]) -> None:
    with pytest.raises(BadSetting, match="two different bytes"):
        LlrpPadSettings(afi_in_stock=afis[0], afi_on_loan=afis[1])


def test_a_size_that_cannot_be_is_refused() -> None:
    with pytest.raises(BadSetting, match="0 for all"):
        LlrpPadSettings(LlrpSettings(), user_words=513)

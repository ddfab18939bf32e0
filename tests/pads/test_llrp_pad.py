"""A UHF pad: tags that come and go, are read, secured and opened. In virtual time."""

from __future__ import annotations

from collections import Counter

import pytest

from drivers.codecs.tag_data import decode, encode
from drivers.errors import BadSetting, Misuse
from drivers.health import FaultCode, Faulted, Recovered
from drivers.llrp.settings import LlrpSettings
from drivers.pads.llrp.core import LlrpPad
from drivers.pads.llrp.settings import LlrpPadSettings
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
from tests.gates.llrp_reader import (
    ADD_ACCESS,
    DELETE_ACCESS,
    DISABLE_ACCESS,
    ENABLE_ACCESS,
    NAME,
    PARAMETER_ERROR,
    Desk,
    Reader,
    Tag,
    exception,
    message,
    tlv,
)

IN_STOCK, ON_LOAN = 0x07, 0xC2
Pad = Desk[PadEvent, PadCommand]
WELL = Recovered(NAME)
FOREIGN = bytes.fromhex("3005FB63AC1F3841EC880467")


def a_book(number: int, afi: int = IN_STOCK) -> Tag:
    """A tag of ISO/TS 28560-4 with a shelf location in bank 11."""
    elements = {"primary_item_identifier": f"B{number}", "shelf_location": "QA268.L55"}
    tag = encode("iso28560-4", {**elements, "content_parameter": [6]}, afi=afi)
    assert tag.uii is not None
    return Tag(tag.uii[4:], int.from_bytes(tag.uii[2:4]), tag.memory + bytes(len(tag.memory) % 2))


def a_university_book(*, on_loan: bool = False) -> Tag:
    tag = encode("gxlm", {"primary_item_identifier": "ABC0123*", "owner_institution": "10248", "on_loan": on_loan})
    assert tag.uii is not None
    return Tag(tag.uii[4:], int.from_bytes(tag.uii[2:4]), tag.memory)


def uid(tag: Tag) -> str:
    """Its UII as it reads in stock."""
    in_stock = tag.uii if tag.pc & 0x0100 else bytes((tag.uii[0] & 0x7F,)) + tag.uii[1:]
    return in_stock.hex().upper()


def afi(tag: Tag) -> int:
    if tag.pc & 0x0100:
        return tag.pc & 0xFF
    return ON_LOAN if tag.uii[0] & 0x80 else IN_STOCK


def read(tag: Tag) -> TagRead:
    return TagRead(uid(tag), afi(tag), None, 2, tag.user, tag.pc.to_bytes(2) + tag.uii)


def a_pad(*tags: Tag, settings: LlrpPadSettings | None = None) -> Pad:
    """A pad in service, with these tags on it, told and read."""
    desk = Pad(LlrpPad(settings or LlrpPadSettings()), Reader(*tags))
    desk.connect()
    desk.run(3.0)
    assert desk.events[-1] == WELL
    return desk


def kinds(desk: Pad) -> Counter[int]:
    return Counter(kind for kind, _ in desk.reader.heard)


def test_what_lies_there_is_told_and_read_before_the_pad_is_well() -> None:
    books = [a_book(number) for number in range(3)]
    desk = a_pad(*books)
    assert desk.events == [*(TagSeen(uid(book)) for book in books), *(read(book) for book in books), WELL]


def test_what_a_pad_reads_of_a_tag_can_be_decoded() -> None:
    desk = a_pad(a_book(7))
    (tag,) = (event for event in desk.events if isinstance(event, TagRead))
    data = decode(tag.data, uii=b"\0\0" + tag.uii)
    assert (data.item_id, data.elements["shelf_location"]) == ("B7", "QA268.L55")


def test_a_stack_of_ten_is_read_with_two_requests_and_then_left_alone() -> None:
    desk = a_pad()
    before = kinds(desk)
    desk.reader.tags = [a_book(number) for number in range(10)]
    told = desk.run(0.3)
    assert [type(event) for event in told] == [TagSeen] * 10 + [TagRead] * 10
    desk.run(1.0)
    assert kinds(desk) - before == {ENABLE_ACCESS: 1, DISABLE_ACCESS: 1}


def test_a_tag_that_is_taken_off_is_gone_after_the_grace() -> None:
    book, stays = a_book(1), a_book(2)
    desk = a_pad(book, stays)
    desk.reader.tags.remove(book)
    assert desk.run(0.9) == []
    assert desk.run(0.3) == [TagGone(uid(book))]
    desk.reader.tags.append(book)
    assert desk.run(1.0) == [TagSeen(uid(book)), read(book)]


def test_a_tag_that_is_missed_for_a_moment_is_not_gone() -> None:
    book = a_book(1)
    desk = a_pad(book)
    for _ in range(5):
        desk.reader.tags = []
        desk.run(0.8)
        desk.reader.tags = [book]
        desk.run(0.1)
    assert desk.events[-1] == WELL


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


def test_a_university_tag_takes_the_afis_that_stand_for_its_bit() -> None:
    book = a_university_book()
    desk = a_pad(book, settings=LlrpPadSettings(afi_in_stock=0xDA, afi_on_loan=0xD7))
    desk.orders(WriteAfi(uid(book), 0xD7))
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(1.0) == [WriteDone(uid(book), 0xD7), WriteFailed(uid(book), WriteFailure.LOCKED, 0xD7)]


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


def test_a_reader_that_refuses_to_do_it_is_told_as_the_reader() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.refuses[ADD_ACCESS] = PARAMETER_ERROR
    desk.orders(WriteAfi(uid(book), ON_LOAN))
    assert desk.run(1.0) == [WriteFailed(uid(book), WriteFailure.READER, None)]


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


def test_a_present_tag_is_read_again_when_asked() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(ReadAgain(uid(book)))
    assert desk.run(1.0) == [read(book)]


def test_a_tag_that_goes_while_it_is_read_again_is_told_once() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.reader.tags = []
    desk.orders(ReadAgain(uid(book)))
    assert desk.run(3.0) == [TagGone(uid(book))]


def test_forgotten_tags_are_told_afresh() -> None:
    book = a_book(1)
    desk = a_pad(book)
    desk.orders(ForgetTags())
    assert desk.run(1.0) == [TagSeen(uid(book)), read(book)]


def test_more_tags_than_a_pad_has_room_for_are_not_kept() -> None:
    desk = a_pad()
    desk.reader.tags = [Tag(number.to_bytes(4)) for number in range(260)]
    desk.run(0.2)
    assert sum(isinstance(event, TagSeen) for event in desk.events) == 256


def test_more_orders_than_a_pad_can_hold_end_at_once() -> None:
    book = a_book(1)
    desk = a_pad(book)
    for _ in range(300):
        desk.orders(WriteAfi(uid(book), IN_STOCK))
    assert desk.run(0.01).count(WriteFailed(uid(book), WriteFailure.READER, None)) == 300 - 256
    desk.run(60.0)
    assert desk.events.count(WriteDone(uid(book), IN_STOCK)) == 256


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

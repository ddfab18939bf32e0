"""A UHF pad: tags that come and go and are read. In virtual time."""

from __future__ import annotations

from drivers.codecs.tag_data import decode
from drivers.pads.protocol import ForgetTags, ReadAgain, TagGone, TagRead, TagSeen
from tests.gates.llrp_reader import DISABLE_ACCESS, ENABLE_ACCESS
from tests.pads.llrp_desk import WELL, a_book, a_pad, kinds, read, uid


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

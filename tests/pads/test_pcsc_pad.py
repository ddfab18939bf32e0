"""A desk reader at a kiosk: one book at a time, read and written in sessions that are always ended. Virtual time."""

from __future__ import annotations

import pytest

from drivers.errors import BadSetting, Misuse
from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.pcsc.pad import PcscPad, PcscProgrammer
from drivers.pads.pcsc.settings import PcscPadSettings
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
from tests.pads.desk import ReaderDesk, Tag, a_book
from tests.pads.pcsc_reader import AWAY, CHOOSE, END, GET_UID, NOT_SUPPORTED, OK, START, PcscReader, Session

ON_LOAN, IN_STOCK = 0xC2, 0x07
WELL = Recovered("PC/SC reader ACR1552")
READ_SEVERAL, SYSTEM, WRITE_AFI, WRITE_ONE = 0x23, 0x2B, 0x27, 0x21
WRITTEN_BUT_NOT_TOLD = bytes.fromhex("C003016401") + OK
Desk = ReaderDesk[PadEvent, PadCommand, PcscReader]
Bench = ReaderDesk[ProgrammerEvent, ProgrammerCommand, PcscReader]


def a_desk(*tags: Tag, settings: PcscPadSettings | None = None) -> Desk:
    """A reader in service, with what lies there told and read."""
    desk = Desk(PcscPad(settings or PcscPadSettings(reader="ACR1552")), PcscReader(*tags))
    desk.open()
    desk.run(3.0)
    assert desk.events[-1] == WELL
    assert desk.reader.session is Session.NONE
    return desk


def read(tag: Tag) -> TagRead:
    return TagRead(tag.uid, tag.afi, tag.dsfid, tag.block_size, bytes(tag.memory))


def told(desk: Desk | Bench, for_s: float) -> list[PadEvent | ProgrammerEvent]:
    """What is told meanwhile; whatever happens, no session stays open."""
    events = [*desk.run(for_s)]
    assert desk.reader.session is Session.NONE
    return events


def frame_command(apdu: bytes) -> int | None:
    """The command of the ISO 15693 frame in an exchange."""
    if apdu[:4] != bytes.fromhex("FFC20001"):
        return None
    return apdu[apdu.index(b"\x95") + 3]


def steps(desk: Desk | Bench) -> list[str]:
    names = {GET_UID: "uid", START: "start", CHOOSE: "choose", END: "end"}
    return [names.get(apdu) or f"{frame_command(apdu):02X}" for _, apdu in desk.sent]


def sent_since_now(desk: Desk | Bench, for_s: float) -> list[str]:
    desk.sent.clear()
    told(desk, for_s)
    return steps(desk)


def test_a_book_is_read_in_one_session_and_then_only_asked_for_its_uid() -> None:
    book = a_book(1)
    desk = a_desk()
    desk.reader.tags[book.uid] = book
    asked = sent_since_now(desk, 1.0)
    assert desk.events[-2:] == [TagSeen(book.uid), read(book)]
    assert [step for step in asked if step != "uid"] == ["start", "choose", "2B", "23", "end"]


@pytest.mark.parametrize("backwards", [True, False])
def test_a_uid_is_told_with_e0_first_whichever_way_round_it_comes(backwards: bool) -> None:
    book = a_book(1)
    desk = Desk(PcscPad(PcscPadSettings()), PcscReader(book))
    desk.reader.uid_backwards = backwards
    desk.open()
    desk.run(1.0)
    assert desk.events == [TagSeen(book.uid), read(book), Recovered("PC/SC reader")]


@pytest.mark.parametrize(("blocks", "block_size"), [(64, 4), (8, 4), (64, 8), (28, 4)])
def test_a_tag_of_any_size_is_read_whole(blocks: int, block_size: int) -> None:
    tag = a_book(1, block_size=block_size, memory=bytearray(at % 251 for at in range(blocks * block_size)))
    assert read(tag) in a_desk(tag, settings=PcscPadSettings(reader="ACR1552", most_bytes=1_024)).events


def test_a_tag_that_reads_one_block_at_a_time_is_read_so() -> None:
    tag = a_book(1, memory=bytearray(range(32)))
    desk = a_desk()
    desk.reader.reads_several = False
    desk.reader.tags[tag.uid] = tag
    told(desk, 3.0)
    assert read(tag) in desk.events


def test_a_tag_that_does_not_tell_of_itself_is_read_as_far_as_it_goes() -> None:
    tag = a_book(1, memory=bytearray(range(36)), knows_system_information=False)
    assert TagRead(tag.uid, None, None, 4, bytes(tag.memory)) in a_desk(tag).events


def test_a_book_that_flickers_is_one_book() -> None:
    book = a_book(1)
    desk = a_desk(book)
    for _ in range(5):
        desk.reader.tags.clear()
        desk.run(0.15)
        desk.reader.tags[book.uid] = book
        assert told(desk, 0.2) == []


@pytest.mark.parametrize("later_s", [0.0, 0.03, 0.07, 0.1])
def test_a_book_that_is_lifted_is_gone_after_three_tenths_of_a_second(later_s: float) -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.run(later_s)
    desk.reader.tags.clear()
    assert told(desk, 0.3) == []
    assert told(desk, 0.25) == [TagGone(book.uid)]


def test_one_book_after_another() -> None:
    one, two = a_book(1), a_book(2)
    desk = a_desk(one)
    desk.reader.tags = {two.uid: two}
    assert told(desk, 1.0) == [TagSeen(two.uid), read(two), TagGone(one.uid)]


def test_a_card_of_another_kind_is_passed_over() -> None:
    desk = Desk(core := PcscPad(PcscPadSettings()), PcscReader())
    desk.reader.foreign_uid = bytes.fromhex("04A23B9C")
    desk.open()
    assert desk.run(1.0) == [Recovered("PC/SC reader")]
    assert core.tags_of_other_kinds == 1
    assert "04A23B9C" not in str(desk.events)


def test_a_reader_without_sessions_is_named_as_what_it_is_not() -> None:
    book = a_book(1)
    desk = a_desk()
    desk.reader.instead = lambda apdu: NOT_SUPPORTED if apdu in (START, CHOOSE, END) else None
    desk.reader.tags[book.uid] = book
    seen, failed = desk.run(3.0)
    assert seen == TagSeen(book.uid)
    assert failed == TagUnreadable(book.uid, "transparent session: 6A81 not supported")


def test_a_write_is_done_when_it_was_read_back_in_the_same_session() -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    asked = sent_since_now(desk, 0.3)
    assert desk.events[-1] == WriteDone(book.uid, ON_LOAN)
    assert [step for step in asked if step != "uid"] == ["start", "choose", "27", "2B", "end"]
    assert (book.afi, book.writes) == (ON_LOAN, 1)


def test_a_write_that_the_reader_calls_timed_out_was_done() -> None:
    """Captured: `C0 03 01 64 01`, and the next read shows the new data."""
    book = a_book(1)
    desk = a_desk(book)
    desk.reader.instead = lambda apdu: WRITTEN_BUT_NOT_TOLD if frame_command(apdu) == WRITE_AFI else None
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 1.0) == [WriteDone(book.uid, ON_LOAN)]
    assert book.writes == 1


@pytest.mark.parametrize("command", [WRITE_AFI, SYSTEM])
def test_a_book_torn_away_while_it_is_written_is_perhaps_written(command: int) -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.reader.before = lambda apdu: desk.reader.tags.clear() if frame_command(apdu) == command else None
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert sorted(map(str, told(desk, 3.0))) == sorted(
        map(str, [WriteFailed(book.uid, WriteFailure.TAG_AWAY, None), TagGone(book.uid)])
    )


def test_a_book_that_comes_back_in_time_is_looked_at_before_it_is_written_again() -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.reader.before = lambda apdu: desk.reader.tags.clear() if frame_command(apdu) == WRITE_AFI else None
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    desk.run(0.2)
    desk.reader.before = lambda apdu: None
    desk.reader.tags[book.uid] = book
    asked = sent_since_now(desk, 0.5)
    assert desk.events[-1] == WriteDone(book.uid, ON_LOAN)
    assert [step for step in asked if step not in ("uid", "start", "choose", "end")] == ["2B", "27", "2B"]


def test_another_book_in_its_place_is_not_written() -> None:
    """Frames are addressed, so that a swap in the middle of a session does no harm."""
    one, two = a_book(1), a_book(2)
    desk = a_desk(one)

    def swap(apdu: bytes) -> None:
        if frame_command(apdu) == WRITE_AFI:
            desk.reader.tags = {two.uid: two}

    desk.reader.before = swap
    desk.orders(WriteAfi(one.uid, ON_LOAN))
    events = told(desk, 3.0)
    assert WriteFailed(one.uid, WriteFailure.TAG_AWAY, None) in events
    assert (one.writes, two.writes) == (0, 0)
    assert read(two) in events


def test_a_locked_afi_is_told_with_what_the_tag_holds() -> None:
    book = a_book(1, afi_locked=True)
    desk = a_desk(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 1.0) == [WriteFailed(book.uid, WriteFailure.LOCKED, IN_STOCK)]


def test_eas_is_refused_as_the_caller_s_fault() -> None:
    with pytest.raises(Misuse, match="EAS"):
        a_desk().orders(WriteAfi(a_book(1).uid, ON_LOAN, eas=False))


@pytest.mark.parametrize("apdu", [START, CHOOSE, END])
def test_a_step_of_a_session_that_fails_once_is_got_over(apdu: bytes) -> None:
    book = a_book(1)
    desk = a_desk(book)
    left = [bytes.fromhex("C003006F009000")]
    desk.reader.instead = lambda asked: left.pop() if asked == apdu and left else None
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert told(desk, 1.0) == [WriteDone(book.uid, ON_LOAN)]


def test_a_session_of_an_earlier_host_is_ended_before_anything_else() -> None:
    book = a_book(1)
    desk = Desk(PcscPad(PcscPadSettings()), PcscReader(book))
    desk.reader.session = Session.STARTED
    desk.open()
    told(desk, 1.0)
    assert read(book) in desk.events


def test_a_reader_and_a_service_that_go_are_told_apart_and_tags_told_anew() -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    failed = WriteFailed(book.uid, WriteFailure.READER, None)
    assert desk.lose("the PC/SC reader went away") == [
        failed,
        Faulted(FaultCode.PORT_GONE, "the PC/SC reader went away"),
    ]
    core = desk.core
    assert isinstance(core, PcscPad)
    assert core.service_lost("no pcscd", desk.now_s) == [Faulted(FaultCode.SERVICE_GONE, "no pcscd")]
    assert core.service_lost("no pcscd", desk.now_s) == []
    desk.open()
    assert told(desk, 1.0) == [TagSeen(book.uid), read(book), WELL]


def test_a_card_that_the_service_knows_late_is_told_before_the_reader_all_the_same() -> None:
    """pcscd looks for cards every 400 ms."""
    book = a_book(1)
    desk = Desk(PcscPad(PcscPadSettings(reader="ACR1552")), PcscReader())
    desk.open()
    assert told(desk, 0.4) == []
    desk.reader.tags[book.uid] = book
    assert told(desk, 1.0) == [TagSeen(book.uid), read(book), WELL]


def test_forgotten_tags_are_told_afresh_and_asked_for_again() -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.orders(ForgetTags())
    assert told(desk, 0.5) == [TagSeen(book.uid), read(book)]
    desk.orders(ReadAgain(book.uid))
    assert told(desk, 0.5) == [read(book)]
    desk.reader.tags.clear()
    desk.orders(ReadAgain(a_book(2).uid))
    events = told(desk, 1.0)
    assert TagGone(a_book(2).uid) in events
    assert TagGone(book.uid) in events


def test_a_session_that_was_started_for_nobody_is_ended() -> None:
    """The tags are forgotten while its start is under way; then there is a write to another book, which is away."""
    book = a_book(1)
    desk = a_desk()
    desk.reader.tags[book.uid] = book
    while desk.sent[-1][1] != START:
        desk.run(0.001)
    desk.orders(ForgetTags())
    desk.orders(WriteAfi(a_book(2).uid, ON_LOAN))
    events = told(desk, 3.0)
    assert events[-3:] == [TagSeen(book.uid), read(book), WriteFailed(a_book(2).uid, WriteFailure.TAG_AWAY, None)]


def test_a_session_that_was_started_for_nobody_is_ended_before_the_next_look() -> None:
    book = a_book(1)
    desk = a_desk()
    desk.reader.tags[book.uid] = book
    while desk.sent[-1][1] != START:
        desk.run(0.001)
    desk.orders(ForgetTags())
    assert told(desk, 1.0)[-2:] == [TagSeen(book.uid), read(book)]


def test_a_book_torn_away_while_it_is_read_is_gone() -> None:
    book = a_book(1)
    desk = a_desk()
    desk.reader.before = lambda apdu: desk.reader.tags.clear() if frame_command(apdu) == READ_SEVERAL else None
    desk.reader.tags[book.uid] = book
    events = told(desk, 2.0)
    assert (events[0], events[-1]) == (TagSeen(book.uid), TagGone(book.uid))
    assert not any(isinstance(event, TagRead) for event in events)


def test_an_answer_without_a_status_word_is_waited_out() -> None:
    book = a_book(1)
    desk = a_desk(book)
    desk.reader.instead = lambda apdu: b"\x90" if frame_command(apdu) == WRITE_AFI else None
    desk.orders(WriteAfi(book.uid, ON_LOAN))
    assert WriteDone(book.uid, ON_LOAN) in told(desk, 10.0)


def test_a_setting_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(BadSetting, match="most bytes"):
        PcscPadSettings(most_bytes=3)


def a_bench(*tags: Tag) -> Bench:
    desk = Bench(PcscProgrammer(PcscPadSettings()), PcscReader(*tags))
    desk.open()
    desk.run(2.0)
    return desk


def test_staff_write_blocks_one_frame_each_and_look_at_them_together() -> None:
    tag = a_book(1)
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 2, b"123456789012"))
    asked = sent_since_now(desk, 1.0)
    assert desk.events[-1] == DataWritten(tag.uid, 2, b"123456789012")
    assert [step for step in asked if step != "uid"] == ["start", "choose", "21", "21", "21", "23", "end"]
    assert tag.memory[8:20] == b"123456789012"


def test_more_than_fits_goes_in_several_looks() -> None:
    tag = a_book(1, memory=bytearray(320))
    desk = a_bench(tag)
    desk.orders(WriteData(tag.uid, 0, bytes(range(200))))
    assert told(desk, 5.0) == [DataWritten(tag.uid, 0, bytes(range(200)))]


def test_a_tag_torn_away_between_blocks_is_told_as_not_written() -> None:
    tag = a_book(1)
    desk = a_bench(tag)

    def leaves(apdu: bytes) -> None:
        if frame_command(apdu) == WRITE_ONE and tag.writes == 1:
            desk.reader.tags.clear()

    desk.reader.before = leaves
    desk.orders(WriteData(tag.uid, 0, b"12345678"))
    assert DataNotWritten(tag.uid, 0, WriteFailure.TAG_AWAY, 0) in told(desk, 3.0)
    assert AWAY not in (apdu for _, apdu in desk.sent)

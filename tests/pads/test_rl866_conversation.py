"""The worked conversation with an RL866, byte for byte, and what stands before and behind it at a kiosk."""

from __future__ import annotations

import pytest

from drivers.health import Recovered
from drivers.pads.protocol import TagRead, TagSeen, WriteAfi, WriteDone, WriteFailed, WriteFailure
from drivers.pads.rl866 import frames
from drivers.pads.rl866.pad import Rl866Pad
from drivers.pads.rl866.settings import Rl866Settings
from tests.pads.talk import Talk

BOOK = "E004015012345678"
ON_LOAN = 0xC2

RESYNC = "fa 05 ff c0 42 39", "fa 05 01 e0 58 fe"
LOOK_0 = "fa 07 ff 00 31 00 fc 6a"
ONE_TAG_0 = "fa 19 01 00 31 00 00 00 01 00 01 0e 01 01 09 78 56 34 12 50 01 04 e0 00 12 7e"
CONNECT_1 = "fa 13 ff 40 32 00 01 01 09 01 78 56 34 12 50 01 04 e0 e4 8d", "fa 09 01 40 32 00 00 01 b2 93"
WRITE_C2_0 = "fa 0b ff 00 34 01 03 06 00 c2 ce df"
WRITTEN_0 = "fa 0c 01 00 34 00 00 03 06 00 01 6e 53"
INFORMATION_1 = "fa 0a ff 40 34 01 02 0a 00 99 7b"
LENT_1 = "fa 1a 01 40 34 00 00 11 0a 00 01 0f 78 56 34 12 50 01 04 e0 00 c2 1b 03 01 f5 61"
LET_GO_0 = "fa 07 ff 00 33 01 c5 48", "fa 08 01 00 33 00 00 a6 4b"


def asked(content: str, sequence: int) -> str:
    return frames.request(bytes.fromhex(content), sequence).hex(" ")


def answered(content: str, sequence: int) -> str:
    return frames.request(bytes.fromhex(content), sequence, address=1).hex(" ")


def with_one_book() -> Talk:
    """Into step, everything let go of, one tag: connect, one access, disconnect."""
    talk = Talk(Rl866Pad(Rl866Settings(most_bytes=8)))
    talk.exchange(*RESYNC)
    for sequence in (0, 1):
        talk.exchange(asked("33 00", sequence), answered("33 00 00", sequence))
    talk.exchange(LOOK_0, ONE_TAG_0, *CONNECT_1)
    talk.exchange(
        asked("34 01 02 0a 00 07 03 00 00 00 00 02 00", 0),
        answered(
            "34 00 00 11 0a 00 01 0f 78 56 34 12 50 01 04 e0 06 07 1b 03 01 0d 03 00 01 02 00 1122334455667788", 0
        ),
    )
    talk.exchange(asked("33 01", 1), answered("33 00 00", 1))
    return talk


def test_a_tag_is_read_in_three_exchanges() -> None:
    talk = with_one_book()
    assert talk.takes() == [TagSeen(BOOK), TagRead(BOOK, 0x07, 0x06, 4, bytes.fromhex("1122334455667788"))]
    talk.exchange(LOOK_0, ONE_TAG_0)
    assert talk.takes() == [Recovered("RL866 class reader, address 1")]


def test_one_book_is_lent() -> None:
    """Connect, write, look, disconnect, as in the worked conversation."""
    talk = with_one_book()
    talk.exchange(LOOK_0, ONE_TAG_0)
    talk.takes()
    talk.orders(WriteAfi(BOOK, ON_LOAN))
    talk.exchange(*CONNECT_1, WRITE_C2_0, WRITTEN_0, INFORMATION_1, LENT_1)
    assert talk.takes() == [], "the tag is let go of before anything else"
    talk.exchange(*LET_GO_0)
    assert talk.takes() == [WriteDone(BOOK, ON_LOAN)]


@pytest.mark.parametrize("error", ["01 04", "02 04", "0a 04", "05 04"])
def test_a_write_that_the_tag_did_not_answer_may_have_been_done(error: str) -> None:
    talk = with_one_book()
    talk.exchange(LOOK_0, ONE_TAG_0)
    talk.takes()
    talk.orders(WriteAfi(BOOK, ON_LOAN))
    talk.exchange(*CONNECT_1, WRITE_C2_0, answered(f"34 00 00 05 06 00 00 {error}", 0))
    talk.exchange(INFORMATION_1, LENT_1, *LET_GO_0)
    assert talk.takes() == [WriteDone(BOOK, ON_LOAN)]


def test_a_locked_afi_is_looked_at_and_not_written_again() -> None:
    talk = with_one_book()
    talk.exchange(LOOK_0, ONE_TAG_0)
    talk.takes()
    talk.orders(WriteAfi(BOOK, ON_LOAN))
    talk.exchange(*CONNECT_1, WRITE_C2_0, answered("34 00 00 05 06 00 00 1b 04", 0))
    in_stock = "34 00 00 11 0a 00 01 0f 78 56 34 12 50 01 04 e0 00 07 1b 03 01"
    talk.exchange(INFORMATION_1, answered(in_stock, 1), *LET_GO_0)
    assert talk.takes() == [WriteFailed(BOOK, WriteFailure.LOCKED, 0x07)]


def test_after_a_doubt_both_start_again_and_everything_is_let_go() -> None:
    """The answer to the write is lost: resync, disconnect, and then the look."""
    talk = with_one_book()
    talk.exchange(LOOK_0, ONE_TAG_0)
    talk.takes()
    talk.orders(WriteAfi(BOOK, ON_LOAN))
    talk.exchange(*CONNECT_1)
    talk.asks(WRITE_C2_0)
    asked_s = talk.now_s
    talk.asks(RESYNC[0])
    assert talk.now_s - asked_s >= 1.0, "a write gets a second"
    talk.says(WRITTEN_0)
    talk.says(RESYNC[1])
    talk.exchange(asked("33 00", 0), answered("33 00 00", 0))
    talk.exchange(*CONNECT_1, asked("34 01 02 0a 00", 0), answered(LENT_1[12:-6], 0))
    talk.exchange(asked("33 01", 1), answered("33 00 00", 1))
    assert talk.takes() == [WriteDone(BOOK, ON_LOAN)]


STRANGER = "31 00 00 00 01 00 01 0e 01 01 09 02 00 00 00 50 01 04 e0 00"


@pytest.mark.parametrize(("sequence", "address"), [(1, 1), (0, 2)])
def test_a_late_answer_and_one_of_another_reader_are_not_the_awaited_one(sequence: int, address: int) -> None:
    """A late one has the other sequence number."""
    talk = with_one_book()
    talk.asks(LOOK_0)
    talk.takes()
    talk.says(frames.request(bytes.fromhex(STRANGER), sequence, address=address).hex())
    talk.says(ONE_TAG_0)
    assert talk.takes() == []
    talk.asks(asked("31 00", 1))
    talk.says(answered(STRANGER, 1))
    assert talk.takes() == [TagSeen("E004015000000002")], "asked for, it would have been taken"


def test_tags_left_in_the_reader_are_asked_for_in_both_ways() -> None:
    """Stop 1: go on (flag 8). More found than sent: fetch the reports that are left (35)."""
    other, third = "E004015000000002", "E004015000000003"

    def record(uid: str) -> str:
        return "0e 01 01 09" + bytes.fromhex(uid)[::-1].hex() + "00"

    talk = Talk(Rl866Pad(Rl866Settings(most_bytes=8)))
    talk.exchange(*RESYNC)
    for sequence in (0, 1):
        talk.exchange(asked("33 00", sequence), answered("33 00 00", sequence))
    talk.exchange(LOOK_0, answered("31 00 00 01 01 00 01" + record(BOOK), 0))
    talk.exchange(asked("31 08", 1), answered("31 00 00 00 03 00 01" + record(other), 1))
    talk.exchange(asked("35 01", 0), answered("35 00 00 00 00 01" + record(third), 0))
    assert talk.takes() == [TagSeen(BOOK), TagSeen(other), TagSeen(third)]

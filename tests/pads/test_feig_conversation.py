"""The manual's worked conversations with a FEIG pad, byte for byte: `asks` must leave, `says` arrives."""

from __future__ import annotations

from collections.abc import Callable

from drivers.health import Recovered
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.protocol import (
    TagGone,
    TagRead,
    TagSeen,
    WriteAfi,
    WriteDone,
    WriteFailed,
    WriteFailure,
)
from tests.pads.talk import Talk

BOOK = "E004015012345678"
ON_LOAN = 0xC2
GRACE_S = 0.6

WHO = "05 ff 65 e5 cb", "0d 00 65 00 01 07 00 d0 50 00 18 51 40"
INFO = "06 ff 66 00 cd bf", "11 00 66 00 01 07 00 d0 50 00 18 01 00 01 00 60 1f"
RF_RESET = "05 ff 69 89 01", "06 00 69 00 f6 fa"
LOOK = "07 ff b0 01 00 1c 56"
NOBODY = "06 00 b0 01 5c 63"
ONE_TAG = "11 00 b0 00 01 03 00 e0 04 01 50 12 34 56 78 ba 40"
SYSTEM = "0f ff b0 2b 01 e0 04 01 50 12 34 56 78 73 d6"
IN_STOCK_28_BLOCKS = "13 00 b0 00 00 e0 04 01 50 12 34 56 78 07 03 1b 01 58 40"
LENT_28_BLOCKS = "13 00 b0 00 00 e0 04 01 50 12 34 56 78 c2 03 1b 01 d6 15"
READ_2 = "11 ff b0 23 01 e0 04 01 50 12 34 56 78 00 02 92 0b"
TWO_BLOCKS = "12 00 b0 00 02 04 00 11 22 33 44 00 55 66 77 88 41 f2"
WRITE_C2 = "10 ff b0 27 01 e0 04 01 50 12 34 56 78 c2 18 0f"
DONE = "06 00 b0 00 d5 72"
KNOCK = "06 ff 52 00 0f 6e", "06 00 52 00 fc a8"


class FeigTalk(Talk):
    """With a FEIG pad that reads two blocks."""

    def __init__(self) -> None:
        super().__init__(FeigPad(FeigSettings(most_bytes=8)))

    def looks_until(self, said: str, is_over: Callable[[], bool]) -> None:
        """Inventories, and RF resets between them, until something has been told."""
        while not is_over():
            self.now_s = max(self.now_s, self.core.due_s() or 0.0)
            self.told += self.core.tick(self.now_s)
            sent = self.core.take_outgoing().hex(" ")
            if sent == RF_RESET[0]:
                self.says(RF_RESET[1])
            elif sent:
                assert sent == LOOK
                self.says(said)


def with_one_book() -> FeigTalk:
    talk = FeigTalk()
    talk.exchange(*WHO, *INFO, *RF_RESET, LOOK, ONE_TAG, SYSTEM, IN_STOCK_28_BLOCKS, READ_2, TWO_BLOCKS)
    talk.asks(LOOK)
    talk.says(ONE_TAG)
    return talk


def test_one_book_is_lent() -> None:
    talk = with_one_book()
    assert talk.takes() == [
        TagSeen(BOOK),
        TagRead(BOOK, 0x07, 0x00, 4, bytes.fromhex("4433221188776655")),
        Recovered("FEIG CPR.M02, firmware 1.07"),
    ]
    talk.orders(WriteAfi(BOOK, ON_LOAN))
    talk.exchange(WRITE_C2, DONE)
    assert talk.takes() == [], "done by word of the reader is not done"
    talk.exchange(SYSTEM, LENT_28_BLOCKS)
    assert talk.takes() == [WriteDone(BOOK, ON_LOAN)]


def test_a_book_is_pulled_away_while_its_afi_is_written_and_comes_back() -> None:
    talk = with_one_book()
    talk.takes()
    talk.orders(WriteAfi(BOOK, ON_LOAN))
    talk.exchange(WRITE_C2, NOBODY, SYSTEM, NOBODY)
    talk.exchange(LOOK, ONE_TAG)
    talk.exchange(SYSTEM, IN_STOCK_28_BLOCKS)
    assert talk.takes() == [], "the tag still holds 07: it is written again"
    while talk.core.due_s() is not None and not talk.takes():
        talk.now_s = max(talk.now_s, talk.core.due_s() or 0.0)
        talk.told += talk.core.tick(talk.now_s)
        match talk.core.take_outgoing().hex(" "):
            case "":
                pass
            case frame if frame == WRITE_C2:
                talk.says(DONE)
                talk.exchange(SYSTEM, LENT_28_BLOCKS)
                break
            case frame:
                assert frame == LOOK
                talk.says(ONE_TAG)
    assert talk.takes() == [WriteDone(BOOK, ON_LOAN)]


def test_a_book_that_is_taken_away_is_looked_for_with_a_fresh_field_before_it_is_gone() -> None:
    talk = with_one_book()
    talk.takes()
    left_s = talk.now_s
    talk.looks_until(NOBODY, lambda: bool(talk.told))
    assert talk.takes() == [TagGone(BOOK)]
    assert GRACE_S <= talk.now_s - left_s <= GRACE_S + 0.2


def test_an_answer_that_does_not_come_is_waited_for_and_then_the_reader_is_knocked_at() -> None:
    talk = with_one_book()
    talk.takes()
    talk.orders(WriteAfi(BOOK, ON_LOAN))
    talk.asks(WRITE_C2)
    asked_s = talk.now_s
    talk.asks(KNOCK[0])
    assert 0.8 <= talk.now_s - asked_s <= 1.0, "a write gets most of a second"
    talk.says(DONE)
    talk.says(KNOCK[1])
    talk.exchange(SYSTEM, LENT_28_BLOCKS)
    assert talk.takes() == [WriteDone(BOOK, ON_LOAN)]


def test_a_reading_s_late_answer_is_not_the_reading_of_another_book() -> None:
    """The other book is asked for its blocks while the first one's arrive: they come before the knock's answer."""
    talk = FeigTalk()
    two_tags = "1b 00 b0 00 02 03 00 e0 04 01 00 12 34 56 78 03 00 e0 04 01 00 aa bb cc dd 1b f4"
    talk.exchange(*WHO, *INFO, *RF_RESET, LOOK, two_tags)
    first, second = "E004010012345678", "E0040100AABBCCDD"
    assert talk.takes() == [TagSeen(first), TagSeen(second)]
    talk.exchange(
        "0f ff b0 2b 01 e0 04 01 00 12 34 56 78 11 a3", "13 00 b0 00 3e e0 04 01 00 12 34 56 78 c2 04 1c 01 da 12"
    )
    talk.now_s = max(talk.now_s, talk.core.due_s() or 0.0)
    talk.told += talk.core.tick(talk.now_s)
    assert talk.core.take_outgoing()[:4].hex() == "11ffb023"
    talk.asks(KNOCK[0])
    talk.says(TWO_BLOCKS)
    assert talk.takes() == [], "whose blocks are these?"
    talk.says(KNOCK[1])


def test_a_locked_afi_is_not_written_again() -> None:
    talk = with_one_book()
    talk.takes()
    talk.orders(WriteAfi(BOOK, ON_LOAN))
    talk.exchange(WRITE_C2, "07 00 b0 95 12 60 de", SYSTEM, IN_STOCK_28_BLOCKS)
    assert talk.takes() == [WriteFailed(BOOK, WriteFailure.LOCKED, 0x07)]

"""ISO 15693 patron cards: the number on them where they are a patron's, else the UID, never one for the other."""

from __future__ import annotations

import pytest

from drivers.cards.exchange import NoToken, Unreadable
from drivers.cards.reading import TokenReader
from drivers.cards.sources import FromPatronTag
from drivers.errors import BadSetting
from tests.cards.chips import (
    A_BOOKS_TAG,
    A_PATRONS_TAG,
    FAILED,
    GONE,
    NUMBER,
    MifareChip,
    VicinityChip,
    a_fixed_tag,
)

UID = "E00401008A5C982E"
VARIABLE = bytes.fromhex("91 00 05 1CBE991A14 650180 00")
"""ISO 28560-2: identifier 123456789012, then type of usage 80 as an octet string, then the end."""


def read(chip: VicinityChip | MifareChip, source: FromPatronTag | None = None) -> str:
    return TokenReader(source or FromPatronTag()).read(chip)


def why_not(chip: VicinityChip) -> NoToken:
    with pytest.raises(NoToken) as refused:
        read(chip)
    return refused.value


def block(number: int) -> bytes:
    return bytes((0xFF, 0xB0, 0x00, number, 0x04))


def test_a_patrons_number_is_read_in_as_few_blocks_as_hold_it() -> None:
    chip = VicinityChip(A_PATRONS_TAG)
    assert read(chip) == NUMBER
    assert chip.commands[1:] == [block(number) for number in range(8)]


def test_a_small_tag_of_32_bytes_is_enough() -> None:
    chip = VicinityChip(a_fixed_tag(8, NUMBER, "DK718500")[:32])
    assert read(chip) == NUMBER


@pytest.mark.parametrize(
    "memory", [bytes(112), bytes.fromhex("55") * 32, bytes(range(112)), b"\xe1\x40\x0e\x01" + bytes(108), b""]
)
def test_a_tag_without_library_data_shows_its_uid(memory: bytes) -> None:
    assert read(VicinityChip(memory)) == UID


def test_the_tag_of_a_book_is_no_patrons_card() -> None:
    refused = why_not(VicinityChip(A_BOOKS_TAG))
    assert refused.why is Unreadable.NOT_KNOWN
    assert refused.detail == "the tag of an item (type of usage 1), not of a patron"


def test_a_patrons_tag_with_a_wrong_check_value_is_nobodys() -> None:
    damaged = A_PATRONS_TAG[:5] + b"9" + A_PATRONS_TAG[6:]
    refused = why_not(VicinityChip(damaged))
    assert refused.why is Unreadable.GARBLED
    assert NUMBER[:6] not in refused.detail


def test_a_tag_that_may_be_an_items_but_is_damaged_shows_its_uid() -> None:
    assert read(VicinityChip(A_BOOKS_TAG[:5] + b"9" + A_BOOKS_TAG[6:])) == UID


@pytest.mark.parametrize("sw", ["6D00", "6A81", "6981", "6300", "6700"])
def test_a_reader_that_reads_no_blocks_shows_the_uid(sw: str) -> None:
    class UidOnly(VicinityChip):
        def transmit(self, command: bytes) -> bytes:
            return super().transmit(command) if command[1] == 0xCA else bytes.fromhex(sw)

    assert read(UidOnly(A_PATRONS_TAG)) == UID


@pytest.mark.parametrize("number", [0, 1, 7])
def test_a_card_that_goes_in_the_middle_gives_no_token_at_all(number: int) -> None:
    class Leaving(VicinityChip):
        def transmit(self, command: bytes) -> bytes:
            return GONE if command == block(number) else super().transmit(command)

    assert why_not(Leaving(A_PATRONS_TAG)).why is Unreadable.PULLED_AWAY


def test_another_card_in_the_middle_gives_no_token_at_all() -> None:
    class Swapped(VicinityChip):
        def transmit(self, command: bytes) -> bytes:
            if command == block(3):
                self.uid = bytes.fromhex("0102030405060708")
                return FAILED
            return super().transmit(command)

    assert why_not(Swapped(A_PATRONS_TAG)).why is Unreadable.PULLED_AWAY


@pytest.mark.parametrize("answer", [FAILED, GONE])
def test_one_bad_answer_is_asked_again(answer: bytes) -> None:
    chip = VicinityChip(A_PATRONS_TAG)
    chip.answers[block(4)] = answer
    assert read(chip) == NUMBER


@pytest.mark.parametrize("past_the_end", ["6300", "6A82", "6B00", "6700", "6282"])
def test_the_end_of_memory_may_be_said_in_several_ways(past_the_end: str) -> None:
    chip = VicinityChip(VARIABLE, past_the_end=bytes.fromhex(past_the_end))
    assert read(chip) == "123456789012"
    assert len(chip.memory) == 12


def test_a_tag_of_larger_blocks_is_read_by_them() -> None:
    chip = VicinityChip(A_PATRONS_TAG, block_size=8)
    assert read(chip) == NUMBER


def test_blocks_of_two_sizes_are_no_tag() -> None:
    chip = VicinityChip(A_PATRONS_TAG)
    chip.answers[block(2)] = bytes(8) + bytes.fromhex("9000")
    assert why_not(chip).why is Unreadable.GARBLED


def test_other_cards_show_their_uid_and_no_block_is_asked() -> None:
    card = MifareChip()
    assert read(card) == "04A23B9C"
    assert card.commands == [bytes.fromhex("FFCA000000")]


def test_no_more_blocks_are_read_than_set() -> None:
    chip = VicinityChip(bytes(range(1, 113)))
    assert read(chip, FromPatronTag(most_blocks=10)) == UID
    assert len(chip.commands) == 11
    with pytest.raises(BadSetting):
        FromPatronTag(most_blocks=7)

"""A sector behind a key: what leaves for the reader, in which order, and what is said when it does not open."""

from __future__ import annotations

import traceback

import pytest

from drivers.cards.apdu import KeyType
from drivers.cards.exchange import NoToken, Unreadable
from drivers.cards.reading import TokenReader
from drivers.cards.sector_key import SectorKey
from drivers.cards.sources import Authentication, FromSector, KeyMemory
from drivers.cards.token_form import TokenForm
from drivers.errors import BadSetting
from tests.cards.chips import (
    FAILED,
    GET_UID,
    GONE,
    KEY_A,
    KEY_B,
    NEW_READER,
    NO_INSTRUCTION,
    NOT_ALLOWED,
    OLD_READER,
    READER_KEEPS_KEYS,
    Knows,
    MifareChip,
)

KEY = SectorKey(KEY_A)
IN_SECTOR_1 = FromSector(KEY, sector=1, length=8)
LOAD = bytes.fromhex("FF82000006") + KEY_A
LOAD_FOR_GOOD = bytes.fromhex("FF82200006") + KEY_A
OPEN, OPEN_OLD = bytes.fromhex("FF860000050100046000"), bytes.fromhex("FF8800046000")
READ = bytes.fromhex("FFB0000410")


class Overridden:
    """A chip of which some commands are answered otherwise."""

    def __init__(self, chip: MifareChip, answers: dict[bytes, bytes]) -> None:
        self._chip = chip
        self._answers = answers

    def transmit(self, command: bytes) -> bytes:
        return self._answers.get(command) or self._chip.transmit(command)


def a_card(knows: Knows = NEW_READER, key_a: bytes = KEY_A, wrong_key: bytes = FAILED) -> MifareChip:
    chip = MifareChip(knows=knows, key_a=key_a, wrong_key=wrong_key)
    chip.write(1, 0, b"P0042")
    return chip


def why_not(card: MifareChip | Overridden, source: FromSector = IN_SECTOR_1) -> NoToken:
    with pytest.raises(NoToken) as refused:
        TokenReader(source).read(card)
    return refused.value


def test_the_key_is_loaded_the_sector_opened_the_block_read_and_nothing_else() -> None:
    card = a_card()
    assert TokenReader(IN_SECTOR_1).read(card) == "P0042"
    assert card.commands == [LOAD, OPEN, READ]


def test_a_reader_of_the_old_form_is_asked_in_it_and_remembered() -> None:
    reader, card = TokenReader(IN_SECTOR_1), a_card(OLD_READER)
    assert reader.read(card) == "P0042"
    assert card.commands == [LOAD, OPEN, OPEN_OLD, READ]
    card.commands.clear()
    assert reader.read(card) == "P0042"
    assert card.commands == [LOAD, OPEN_OLD, READ]
    reader.reader_attached()
    card.commands.clear()
    assert reader.read(card) == "P0042"
    assert card.commands == [LOAD, OPEN, OPEN_OLD, READ], "another reader may know the new form"


@pytest.mark.parametrize(
    ("form", "knows", "asked"),
    [(Authentication.OLD, OLD_READER, OPEN_OLD), (Authentication.NEW, NEW_READER, OPEN)],
)
def test_the_form_may_be_set(form: Authentication, knows: Knows, asked: bytes) -> None:
    card = a_card(knows)
    assert TokenReader(FromSector(KEY, sector=1, length=8, authentication=form)).read(card) == "P0042"
    assert card.commands == [LOAD, asked, READ]


def test_a_reader_that_keeps_keys_is_given_its_key_once_each_time_it_is_attached() -> None:
    reader = TokenReader(FromSector(KEY, sector=1, length=8, key_memory=KeyMemory.READER))
    card = a_card(READER_KEEPS_KEYS)
    for _ in range(3):
        assert reader.read(card) == "P0042"
    assert card.commands == [LOAD_FOR_GOOD, OPEN, READ, OPEN, READ, OPEN, READ]
    reader.reader_attached()
    reader.read(card)
    assert card.keys_written == 2


def test_a_reader_that_does_not_take_the_key_is_the_technicians_not_the_patrons() -> None:
    refused = why_not(a_card(READER_KEEPS_KEYS))
    assert refused.why is Unreadable.READER
    assert refused.detail == (
        'the reader does not take the key (6300 failed, or no card); try key_memory = "reader" or another slot'
    )


def test_a_reader_without_mifare_says_so() -> None:
    refused = why_not(a_card(Knows.VOLATILE))
    assert refused.why is Unreadable.READER
    assert refused.detail == "the reader opens no MIFARE sector: 6D00 instruction not known"


@pytest.mark.parametrize("sw", ["6300", "6982", "6983"])
def test_a_key_that_does_not_open_is_another_librarys_card(sw: str) -> None:
    refused = why_not(a_card(key_a=bytes(6), wrong_key=bytes.fromhex(sw)))
    assert refused.why is Unreadable.NOT_KNOWN
    assert "does not open sector 1" in refused.detail


def test_a_card_that_went_while_its_sector_was_opened_is_no_wrong_key() -> None:
    refused = why_not(Overridden(a_card(), {OPEN: FAILED, GET_UID: FAILED}))
    assert refused.why is Unreadable.PULLED_AWAY


@pytest.mark.parametrize("at", [LOAD, OPEN, READ])
def test_a_card_that_goes_at_any_point_was_pulled_away(at: bytes) -> None:
    assert why_not(Overridden(a_card(), {at: GONE})).why is Unreadable.PULLED_AWAY


def test_a_key_that_may_not_read_the_block_is_said_so() -> None:
    refused = why_not(Overridden(a_card(), {READ: NOT_ALLOWED}))
    assert refused.why is Unreadable.NOT_KNOWN
    assert refused.detail == "FF B0 00 04: 6982 security condition not met"


def test_a_block_of_another_size_is_no_mifare() -> None:
    refused = why_not(Overridden(a_card(), {READ: b"P004\x90\x00"}))
    assert refused.why is Unreadable.GARBLED


@pytest.mark.parametrize("at", [LOAD, OPEN, READ])
@pytest.mark.parametrize("sw", ["6300", "6401", "6581", "6700", "6982", "6983", "6986", "6A81", "6D00", "6F00", "90"])
def test_no_failure_shows_the_key(at: bytes, sw: str) -> None:
    source = FromSector(KEY, sector=1, length=8)
    reader = TokenReader(source)
    with pytest.raises(NoToken) as refused:
        reader.read(
            Overridden(a_card(OLD_READER if at == OPEN else NEW_READER), {at: bytes.fromhex(sw), OPEN_OLD: FAILED})
        )
    told = (
        repr(source)
        + repr(KEY)
        + repr(reader)
        + refused.value.detail
        + "".join(traceback.format_exception(refused.value))
    )
    for shown in (KEY_A.hex(), KEY_A.hex().upper(), KEY_A.hex(" ").upper(), repr(KEY_A), str(list(KEY_A))):
        assert shown not in told


@pytest.mark.parametrize(
    ("sector", "block", "offset", "length", "addresses"),
    [
        (0, 1, 0, 16, [1]),
        (1, 0, 0, 48, [4, 5, 6]),
        (1, 0, 16, 16, [5]),
        (1, 1, 15, 2, [5, 6]),
        (31, 2, 0, 1, [126]),
        (32, 0, 0, 16, [128]),
        (39, 14, 15, 1, [254]),
    ],
)
def test_the_layout_names_blocks_of_the_card(
    sector: int, block: int, offset: int, length: int, addresses: list[int]
) -> None:
    source = FromSector(KEY, sector, block, offset, length)
    assert list(source.addresses) == addresses
    blocks = bytes(range(16 * len(addresses)))
    assert source.cut(blocks) == blocks[offset % 16 : offset % 16 + length]


@pytest.mark.parametrize(
    "layout",
    [
        {"sector": 40},
        {"sector": -1},
        {"sector": 1, "block": 3},
        {"sector": 1, "block": 2, "offset": 1},
        {"sector": 1, "length": 49},
        {"sector": 32, "block": 15},
        {"sector": 1, "length": 0},
        {"sector": 1, "length": 65},
        {"sector": 1, "offset": -1},
        {"sector": 1, "slot": 256},
    ],
)
def test_a_layout_that_cannot_be_is_refused_before_any_card_is_read(layout: dict[str, int]) -> None:
    with pytest.raises(BadSetting):
        FromSector(
            KEY,
            layout["sector"],
            block=layout.get("block", 0),
            offset=layout.get("offset", 0),
            length=layout.get("length", 16),
            slot=layout.get("slot", 0),
        )


def test_key_b_and_a_slot_of_the_readers_own() -> None:
    card = a_card()
    source = FromSector(SectorKey(KEY_B), 1, length=8, key_type=KeyType.B, slot=0x20, form=TokenForm.HEX)
    assert TokenReader(source).read(card) == "5030303432000000"
    assert card.commands == [
        bytes.fromhex("FF82002006") + KEY_B,
        bytes.fromhex("FF860000050100046120"),
        READ,
    ]


def test_no_instruction_is_asked_twice_of_a_reader_that_knows_neither_form() -> None:
    card = a_card(Knows.VOLATILE)
    assert card.transmit(OPEN) == NO_INSTRUCTION
    card.commands.clear()
    why_not(card)
    assert card.commands == [LOAD, OPEN, OPEN_OLD]

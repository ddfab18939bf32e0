"""APDUs, ATRs and tokens without a reader."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.cards.apdu import Apart, Command, ParsedCommand, meaning_of, parse_answer, parse_command
from drivers.cards.atr import parse_atr
from drivers.cards.events import CardPresented, CardRemoved, CardUnreadable
from drivers.cards.presence import FLICKER_HOLD_S, Presence
from drivers.cards.reading import UID, FromBlocks, NoToken, TokenForm, Unreadable, normalised_uid, read_token
from drivers.cards.tlv import parse_objects

WEI, MARIE = CardPresented("04A23B9C", "mifare-1k"), CardPresented("04112233445566", "chip-card")
TORN = CardUnreadable(Unreadable.PULLED_AWAY, "6401")


class ScriptedCard:
    """Answers from a table; anything else is not found."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = {bytes.fromhex(asked): bytes.fromhex(answer) for asked, answer in answers.items()}

    def transmit(self, command: bytes) -> bytes:
        return self._answers.get(command, bytes.fromhex("6A82"))


bytes_up_to_255 = st.integers(0, 255)
commands = st.builds(
    Command,
    bytes_up_to_255,
    bytes_up_to_255,
    bytes_up_to_255,
    bytes_up_to_255,
    st.binary(max_size=255),
    st.none() | bytes_up_to_255,
)


@settings(max_examples=100, deadline=None)
@given(commands)
def test_a_command_reads_back_as_it_was_written(command: Command) -> None:
    assert parse_command(command.encode()) == ParsedCommand(command)


def test_an_extended_command_is_read() -> None:
    content = bytes(range(256)) * 2
    assert parse_command(bytes.fromhex("00D60000000200") + content) == ParsedCommand(
        Command(0x00, 0xD6, 0x00, 0x00, content)
    )


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_command_cut_short_is_not_a_command(cut: int) -> None:
    whole = bytes.fromhex("FFD600040401020304")
    assert parse_command(whole[:-cut]) in (
        Apart.TRUNCATED,
        ParsedCommand(Command(0xFF, 0xD6, 0x00, 0x04, le=4)),
        ParsedCommand(Command(0xFF, 0xD6, 0x00, 0x04)),
    )


def test_status_words_are_said_in_words() -> None:
    assert meaning_of(0x6401) == "6401 time-out, or the card has gone"
    assert meaning_of(0x6C10) == "6C10 exact length is 16"
    assert meaning_of(0x1234) == "1234 unknown status"
    assert parse_answer(b"\x90") is None


@pytest.mark.parametrize(
    ("atr", "kind"),
    [
        ("3B8F8001804F0CA000000306030001000000006A", "mifare-1k"),
        ("3B8F8001804F0CA0000003060B00140000000077", "icode-sli"),
        ("3B8F8001804F0CA0000003060B00990000000077", "iso-15693"),
        ("3B8180018080", "chip-card"),
        ("3B00", "chip-card"),
    ],
)
def test_the_answer_to_reset_tells_the_kind_of_card(atr: str, kind: str) -> None:
    read = parse_atr(bytes.fromhex(atr))
    assert read is not None
    assert read.kind() == kind


def test_an_answer_to_reset_without_its_end_is_none() -> None:
    whole = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
    assert all(parse_atr(whole[:size]) is None for size in range(len(whole)))
    assert parse_atr(whole + b"\x00") is None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_without_an_exception(data: bytes) -> None:
    parse_command(data)
    parse_atr(b"\x3b" + data)
    parse_objects(data)


def test_an_iso_15693_uid_is_turned_once_and_others_never() -> None:
    right = bytes.fromhex("E00401008A5C982E")
    assert normalised_uid(right[::-1]) == right
    assert normalised_uid(right) == right
    assert normalised_uid(bytes.fromhex("04112233E0")) == bytes.fromhex("04112233E0")
    both_ends = bytes.fromhex("E0040100000000E0")
    assert normalised_uid(both_ends) == both_ends


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("0811223390 00", Unreadable.RANDOM_UID),
        ("0102 9000", Unreadable.GARBLED),
        ("6300", Unreadable.PULLED_AWAY),
        ("90", Unreadable.PULLED_AWAY),
        ("6A81", Unreadable.NOT_KNOWN),
    ],
)
def test_what_is_no_uid_is_no_token(answer: str, why: Unreadable) -> None:
    with pytest.raises(NoToken) as refused:
        read_token(ScriptedCard({"FFCA000000": answer}), UID)
    assert refused.value.why is why


def test_a_card_that_names_the_exact_length_is_asked_again() -> None:
    card = ScriptedCard({"FFCA000000": "6C04", "FFCA000004": "04A23B9C9000"})
    assert read_token(card, UID) == "04A23B9C"


def test_blocks_are_joined_as_hex_or_text() -> None:
    card = ScriptedCard({"FFB0000404": "503030349000", "FFB0000504": "320000009000"})
    source = FromBlocks(first=4, count=2, block_size=4)
    assert read_token(card, source) == "P0042"
    assert read_token(card, FromBlocks(4, 2, 4, form=TokenForm.HEX)) == "5030303432000000"


def test_a_flicker_is_one_card() -> None:
    place = Presence()
    assert place.card_read(WEI) == [WEI]
    place.card_away(1.0)
    assert place.tick(1.0 + FLICKER_HOLD_S - 0.01) == []
    assert place.card_read(WEI) == []
    assert place.tick(10.0) == []


def test_a_card_away_for_longer_is_removed_once() -> None:
    place = Presence()
    place.card_read(WEI)
    place.card_away(1.0)
    place.card_away(1.2)
    assert place.due_s() == 1.0 + FLICKER_HOLD_S
    assert place.tick(1.0 + FLICKER_HOLD_S) == [CardRemoved()]
    assert place.tick(2.0) == []


def test_another_card_in_the_same_moment_is_another_card() -> None:
    place = Presence()
    place.card_read(WEI)
    place.card_away(1.0)
    assert place.card_read(MARIE) == [CardRemoved(), MARIE]


def test_an_unreadable_card_is_told_once_until_it_is_lifted() -> None:
    place = Presence()
    assert place.card_unreadable(TORN) == [TORN]
    place.card_away(1.0)
    assert place.card_unreadable(TORN) == []
    assert place.tick(2.0) == []
    place.card_away(3.0)
    assert place.tick(4.0) == [CardRemoved()]
    assert place.card_unreadable(TORN) == [TORN]

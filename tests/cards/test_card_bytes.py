"""APDUs, ATRs and tokens without a reader."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.cards.apdu import Apart, Command, ParsedCommand, load_key, meaning_of, parse_answer, parse_command
from drivers.cards.atr import parse_atr
from drivers.cards.events import CardPresented, CardRemoved, CardUnreadable
from drivers.cards.exchange import Card, NoToken, Unreadable
from drivers.cards.presence import FLICKER_HOLD_S, Presence
from drivers.cards.reading import TokenReader
from drivers.cards.sources import UID, FromBlocks, TokenSource
from drivers.cards.tlv import parse_objects
from drivers.cards.token_form import TokenForm, as_token
from drivers.cards.uid import is_iso_15693, normalised_uid

WEI, MARIE = CardPresented("04A23B9C", "mifare-1k"), CardPresented("04112233445566", "chip-card")
TORN = CardUnreadable(Unreadable.PULLED_AWAY, "6401")


class ScriptedCard:
    """Answers from a table; anything else is not found."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = {bytes.fromhex(asked): bytes.fromhex(answer) for asked, answer in answers.items()}

    def transmit(self, command: bytes) -> bytes:
        return self._answers.get(command, bytes.fromhex("6A82"))


def read_token(card: Card, source: TokenSource) -> str:
    return TokenReader(source).read(card)


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
        ("04A23B9C90", Unreadable.PULLED_AWAY),
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


@pytest.mark.parametrize(
    ("data", "form", "token"),
    [
        (b"P0042\x00\x00\x00", TokenForm.ASCII, "P0042"),
        (b"  P0042 \xff\xff", TokenForm.ASCII, "P0042"),
        ("读者42\0".encode(), TokenForm.UTF_8, "读者42"),
        (bytes.fromhex("0035550000"), TokenForm.BCD, "0035550000"),
        (bytes.fromhex("12345FFF"), TokenForm.BCD, "12345"),
        (bytes.fromhex("00a1ff"), TokenForm.HEX, "00A1FF"),
    ],
)
def test_bytes_become_a_token_in_the_librarys_form(data: bytes, form: TokenForm, token: str) -> None:
    assert as_token(data, form) == token


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"", TokenForm.HEX),
        (bytes(16), TokenForm.HEX),
        (bytes(8), TokenForm.BCD),
        (b"\xff" * 16, TokenForm.HEX),
        (bytes.fromhex("12A4"), TokenForm.BCD),
        (bytes.fromhex("F123"), TokenForm.BCD),
        ("读者".encode(), TokenForm.ASCII),
        (b"P\xfe", TokenForm.UTF_8),
        (b"P1\x1b[2J", TokenForm.ASCII),
        (b"\x00 \x00", TokenForm.ASCII),
    ],
)
def test_blank_and_broken_bytes_are_nobodys_token(data: bytes, form: TokenForm) -> None:
    with pytest.raises(NoToken) as refused:
        as_token(data, form)
    assert refused.value.why is Unreadable.GARBLED


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=70), st.sampled_from(TokenForm))
def test_any_bytes_are_a_printable_token_or_none(data: bytes, form: TokenForm) -> None:
    try:
        token = as_token(data, form)
    except NoToken:
        return
    assert token
    assert token.isprintable()


def test_a_command_that_carries_a_key_does_not_show_it() -> None:
    command = load_key(bytes.fromhex("A1B2C3D4E5F6"))
    assert command.encode() == bytes.fromhex("FF82000006A1B2C3D4E5F6")
    assert "A1B2C3" not in repr(command).upper()
    assert "hidden" in repr(command)
    assert "01020304" in repr(Command(0xFF, 0xD6, 0, 4, bytes.fromhex("01020304")))


def test_only_eight_bytes_with_e0_at_an_end_are_iso_15693() -> None:
    assert is_iso_15693(bytes.fromhex("E00401008A5C982E"))
    assert is_iso_15693(bytes.fromhex("2E985C8A000104E0"))
    assert not is_iso_15693(bytes.fromhex("E0040100"))
    assert not is_iso_15693(bytes.fromhex("2E985C8A00010400"))


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

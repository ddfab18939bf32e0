"""Compaction: the worked numbers of the standard's table, the limits of each code, what damage gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codecs.compaction import Compaction, pack, unpack
from drivers.codecs.findings import Finding

WORKED = [
    (Compaction.INTEGER, "123456789012", "1CBE991A14"),
    (Compaction.INTEGER, "9999999999999999999", "8AC7230489E7FFFF"),
    (Compaction.NUMERIC, "091", "091F"),
    (Compaction.NUMERIC, "10000000000000000000", "10000000000000000000"),
    (Compaction.FIVE_BIT, "ABC", "0886"),
    (Compaction.FIVE_BIT, "JPN", "541C"),
    (Compaction.SIX_BIT, "QA268.L55", "441CB6E2E335D6"),
    (Compaction.SIX_BIT, "ABC1234", "0420F1CB3D20"),
    (Compaction.SIX_BIT, "ABC12345", "0420F1CB3D35"),
    (Compaction.SIX_BIT, "ABC123456", "0420F1CB3D35DA"),
    (Compaction.SEVEN_BIT, "abcdefgh", "C38B1E4CB9B3E8"),
    (Compaction.OCTETS, "Léa1", "4CE96131"),
    (Compaction.UTF8, "图书", "E59BBEE4B9A6"),
]


@pytest.mark.parametrize(("compaction", "text", "packed"), WORKED)
def test_the_worked_numbers_of_the_table_go_both_ways(compaction: Compaction, text: str, packed: str) -> None:
    assert pack(text) == (compaction, bytes.fromhex(packed))
    assert unpack(compaction, bytes.fromhex(packed)) == (text, None)


@pytest.mark.parametrize(
    ("text", "compaction"),
    [
        ("7", Compaction.OCTETS),
        ("07", Compaction.NUMERIC),
        ("AB", Compaction.OCTETS),
        ("AB-", Compaction.OCTETS),
        ("ABC ", Compaction.OCTETS),
        ("abcdefg", Compaction.OCTETS),
        ("abcdefg~", Compaction.SEVEN_BIT),
        ("abcdefg\x7f", Compaction.OCTETS),
        ("AB@", Compaction.OCTETS),
        ("ABC@", Compaction.SIX_BIT),
        ("ABC_", Compaction.FIVE_BIT),
        ("ABC`", Compaction.OCTETS),
        ("9999999999999999999", Compaction.INTEGER),
        ("09999999999999999999", Compaction.NUMERIC),
        ("1" * 5000, Compaction.NUMERIC),
        ("10", Compaction.INTEGER),
        ("abcdefgé", Compaction.OCTETS),
        ("abcdefg书", Compaction.UTF8),
        ("١٢٣", Compaction.UTF8),
    ],
)
def test_a_text_that_a_denser_code_bars_goes_to_a_wider_one(text: str, compaction: Compaction) -> None:
    assert pack(text)[0] is compaction


@pytest.mark.parametrize(
    ("compaction", "packed", "text", "flaw"),
    [
        (Compaction.NUMERIC, "12A4", "12A4", Finding.COMPACTION_INVALID),
        (Compaction.NUMERIC, "1F34", "1F34", Finding.COMPACTION_INVALID),
        (Compaction.FIVE_BIT, "08800B00", "AB", Finding.COMPACTION_INVALID),
        (Compaction.SIX_BIT, "0420F1CB3D35D8", "ABC123456", Finding.BIT_PADDING_WRONG),
        (Compaction.SEVEN_BIT, "C38A", "ab", Finding.BIT_PADDING_WRONG),
        (Compaction.UTF8, "E59B", "�", Finding.UTF8_INVALID),
        (Compaction.APPLICATION, "D0", "D0", None),
    ],
)
def test_damage_is_told_and_the_rest_is_kept(
    compaction: Compaction, packed: str, text: str, flaw: Finding | None
) -> None:
    assert unpack(compaction, bytes.fromhex(packed)) == (text, flaw)


def test_seven_spare_bits_of_seven_bit_are_no_character() -> None:
    compaction, packed = Compaction.SEVEN_BIT, bytes.fromhex("62C99B46AD9BB862C99B46AD9BFF")
    assert unpack(compaction, packed) == ("123456781234567", None)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x5F), min_size=4, max_size=300))
def test_six_bits_by_way_of_base64_are_the_low_six_bits_of_each_character(text: str) -> None:
    """The standard's own words, bit by bit: the spare bits are the front part of 100000."""
    text = text.rstrip(" ") + "\x21"
    bits = "".join(f"{ord(letter) & 0x3F:06b}" for letter in text)
    bits += "100000"[: -len(bits) % 8]
    by_bits = int(bits, 2).to_bytes(len(bits) // 8, "big")
    compaction, packed = pack(text)
    if compaction is Compaction.SIX_BIT:
        assert packed == by_bits
    assert unpack(Compaction.SIX_BIT, by_bits) == (text, None)


def test_an_endless_integer_is_told_as_hex() -> None:
    assert unpack(Compaction.INTEGER, b"\xff" * 2000) == ("FF" * 2000, Finding.COMPACTION_INVALID)


@given(st.text(min_size=1))
def test_what_is_packed_is_unpacked(text: str) -> None:
    compaction, packed = pack(text)
    assert unpack(compaction, packed) == (text, None)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=200))
def test_plain_text_is_never_longer_packed(text: str) -> None:
    assert len(pack(text)[1]) <= len(text)


@given(st.integers(0, 7), st.binary(max_size=300))
def test_any_bytes_unpack_to_something(compaction: int, data: bytes) -> None:
    text, _ = unpack(compaction, data)
    assert isinstance(text, str)

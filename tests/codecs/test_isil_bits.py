"""ISIL: what is one, and how its bits are packed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codecs.findings import Finding
from drivers.codecs.isil import is_isil, pack_isil, unpack_isil


@pytest.mark.parametrize(
    ("isil", "packed"),
    [
        ("DE-Heu1", "21408E16BF1F"),
        ("US-InU-Mu", "ACC09EBAA06F6B"),
        ("FI-Mamk-M", "3240DE05AB075B"),
        ("CN-120104-C-YBL", "1B81E120104AD1D6644C"),
        ("DK-718500", "22C1E718500F"),
        ("DE-705", "2141E705"),
    ],
)
def test_known_libraries_go_both_ways(isil: str, packed: str) -> None:
    assert pack_isil(isil).hex().upper() == packed
    assert unpack_isil(bytes.fromhex(packed)) == (isil, None)


def test_a_shift_covers_one_character_and_a_latch_lasts() -> None:
    shifted_digit_between_letters = pack_isil("DE-a1b")
    assert unpack_isil(shifted_digit_between_letters) == ("DE-a1b", None)


def test_spare_bits_that_are_not_ones_are_told() -> None:
    assert unpack_isil(bytes.fromhex("21408E16BF18")) == ("DE-Heu1", Finding.BIT_PADDING_WRONG)


@pytest.mark.parametrize("text", ["DE-705", "CN-110108-1-NLC", "OCLC-DGU", "O-a/b:c", "ZDB-1"])
def test_isils_of_every_kind_are_taken(text: str) -> None:
    assert is_isil(text)


@pytest.mark.parametrize("text", ["", "SM361001", "DE-", "-705", "DE-12345678901234", "DE-70 5", "ABCDE-1", "DE-7\n"])
def test_what_is_no_isil_is_refused(text: str) -> None:
    assert not is_isil(text)


@given(st.from_regex(r"\A[A-Za-z0-9]{1,4}-[A-Za-z0-9:/-]{1,11}\Z"))
def test_every_isil_survives_its_bits(isil: str) -> None:
    assert unpack_isil(pack_isil(isil)) == (isil, None)


@given(st.binary(max_size=64))
def test_any_bits_give_a_text(data: bytes) -> None:
    text, flaw = unpack_isil(data)
    assert flaw in (None, Finding.BIT_PADDING_WRONG)
    assert len(text) <= len(data) * 2

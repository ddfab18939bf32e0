"""What the data of 3M answers mean, in both styles, cut and damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pads.m3_210.answers import (
    Block,
    Information,
    read_blocks,
    read_information,
    read_inventory,
    read_version,
)
from drivers.pads.m3_210.codes import error_words

TAG, OTHER = "E007000001234567", "E007000001AAAAAA"


def test_a_uid_told_twice_is_one_tag_and_a_foreign_one_is_counted() -> None:
    found = read_inventory(bytes.fromhex("000504" + TAG + OTHER + TAG + "0000000000AD6302"))
    assert found is not None
    assert (found.uids, found.others, found.whole) == ((TAG, OTHER), 1, True)


@pytest.mark.parametrize(("data", "whole"), [("000502" + TAG, False), ("000501" + TAG + "E0", False), ("000500", True)])
def test_an_inventory_that_is_not_as_long_as_it_counts_is_not_whole(data: str, whole: bool) -> None:
    found = read_inventory(bytes.fromhex(data))
    assert found is not None
    assert found.whole is whole


def test_an_inventory_without_a_count_is_none() -> None:
    assert read_inventory(b"\0\x05") is None


OLD = "02 03 00 01020304 04 01 05060708"
NEW = "03 02 00 01020304 01 05060708"
TWO = (Block(0, bytes([1, 2, 3, 4])), Block(1, bytes([5, 6, 7, 8])))


@pytest.mark.parametrize("data", [OLD, NEW])
def test_blocks_are_read_in_both_styles(data: str) -> None:
    assert read_blocks(bytes.fromhex(data), 3, 2, 4) == TWO


@pytest.mark.parametrize(
    ("data", "first", "most"),
    [
        (OLD, 4, 2),
        (NEW, 4, 2),
        (OLD, 3, 1),
        (NEW, 3, 1),
        ("", 0, 8),
        ("00", 0, 8),
        ("01", 0, 8),
        ("01 00 00 0102", 0, 8),
        ("02 03 00 01020304 05 01 05060708", 3, 2),
    ],
)
def test_blocks_that_were_not_asked_for_are_none(data: str, first: int, most: int) -> None:
    assert read_blocks(bytes.fromhex(data), first, most, 4) is None


def test_where_both_styles_fit_they_say_the_same() -> None:
    """Block 1 alone: count and first block are the same byte."""
    assert read_blocks(bytes.fromhex("01 01 00 01020304"), 1, 1, 4) == (Block(0, bytes([1, 2, 3, 4])),)


@pytest.mark.parametrize(("lock", "good"), [(0, True), (1, True), (3, True), (4, False), (0x15, False)])
def test_a_lock_byte_above_three_is_an_error(lock: int, good: bool) -> None:
    assert Block(lock, bytes(4)).good is good


@given(st.integers(0, 200), st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=40), st.booleans())
def test_what_a_reader_lays_into_an_answer_is_what_is_read(first: int, blocks: list[bytes], new: bool) -> None:
    head = bytes((first, len(blocks))) if new else bytes((len(blocks),))
    laid = b"".join((b"" if new else bytes((first + at,))) + b"\0" + data for at, data in enumerate(blocks))
    assert read_blocks(head + laid, first, len(blocks), 4) == tuple(Block(0, data) for data in blocks)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("0F 3E DA 03 1B 01", Information(0x3E, 0xDA, 4, 28)),
        ("02 DA", Information(None, 0xDA, None, None)),
        ("04 07 FF", Information(None, None, 8, 256)),
        ("00", Information(None, None, None, None)),
    ],
)
def test_tag_information_tells_what_it_got(data: str, told: Information) -> None:
    assert read_information(bytes.fromhex(data)) == told


@pytest.mark.parametrize("data", ["", "02", "02 DA 00", "04 03"])
def test_tag_information_of_another_length_is_none(data: str) -> None:
    assert read_information(bytes.fromhex(data)) is None


@given(st.binary(max_size=60), st.integers(0, 255), st.integers(1, 255), st.sampled_from([1, 4, 8, 32]))
def test_any_bytes_are_read_or_none(data: bytes, first: int, most: int, size: int) -> None:
    blocks = read_blocks(data, first, most, size)
    assert blocks is None or 1 <= len(blocks) <= most
    found = read_inventory(data)
    assert found is None or len(found.uids) + found.others <= data[2]
    read_information(data)
    assert read_version(data) is None or len(data) >= 4


def test_errors_have_words_and_unknown_ones_their_number() -> None:
    assert error_words(0x12) == "error 12 (locked)"
    assert error_words(0x77) == "error 77"

"""What a layout cannot hold is refused: which element, what is wrong with it, what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codecs.reading import BlockOrder
from drivers.codecs.tag_data import WRITABLE, ElementValue, EncodeRefused, decode, encode
from drivers.errors import Misuse

if TYPE_CHECKING:
    from tests.codecs.conftest import KioskTag

Elements = Mapping[str, ElementValue]

ITEM: Elements = {"primary_item_identifier": "1234"}
FIXED: Elements = {"primary_item_identifier": "1234", "type_of_usage": "1"}
OF_3M: Elements = {"primary_item_identifier": "1234", "item_type": 1}
LONG = "12345678901234567"

REFUSED: list[tuple[str, Elements, str, str]] = [
    ("iso28560-2", {}, "primary_item_identifier", "missing"),
    ("iso28560-2", {"titel": "x", **ITEM}, "titel", "did you mean title"),
    ("iso28560-2", {"oid_29": "x", **ITEM}, "oid_29", "leave it out"),
    ("iso28560-2", {"primary_item_identifier": 7}, "primary_item_identifier", "no text"),
    ("iso28560-2", {"primary_item_identifier": ""}, "primary_item_identifier", "empty"),
    ("iso28560-2", {"primary_item_identifier": "a\tb"}, "primary_item_identifier", "below 0x20"),
    ("iso28560-2", {"primary_item_identifier": "\ud800"}, "primary_item_identifier", "surrogate"),
    ("iso28560-2", {"primary_item_identifier": "9" * 8193}, "primary_item_identifier", "8193 characters"),
    ("iso28560-2", {"owner_institution": "SM361001", **ITEM}, "owner_institution", "no ISIL"),
    ("iso28560-2", {"ill_borrowing_institution": "X", **ITEM}, "ill_borrowing_institution", "no ISIL"),
    ("iso28560-2", {"type_of_usage": "1", **ITEM}, "type_of_usage", "two upper-case hex digits"),
    ("iso28560-2", {"type_of_usage": "A0", **ITEM}, "type_of_usage", "reserved"),
    ("iso28560-2", {"media_format": "0a", **ITEM}, "media_format", "two upper-case hex digits"),
    ("iso28560-2", {"gs1_product_identifier": "123", **ITEM}, "gs1_product_identifier", "13 digits"),
    ("iso28560-2", {"content_parameter": [3], **ITEM}, "content_parameter", "say []"),
    ("iso28560-2", {"content_parameter": [], **ITEM}, "content_parameter", "OIDs from 3 to 26"),
    ("iso28560-2", {"content_parameter": "3", **ITEM}, "content_parameter", "differs"),
    ("iso28560-2", {"set_information": "0301", **ITEM}, "set_information", "parts_in_set and part_number"),
    ("iso28560-2", {"set_information": {"parts_in_set": 3}, **ITEM}, "set_information", "no set information"),
    (
        "iso28560-2",
        {"set_information": {"parts_in_set": 2, "part_number": 3}, **ITEM},
        "set_information.part_number",
        "from 1 to 2",
    ),
    (
        "iso28560-2",
        {"set_information": {"parts_in_set": 1000, "part_number": 1}, **ITEM},
        "set_information.parts_in_set",
        "from 1 to 999",
    ),
    ("iso28560-3", ITEM, "type_of_usage", "give 1 for circulation"),
    ("iso28560-3", {**FIXED, "type_of_usage": "10"}, "type_of_usage", "one digit"),
    ("iso28560-3", {**FIXED, "type_of_usage": "5"}, "type_of_usage", "no class"),
    ("iso28560-3", {**FIXED, "data_model_version": 2}, "data_model_version", "from 1 to 1"),
    ("iso28560-3", {**FIXED, "content_parameter": [3]}, "content_parameter", "no such element"),
    ("iso28560-3", {**FIXED, "owner_institution": "705"}, "owner_institution", "no ISIL"),
    ("iso28560-3", {**FIXED, "ill_borrowing_institution": "705"}, "ill_borrowing_institution", "no ISIL"),
    ("iso28560-3", {**FIXED, "title": "x" * 252}, "title block", "passes 255 bytes"),
    ("iso28560-3", {**FIXED, "media_format": "book"}, "media_format", "hex digits"),
    (
        "iso28560-3",
        {**FIXED, "primary_item_identifier": LONG, "alternative_item_identifier": "x"},
        "primary_item_identifier",
        "library block",
    ),
    ("iso28560-4", {"unique_item_identifier": "DE-705.1.2.3x"}, "unique_item_identifier", "set-information-malformed"),
    ("iso28560-4", {"unique_item_identifier": "DE-705."}, "primary_item_identifier", "has none"),
    (
        "iso28560-4",
        {"unique_item_identifier": "DE-705.1", "primary_item_identifier": "2"},
        "primary_item_identifier",
        "make both say the same",
    ),
    ("iso28560-4", {"primary_item_identifier": "\U00010348"}, "uii", "four bytes"),
    ("iso28560-4", {"primary_item_identifier": "a" * 40}, "uii", "too many"),
    ("iso28560-4", {"titel": "x", **ITEM}, "titel", "did you mean title"),
    ("gxlm", {}, "primary_item_identifier", "missing"),
    ("gxlm", {**ITEM, "title": "x"}, "title", "no such element"),
    ("gxlm", {"primary_item_identifier": "é"}, "primary_item_identifier", "14 ASCII"),
    ("gxlm", {"primary_item_identifier": "A" * 15}, "primary_item_identifier", "14 ASCII"),
    ("gxlm", {"primary_item_identifier": "abcdefgh", "pii_encoding": 0}, "primary_item_identifier", "scheme 0"),
    ("gxlm", {**ITEM, "pii_encoding": 3}, "pii_encoding", "from 0 to 2"),
    ("gxlm", {**ITEM, "sorting": 32}, "sorting", "from 0 to 31"),
    ("gxlm", {**ITEM, "sorting": True}, "sorting", "whole number"),
    ("gxlm", {**ITEM, "on_loan": "no"}, "on_loan", "true nor false"),
    ("gxlm", {**ITEM, "content_parameter": [3]}, "content_parameter", "say []"),
    ("gxlm", {**ITEM, "owner_institution": "60001"}, "owner_institution", "not starting with 6, 7 or 8"),
    ("gxlm", {**ITEM, "owner_institution": "99999"}, "owner_institution", "up to 95535"),
    ("gxlm", {**ITEM, "owner_institution": "DE-705"}, "owner_institution", "five digits"),
    ("gxlm", {**ITEM, "type_of_usage": "1.256"}, "type_of_usage", "such as 0.1"),
    ("gxlm", {**ITEM, "type_of_usage": "1." + "9" * 5000}, "type_of_usage", "such as 0.1"),
    ("gxlm", {**ITEM, "type_of_usage": "10"}, "type_of_usage", "such as 0.1"),
    ("gxlm", {**ITEM, "subject": "x" * 1024}, "subject", "shorten it to 1023"),
    ("rfid501", ITEM, "item_type", "give 1 for a book"),
    ("rfid501", {**OF_3M, "item_type": 10}, "item_type", "not listed"),
    ("rfid501", {**OF_3M, "title": "x"}, "title", "no such element"),
    ("rfid501", {**OF_3M, "primary_item_identifier": LONG}, "primary_item_identifier", "16 ASCII"),
    ("rfid501", {**OF_3M, "primary_item_identifier": "é"}, "primary_item_identifier", "16 ASCII"),
    ("rfid501", {**OF_3M, "branch": 4096}, "branch", "from 0 to 4095"),
    ("unknown", ITEM, "format", "give one of iso28560-2"),
    ("iso28560", ITEM, "format", "is no layout"),
]


@pytest.mark.parametrize(("layout", "elements", "where", "why"), REFUSED)
def test_a_refusal_says_where_why_and_what_to_do(layout: str, elements: Elements, where: str, why: str) -> None:
    with pytest.raises(EncodeRefused) as refused:
        encode(layout, elements)
    assert refused.value.where == where
    assert why in str(refused.value)
    assert refused.value.what
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("layout", "elements", "size"),
    [("iso28560-2", ITEM, 3), ("iso28560-3", FIXED, 31), ("rfid501", OF_3M, 28)],
)
def test_what_does_not_fit_into_the_memory_is_refused(layout: str, elements: Elements, size: int) -> None:
    with pytest.raises(EncodeRefused, match="memory"):
        encode(layout, elements, memory_size=size)


def test_a_long_item_number_does_not_fit_on_a_short_tag_of_the_fixed_layout() -> None:
    long = {**FIXED, "primary_item_identifier": LONG}
    with pytest.raises(EncodeRefused, match="do not fit in 32"):
        encode("iso28560-3", long, memory_size=32)
    assert decode(encode("iso28560-3", long, memory_size=64).memory).item_id == LONG


@pytest.mark.parametrize(
    ("layout", "lock", "why"),
    [
        ("iso28560-3", ["primary_item_identifier"], "does not lock single elements"),
        ("iso28560-2", ["title"], "not among the elements"),
        ("iso28560-2", ["content_parameter"], "never lock"),
    ],
)
def test_what_cannot_be_locked_is_refused(layout: str, lock: list[str], why: str) -> None:
    elements = {**FIXED, "type_of_usage": "10", "content_parameter": [5]}
    with pytest.raises(EncodeRefused, match="lock") as refused:
        encode(layout, elements, lock=lock)
    assert why in str(refused.value)


def test_only_the_fixed_layout_is_ever_written_back_to_front() -> None:
    with pytest.raises(EncodeRefused, match="order"):
        encode("iso28560-2", ITEM, order=BlockOrder.REVERSED)


@pytest.mark.parametrize("afi", [-1, 256])
def test_an_afi_is_one_byte(afi: int) -> None:
    with pytest.raises(EncodeRefused, match="afi"):
        encode("iso28560-4", ITEM, afi=afi)


def test_a_block_has_a_byte() -> None:
    with pytest.raises(Misuse, match="block_size"):
        decode(b"\x01", block_size=0)
    with pytest.raises(Misuse, match="block_size"):
        encode("iso28560-2", ITEM, block_size=0)


VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.lists(st.integers(-5, 40), max_size=4),
    st.dictionaries(st.sampled_from(["parts_in_set", "part_number", "x"]), st.integers(-1, 300), max_size=3),
)
KEYS = st.sampled_from(
    [
        "primary_item_identifier",
        "type_of_usage",
        "set_information",
        "content_parameter",
        "owner_institution",
        "media_format",
        "title",
        "item_type",
        "sorting",
        "on_loan",
        "gs1_product_identifier",
        "unique_item_identifier",
        "nonsense",
    ]
)


@given(st.sampled_from(WRITABLE), st.dictionaries(KEYS, VALUES, max_size=5), st.none() | st.integers(1, 80))
def test_any_elements_are_written_or_refused_and_what_is_written_is_read_back(
    layout: str, elements: Elements, size: int | None
) -> None:
    try:
        tag = encode(layout, elements, memory_size=size)
    except EncodeRefused:
        return
    read = decode(tag.memory, uii=tag.uii, afi=0x07)
    assert read.item_id is not None
    assert size is None or len(tag.memory) in (0, size)
    assert encode(layout, read.elements, memory_size=size, afi=tag.uii[3] if tag.uii else None) == tag


def test_the_command_tells_a_refusal_in_words_and_in_json(kiosk_tag: KioskTag) -> None:
    ran = kiosk_tag("encode", "--format", "iso28560-2", "--json", json.dumps({"titel": "x", **ITEM}))
    assert ran.code == 1
    assert json.loads(ran.out)["refused"] == {
        "where": "titel",
        "what": "ISO 28560 has no such element",
        "remedy": "did you mean title?",
    }
    assert "titel: ISO 28560 has no such element; did you mean title?" in ran.err

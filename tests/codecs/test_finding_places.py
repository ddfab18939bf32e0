"""Where on the tag a finding shows: the byte that a technician would look at, and the words beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from fastcrc.crc16 import genibus
from hypothesis import given
from hypothesis import strategies as st

from drivers.codecs.findings import MEANINGS, Bank, Finding, Noted
from drivers.codecs.tag_data import TagData, decode

if TYPE_CHECKING:
    from tests.codecs.conftest import KioskTag, TagVector

ITEM = "9100051CBE991A14"
FIXED = "11010131303030303030303536000000000000{crc}44453730350000000000000000"


def places(data: TagData) -> dict[str, int | None]:
    return {noted.code: noted.offset for noted in data.details}


def bank_01(payload: str, control: str) -> bytes:
    body = bytes.fromhex(control + payload)
    return genibus(body).to_bytes(2) + body


CHAINED = [
    ("66 02 41", "element-truncated", 8),
    ("E6 02 02 4142 0080", "padding-not-zero", 14),
    ("00 00 00 41", "data-after-terminator", 11),
    ("66 01 41 66 01 42", "repeated-element:shelf_location", 11),
    ("66 00", "empty-element:shelf_location", 8),
    ("6F 0C 01 41", "unknown-oid:27", 8),
    ("02 01 80 66 01 41", "content-parameter-mismatch", 10),
    ("66 01 41 02 01 10", "content-parameter-misplaced", 11),
    ("26 02 12A4", "compaction-invalid:shelf_location", 10),
    ("46 07 0420F1CB3D35D8", "bit-padding-wrong:shelf_location", 16),
    ("03 06 21408E16BF18", "bit-padding-wrong:owner_institution", 15),
    ("7F 02 04 41E59B42", "utf8-invalid:title", 12),
    ("66 03 41070A", "control-characters:shelf_location", 10),
    ("63 03 414243", "isil-syntax:owner_institution", 10),
    ("64 02 4142", "set-information-malformed", 10),
    ("14 01 23", "set-information-implausible", 10),
    ("65 02 1000", "type-of-usage-malformed", 10),
    ("65 01 A0", "type-of-usage-reserved", 10),
]


@pytest.mark.parametrize(("rest", "code", "offset"), CHAINED)
def test_places_in_a_chain_of_elements(rest: str, code: str, offset: int) -> None:
    assert places(decode(bytes.fromhex(ITEM + rest))) == {code: offset}


def test_an_item_number_that_is_not_first_is_shown_where_it_stands() -> None:
    data = decode(bytes.fromhex("650110" + ITEM))
    assert places(data) == {"primary-item-identifier-not-first": 3}
    assert places(decode(bytes.fromhex("6501107F02047465737400"))) == {"primary-item-identifier-missing": 0}


def test_registers_have_no_byte() -> None:
    assert places(decode(bytes.fromhex(ITEM), afi=0xDA, dsfid=0)) == {"afi-unexpected": None, "dsfid-unexpected": None}


@pytest.mark.parametrize(
    ("memory", "code", "offset"),
    [
        ("1101013130303030303030353600000000000012344445373035000000000000", "crc-mismatch", 19),
        ("11010131323334350036370000000000000000B9F74445373035000000000000", "field-dirty:primary_item_identifier", 9),
        ("110101313030303030303035360000000000004FCF44452D3730350000000000", "isil-hyphen-stored", 21),
        ("320101313030303030303035360000000000007A8F4445373035000000000000", "data-model-version-unexpected", 0),
        ("11010231303030303030303536000000000000B9BF444B373138353030000000", "set-information-implausible", 1),
        (FIXED.format(crc="1BFD") + "30 04", "extension-overrun", 34),
        (FIXED.format(crc="1BFD") + "01 0501005501", "extension-checksum:1", 38),
        (FIXED.format(crc="1BFD") + "0501000501 0666006078780000", "extension-unknown:102", 40),
        (FIXED.format(crc="1BFD") + "0C0400774B696D0052657374", "extension-extra-field:4", 42),
        (FIXED.format(crc="1BFD") + "0704004C4B696D 000000 41", "data-after-terminator", 44),
        (FIXED.format(crc="1BFD") + "060400B64BFF 00", "utf8-invalid:title", 39),
        (FIXED.format(crc="1BFD") + "060400434B0A 00", "control-characters:title", 38),
        (FIXED.format(crc="1BFD") + "060500034141 00", "isil-syntax:ill_borrowing_institution", 38),
    ],
)
def test_places_in_the_fixed_layout(memory: str, code: str, offset: int) -> None:
    told = places(decode(bytes.fromhex(memory)))
    assert told.get(code) == offset
    assert set(told) - {code} <= {"crc-mismatch"}


def test_places_in_blocks_that_are_back_to_front_are_those_on_the_tag() -> None:
    forward = bytes.fromhex("11010131323334350036370000000000000000B9F74445373035000000000000")
    backward = b"".join(forward[start : start + 4][::-1] for start in range(0, 32, 4))
    told = places(decode(backward))
    assert told == {"block-bytes-reversed": 0, "field-dirty:primary_item_identifier": 10}
    assert backward[10] == forward[9] == 0x36


DE_705 = "19E4EC14B447C1C0F396"


@pytest.mark.parametrize(
    ("uii", "memory", "expected"),
    [
        (bank_01(DE_705, "2921"), "", ("afi-unexpected", 3, Bank.UII)),
        (bank_01(DE_705, "2DC2"), "", ("user-bank-missing", 2, Bank.UII)),
        (bank_01("FF00", "09C2"), "", ("uii-reserved-code", 4, Bank.UII)),
        (bank_01("141CFB21", "11C2"), "", ("uii-truncated", 6, Bank.UII)),
        (bank_01("141CFB00", "11C2"), "", ("uii-truncated", 6, Bank.UII)),
        (bank_01("141CFAFF", "11C2"), "", ("uii-reserved-code", 6, Bank.UII)),
        (bank_01("141C4100", "11C2")[:7], "", ("uii-truncated", 6, Bank.UII)),
        (bank_01("141CFCE9", "11C2"), "", ("utf8-invalid:unique_item_identifier", 7, Bank.UII)),
        (bank_01(DE_705, "2DC2"), "3E", ("dsfid-unexpected", 0, Bank.USER)),
        (bank_01(DE_705, "2DC2"), "06 660141 020110", ("content-parameter-misplaced", 4, Bank.USER)),
        (bank_01(DE_705, "2DC2"), "06 6602", ("element-truncated", 1, Bank.USER)),
        (bank_01("0000", "09C2"), "", ("primary-item-identifier-missing", 4, Bank.UII)),
        (bytes.fromhex("0001"), "", ("memory-short", 2, Bank.UII)),
    ],
)
def test_places_in_the_banks_of_uhf_tags(uii: bytes, memory: str, expected: tuple[str, int, Bank]) -> None:
    data = decode(bytes.fromhex(memory), uii=uii)
    assert expected in {(noted.code, noted.offset, noted.bank) for noted in data.details}


@pytest.mark.parametrize(
    ("payload", "memory", "expected"),
    [
        ("0000 0001 0541424330310000", "0C022808 1801", ("element-truncated", 4, Bank.USER)),
        ("0000 0001 0541424330310000", "0C022808 18", ("element-truncated", 4, Bank.USER)),
        ("0000 0001 0541424330310000", "0C022808 0000 07", ("data-after-terminator", 6, Bank.USER)),
        ("0000 0009 0541424330310000", "0C022808 1802E59B", ("utf8-invalid:shelf_location", 6, Bank.USER)),
        ("0000 0003 0541424330310000", "0C022808", ("content-parameter-mismatch", 6, Bank.UII)),
        ("0000 0001 0041420000000000", "0C022808", ("primary-item-identifier-missing", 8, Bank.UII)),
        ("0000 0001 A832490AEC010000", "0C022808", ("compaction-invalid:primary_item_identifier", 8, Bank.UII)),
        ("0080 0001 4142004300000000", "0C022808", ("field-dirty:primary_item_identifier", 11, Bank.UII)),
        ("0000 0001 054142C330310000", "0C022808", ("utf8-invalid:primary_item_identifier", 11, Bank.UII)),
        ("0000 0001 0641420000", "0C022808", ("uii-truncated", 8, Bank.UII)),
        ("0000 0001 0841420000", "0C022808", ("uii-truncated", 8, Bank.UII)),
    ],
)
def test_places_in_tags_of_the_chinese_universities(payload: str, memory: str, expected: tuple[str, int, Bank]) -> None:
    words = len(bytes.fromhex(payload)) // 2
    data = decode(bytes.fromhex(memory), uii=bank_01(payload.replace(" ", ""), f"{words << 3 | 4:02X}00"))
    assert data.format == "gxlm"
    assert expected in {(noted.code, noted.offset, noted.bank) for noted in data.details}


@pytest.mark.parametrize(
    ("head", "barcode", "code", "offset"),
    [
        ("05110001", "31", "constant-unexpected", 0),
        ("04110101", "31", "constant-unexpected", 2),
        ("04110063", "31", "item-type-unknown", 3),
        ("04310001", "31", "set-information-implausible", 1),
        ("04110001", "310032", "field-dirty:primary_item_identifier", 6),
        ("04110001", "31FF", "utf8-invalid:primary_item_identifier", 5),
        ("04110001", "3107", "control-characters:primary_item_identifier", 4),
        ("04110001", "", "primary-item-identifier-missing", 4),
    ],
)
def test_places_on_tags_of_3m(head: str, barcode: str, code: str, offset: int) -> None:
    memory = bytes.fromhex(head) + bytes.fromhex(barcode).ljust(16, b"\0") + bytes(12)
    data = decode(memory)
    assert data.format == "rfid501"
    assert places(data) == {code: offset}


def test_a_finding_says_in_words_what_it_is_about() -> None:
    assert Noted("crc-mismatch", 19).words == MEANINGS[Finding.CRC_MISMATCH]
    assert Noted("empty-element:title", 8).words == "title: has a length of 0, so no value"


def test_every_vector_has_a_place_and_words_for_each_finding(vector: TagVector) -> None:
    data = decode(vector.memory, block_size=vector.block_size, afi=vector.afi, dsfid=vector.dsfid, uii=vector.uii)
    assert [noted.code for noted in data.details] == vector.expect_findings
    for noted in data.details:
        assert noted.words
        assert (noted.bank is None) == (vector.uii is None)
        assert noted.offset is not None or noted.code in ("afi-unexpected", "dsfid-unexpected")


@given(st.binary(max_size=120), st.integers(1, 9), st.none() | st.binary(max_size=40))
def test_no_place_lies_outside_of_what_was_read(memory: bytes, block_size: int, uii: bytes | None) -> None:
    """One behind the last byte is where something is missing."""
    sizes = {None: len(memory), Bank.UII: len(uii or b""), Bank.USER: len(memory)}
    for noted in decode(memory, block_size=block_size, uii=uii).details:
        assert noted.offset is not None
        assert 0 <= noted.offset <= max(sizes[noted.bank], 34)


def test_the_command_tells_code_place_and_words(kiosk_tag: KioskTag) -> None:
    told = json.loads(kiosk_tag("decode", ITEM + "660400", "--afi", "DA", "--json").out)
    assert told["findings"] == ["afi-unexpected", "element-truncated"]
    assert told["finding_details"] == [
        {"code": "afi-unexpected", "offset": None, "words": MEANINGS[Finding.AFI_UNEXPECTED]},
        {"code": "element-truncated", "offset": 8, "words": MEANINGS[Finding.ELEMENT_TRUNCATED]},
    ]
    uhf = json.loads(kiosk_tag("decode", "--uii", bank_01(DE_705, "2DC2").hex(), "--json").out)
    assert uhf["finding_details"][0]["bank"] == "01"


def test_the_command_says_where_to_look(kiosk_tag: KioskTag) -> None:
    lines = kiosk_tag("decode", ITEM + "660400", "--afi", "DA").out.splitlines()
    assert lines[-2].startswith("  afi-unexpected (register): the AFI is neither")
    assert lines[-1].startswith("  element-truncated (byte 8): an element passes the end")
    uhf = kiosk_tag("decode", "--uii", bank_01(DE_705, "2DC2").hex()).out
    assert "user-bank-missing (byte 2 of bank 01): bank 11 holds data" in uhf

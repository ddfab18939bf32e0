"""Which layout a damaged or unusual HF tag is taken for, where no register says it."""

from __future__ import annotations

import pytest

from drivers.codecs.compaction import first_broken_utf8
from drivers.codecs.tag_data import decode, encode

CHAINS = [
    ("7102E59B00000000", ["utf8-invalid:primary_item_identifier"]),
    ("7104E59B4142660141", ["utf8-invalid:primary_item_identifier"]),
    ("61034107420000", ["control-characters:primary_item_identifier"]),
    ("210212A4660141", ["compaction-invalid:primary_item_identifier"]),
    ("2102123D6605", ["compaction-invalid:primary_item_identifier", "element-truncated"]),
    ("110066014100", ["empty-element:primary_item_identifier", "primary-item-identifier-missing"]),
    ("660141", ["primary-item-identifier-missing"]),
    ("E1000266E5", []),
]


@pytest.mark.parametrize(("memory", "findings"), CHAINS)
def test_a_first_element_that_fits_makes_a_chain(memory: str, findings: list[str]) -> None:
    """`tag-data.md` 2.1: part 2 if the first byte's OID is 1 and the element fits."""
    data = decode(bytes.fromhex(memory))
    assert (data.format, list(data.findings)) == ("iso28560-2", findings)


@pytest.mark.parametrize("memory", ["0100000000", "FF" * 32, "30303030", "A5" * 28, "6F"])
def test_what_is_no_librarys_is_unknown(memory: str) -> None:
    data = decode(bytes.fromhex(memory))
    assert (data.format, dict(data.elements), data.foreign) == ("unknown", {}, None)


def test_a_register_of_a_library_makes_the_best_of_what_is_there() -> None:
    assert decode(b"\xff" * 32, afi=0x07).format == "iso28560-2"
    assert decode(b"\xff" * 32, dsfid=0x06).format == "iso28560-2"
    assert decode(b"\xff" * 32, dsfid=0x3E).format == "iso28560-3"


@pytest.mark.parametrize(
    ("head", "layout"),
    [
        ("04110001", "rfid501"),
        ("04110063", "rfid501"),
        ("05110001", "rfid501"),
        ("05110063", "unknown"),
        ("05000001", "unknown"),
        ("05110101", "unknown"),
    ],
)
def test_the_head_of_a_3m_tag_with_a_barcode(head: str, layout: str) -> None:
    assert decode(bytes.fromhex(head) + b"1301234567".ljust(16, b"\0") + bytes(12)).format == layout


def a_fixed_tag(**changes: int) -> bytes:
    memory = bytearray(
        encode(
            "iso28560-3", {"primary_item_identifier": "30099887", "type_of_usage": "1", "owner_institution": "DE-705"}
        ).memory
    )
    memory[19] ^= 0xFF
    for place, byte in changes.items():
        memory[int(place.removeprefix("byte_"))] = byte
    return bytes(memory)


@pytest.mark.parametrize(
    ("memory", "layout"),
    [
        (a_fixed_tag(), "iso28560-3"),
        (a_fixed_tag(byte_0=0x71), "iso28560-3"),
        (a_fixed_tag(byte_0=0x51), "iso28560-2"),
        (a_fixed_tag(byte_0=0x22), "unknown"),
        (a_fixed_tag(byte_3=0x01, byte_4=0), "iso28560-3"),
        (a_fixed_tag()[:30], "iso28560-3"),
        (a_fixed_tag(byte_21=0x64), "iso28560-3"),
        (a_fixed_tag(byte_21=0x64, byte_1=0), "iso28560-2"),
    ],
)
def test_a_fixed_tag_with_a_wrong_crc_is_weighed(memory: bytes, layout: str) -> None:
    assert decode(memory).format == layout


def test_an_owner_in_the_library_block_weighs_as_an_owner() -> None:
    memory = bytearray(
        encode(
            "iso28560-3", {"primary_item_identifier": "1", "type_of_usage": "1", "owner_institution": "OCLC-DGU"}
        ).memory
    )
    memory[19] ^= 0xFF
    data = decode(bytes(memory))
    assert (data.format, data.owner, data.findings) == ("iso28560-3", "OCLC-DGU", ("crc-mismatch",))


def test_the_title_of_a_tag_is_at_hand() -> None:
    assert decode(encode("iso28560-2", {"primary_item_identifier": "12", "title": "书"}).memory).title == "书"
    assert decode(b"").title is None


def test_whole_utf8_has_no_broken_byte() -> None:
    assert first_broken_utf8("é书".encode()) == 0
    assert first_broken_utf8(b"ab\xff") == 2


@pytest.mark.parametrize("block_size", [1, 2, 3, 8, 200])
def test_a_chain_is_a_chain_whatever_the_blocks(block_size: int) -> None:
    data = decode(bytes.fromhex("9100051CBE991A14660141"), block_size=block_size)
    assert (data.format, data.item_id, data.findings) == ("iso28560-2", "123456789012", ())


def test_a_small_gs1_number_keeps_its_zeros() -> None:
    elements = {"primary_item_identifier": "12", "gs1_product_identifier": "0000000000005"}
    assert decode(encode("iso28560-2", elements).memory).elements == elements


def test_what_is_remembered_of_one_tag_never_reaches_another() -> None:
    """Behind the item number most tags of a library are the same, and are read once."""
    rest = bytes.fromhex("0201C0 0304 2141E705 2402 0301".replace(" ", ""))
    first = decode(bytes.fromhex("9100051CBE991A14") + rest)
    index, in_set = first.elements["content_parameter"], first.elements["set_information"]
    assert isinstance(index, list)
    assert isinstance(in_set, dict)
    index.append(99)
    in_set["part_number"] = 99
    second = decode(bytes.fromhex("9100051CBE991A15") + rest)
    assert second.elements == {
        "primary_item_identifier": "123456789013",
        "content_parameter": [3, 4],
        "owner_institution": "DE-705",
        "set_information": {"parts_in_set": 3, "part_number": 1},
    }


@pytest.mark.parametrize("rest", ["1102 2710", "65 01 10 02 01 20", "66 01 1B", "E6 01 01 41 80", "66 05 41"])
def test_a_rest_with_a_fault_is_told_each_time(rest: str) -> None:
    memory = bytes.fromhex("9100051CBE991A14" + rest.replace(" ", ""))
    told = decode(memory)
    assert told.findings
    assert decode(memory) == told

"""Tags beyond the vectors: each element and each finding of the layouts, with the clause that says so."""

from __future__ import annotations

import pytest
from fastcrc.crc16 import genibus

from drivers.codecs.elements import ELEMENTS, Kind
from drivers.codecs.findings import Finding
from drivers.codecs.iso28560_3 import crc_of, with_blocks_reversed
from drivers.codecs.tag_data import ElementValue, decode, encode, with_index

IDENTIFIER = "9100051CBE991A14"
Elements = dict[str, ElementValue]
BASE: Elements = {"primary_item_identifier": "123456789012"}


def chained(rest: str) -> tuple[Elements, list[str]]:
    """What stands behind an item identifier on a tag of ISO 28560-2, and what was found about it."""
    data = decode(bytes.fromhex(IDENTIFIER + rest), block_size=4)
    assert data.format == "iso28560-2"
    assert data.elements["primary_item_identifier"] == "123456789012"
    return {key: value for key, value in data.elements.items() if key != "primary_item_identifier"}, list(data.findings)


CHAINED: list[tuple[str, Elements, list[str]]] = [
    ("", {}, []),
    ("80 80 26 02 0123", {"shelf_location": "0123"}, []),
    ("A6 03 02 0123 000000", {"shelf_location": "0123"}, []),
    ("A6 03 02 0123 008000", {"shelf_location": "0123"}, ["padding-not-zero"]),
    ("A6 04 02 0123 000000", {}, ["element-truncated"]),
    ("66 8003 414243", {"shelf_location": "ABC"}, []),
    ("66 8100 " + "41" * 128, {"shelf_location": "A" * 128}, []),
    ("66 FFFFFFFF7F 41", {}, ["element-truncated"]),
    ("66", {}, ["element-truncated"]),
    ("E6", {}, ["element-truncated"]),
    ("6F", {}, ["element-truncated"]),
    ("66 02 41", {}, ["element-truncated"]),
    ("66 02 4142 66 02 4344", {"shelf_location": "AB"}, ["repeated-element:shelf_location"]),
    ("66 00 66 02 4344", {}, ["empty-element:shelf_location", "repeated-element:shelf_location"]),
    ("6F 0C 01 41", {"oid_27": "A"}, ["unknown-oid:27"]),
    ("0F 10 02 BEEF", {"oid_31": "BEEF"}, ["unknown-oid:31"]),
    ("6F FF 01 41", {"oid_270": "A"}, ["unknown-oid:270"]),
    ("02 01 10 66 01 41", {"content_parameter": [6], "shelf_location": "A"}, []),
    ("02 01 00", {"content_parameter": []}, []),
    ("02 00", {}, ["empty-element:content_parameter"]),
    ("02 01 30 66 01 41", {"content_parameter": [5, 6], "shelf_location": "A"}, ["content-parameter-mismatch"]),
    ("02 04 00000080 6F 0C 01 41", {"content_parameter": [27], "oid_27": "A"}, ["unknown-oid:27"]),
    ("02 01 10 66 00", {"content_parameter": [6]}, ["empty-element:shelf_location"]),
    ("66 01 41 02 01 10", {"content_parameter": [6], "shelf_location": "A"}, ["content-parameter-misplaced"]),
    ("26 02 12F0", {"shelf_location": "12F0"}, ["compaction-invalid:shelf_location"]),
    ("26 02 12AF", {"shelf_location": "12AF"}, ["compaction-invalid:shelf_location"]),
    ("26 02 012F", {"shelf_location": "012"}, []),
    ("36 02 0886", {"shelf_location": "ABC"}, []),
    ("36 03 08800B", {"shelf_location": "AB"}, ["compaction-invalid:shelf_location"]),
    ("76 02 E59B", {"shelf_location": "\ufffd"}, ["utf8-invalid:shelf_location"]),
    ("66 02 E941", {"shelf_location": "éA"}, []),
    ("03 04 2141E705", {"owner_institution": "DE-705"}, []),
    ("03 04 2141E700", {"owner_institution": "DE-700"}, []),
    ("63 06 44452D373035", {"owner_institution": "DE-705"}, []),
    ("03 01 FF", {"owner_institution": ""}, ["isil-syntax:owner_institution"]),
    ("0B 04 2141E705", {"ill_borrowing_institution": "DE-705"}, []),
    ("6B 03 414243", {"ill_borrowing_institution": "ABC"}, ["isil-syntax:ill_borrowing_institution"]),
    ("14 02 04B3", {"set_information": {"parts_in_set": 12, "part_number": 3}}, []),
    ("14 01 23", {"set_information": {"parts_in_set": 3, "part_number": 5}}, ["set-information-implausible"]),
    ("24 02 0300", {"set_information": {"parts_in_set": 3, "part_number": 0}}, ["set-information-implausible"]),
    ("24 03 120003", {"set_information": {"parts_in_set": 120, "part_number": 3}}, []),
    ("24 02 012F", {}, ["set-information-malformed"]),
    ("24 04 01200003", {}, ["set-information-malformed"]),
    ("64 02 4142", {}, ["set-information-malformed"]),
    ("65 01 15", {"type_of_usage": "15"}, []),
    ("65 01 16", {"type_of_usage": "16"}, ["type-of-usage-reserved"]),
    ("65 01 50", {"type_of_usage": "50"}, ["type-of-usage-reserved"]),
    ("65 01 3F", {"type_of_usage": "3F"}, []),
    ("E5 00 01 32", {"type_of_usage": "32"}, []),
    ("15 01 0A", {"type_of_usage": "10"}, []),
    ("65 02 1000", {"type_of_usage": "1000"}, ["type-of-usage-malformed"]),
    ("6F 04 01 0A", {"media_format": "0A"}, []),
    ("0F 05 01 0A", {"supply_chain_stage": "0A"}, []),
    ("1D 05 04D2A0B6FB", {"gs1_product_identifier": "0020713617147"}, []),
    ("6D 03 414243", {"gs1_product_identifier": "ABC"}, []),
    ("66 01 41 00 FF", {"shelf_location": "A"}, ["data-after-terminator"]),
    ("66 01 1B", {"shelf_location": "\x1b"}, ["control-characters:shelf_location"]),
]


@pytest.mark.parametrize(("rest", "elements", "findings"), CHAINED)
def test_elements_of_28560_2(rest: str, elements: Elements, findings: list[str]) -> None:
    assert chained(rest) == (elements, findings)


@pytest.mark.parametrize("element", [each for each in ELEMENTS if each.oid > 2], ids=lambda each: each.key)
def test_every_element_of_the_table_is_written_and_read(element: object) -> None:
    key, kind = next((each.key, each.kind) for each in ELEMENTS if each is element)
    values: dict[Kind, ElementValue] = {
        Kind.ISIL: "FI-Mamk-M",
        Kind.SET: {"parts_in_set": 2, "part_number": 1},
        Kind.CODE: "10",
        Kind.GS1: "9780131103627",
    }
    elements = with_index(BASE | {key: values.get(kind, "Ärger 7")})
    assert decode(encode("iso28560-2", elements).memory).elements == elements


@pytest.mark.parametrize(
    ("length", "head"), [(127, "7F027F"), (128, "7F028100"), (300, "7F02822C"), (8000, "7F02BE40")]
)
def test_a_length_above_127_takes_more_bytes(length: int, head: str) -> None:
    """Seven bits a byte, high part first; bit 7 says that another byte follows."""
    elements = BASE | {"title": "x" * length}
    memory = encode("iso28560-2", elements).memory
    assert memory[7:].startswith(bytes.fromhex(head) + b"x")
    assert decode(memory).elements == elements


@pytest.mark.parametrize(
    ("elements", "lock", "memory"),
    [
        ({"shelf_location": "A"}, [], "11051CBE991A14 660141"),
        ({"shelf_location": "A"}, ["shelf_location"], "9100051CBE991A14 E6000141"),
        ({"shelf_location": "AB"}, ["shelf_location"], "9100051CBE991A14 66024142"),
        ({"shelf_location": "ABé"}, ["shelf_location"], "9100051CBE991A14 E602034142E90000"),
        ({"shelf_location": "A", "title": "B"}, ["primary_item_identifier", "title"], None),
    ],
)
def test_locked_elements_start_and_end_on_edges(elements: Elements, lock: list[str], memory: str | None) -> None:
    """ISO 28560-2: only what is locked is aligned; an offset byte alone is the shortest pad."""
    written = encode("iso28560-2", BASE | elements, lock=lock, block_size=4).memory
    if memory is not None:
        assert written == bytes.fromhex(memory)
    assert decode(written).findings == ()
    assert decode(written).elements == BASE | elements


def fixed(head: str, identifier: str, owner: str, rest: str = "", size: int = 34) -> bytes:
    """A tag of ISO 28560-3 with a right CRC: head of three bytes, identifier and owner as text."""
    basic = bytes.fromhex(head) + identifier.encode().ljust(16, b"\0") + b"\0\0" + owner.encode().ljust(13, b"\0")
    basic = basic[:19] + crc_of(basic).to_bytes(2, "little") + basic[21:]
    return (basic + bytes.fromhex(rest)).ljust(size, b"\0") if rest or size > 32 else basic[:32]


FIXED: list[tuple[bytes, Elements, list[str]]] = [
    (fixed("110101", "1234", "DE705", size=32), {"owner_institution": "DE-705"}, []),
    (fixed("170101", "1234", "DE705"), {"type_of_usage": "7", "owner_institution": "DE-705"}, []),
    (fixed("110302", "1234", "DE705"), {"set_information": {"parts_in_set": 3, "part_number": 2}}, []),
    (
        fixed("110203", "1234", "DE705"),
        {"set_information": {"parts_in_set": 2, "part_number": 3}},
        ["set-information-implausible"],
    ),
    (fixed("210101", "1234", "DE705"), {"data_model_version": 1, "type_of_usage": "2"}, ["nibbles-swapped"]),
    (fixed("220101", "1234", "DE705"), {"data_model_version": 2}, ["data-model-version-unexpected"]),
    (fixed("150101", "1234", "DE705"), {"type_of_usage": "5"}, ["type-of-usage-reserved"]),
    (fixed("110101", "1234", ""), {"primary_item_identifier": "1234"}, []),
    (fixed("110101", "1234567890123456", "DE705"), {"primary_item_identifier": "1234567890123456"}, []),
    (fixed("110101", "1234", "DE7"), {"owner_institution": "DE-7"}, []),
    (fixed("110101", "1234", "DE-"), {"owner_institution": "DE--"}, []),
    (fixed("110101", "1234", "DE-7"), {"owner_institution": "DE-7"}, ["isil-hyphen-stored"]),
    (fixed("110101", "1234", "DEDE705"), {"owner_institution": "DE-705"}, ["country-repeated"]),
    (fixed("110101", "1234", "DE-705"), {"owner_institution": "DE-705"}, ["isil-hyphen-stored"]),
    (fixed("110101", "1234", "7DE05"), {"owner_institution": "7DE05"}, ["isil-syntax:owner_institution"]),
    (fixed("110101", "12\x0034", "DE705"), {"primary_item_identifier": "12"}, ["field-dirty:primary_item_identifier"]),
    (
        fixed("110101", "1234", "DE\x00705"),
        {"owner_institution": "DE"},
        ["field-dirty:owner_institution", "isil-syntax:owner_institution"],
    ),
    (
        fixed("110101", "12\x0734", "DE705"),
        {"primary_item_identifier": "12\x0734"},
        ["control-characters:primary_item_identifier"],
    ),
    (fixed("110101", "书34", "DE705"), {"primary_item_identifier": "书34"}, []),
    (fixed("110101", "1234", "DE705", "0501000501", 48), {"media_format": "01"}, []),
    (fixed("110101", "1234", "DE705", "01 01 0501000501", 48), {"media_format": "01"}, []),
    (fixed("110101", "1234", "DE705", "0501000401", 48), {}, ["extension-checksum:1"]),
    (fixed("110101", "1234", "DE705", "05C80000CD", 48), {}, ["extension-unknown:200"]),
    (fixed("110101", "1234", "DE705", "30 04 00", 48), {}, ["extension-overrun"]),
    (fixed("110101", "1234", "DE705", "03 04 00", 48), {}, ["extension-overrun"]),
    (
        fixed("110101", "1234", "DE705", "0704004C4B696D 0704004C4B696D", 64),
        {"title": "Kim"},
        ["repeated-element:title"],
    ),
    (fixed("110101", "1234", "DE705", "00 41", 48), {}, ["data-after-terminator"]),
]


@pytest.mark.parametrize(("memory", "elements", "findings"), FIXED)
def test_tags_of_28560_3(memory: bytes, elements: Elements, findings: list[str]) -> None:
    data = decode(memory)
    assert data.format == "iso28560-3"
    assert {key: data.elements.get(key) for key in elements} == elements
    assert list(data.findings) == findings


SOUND = fixed("110101", "30099887", "DE705", size=64)


@pytest.mark.parametrize(
    ("memory", "finding"),
    [
        (SOUND[:19] + SOUND[20:18:-1] + SOUND[21:], Finding.CRC_BYTE_ORDER),
        (with_blocks_reversed(SOUND, 4), Finding.BLOCK_BYTES_REVERSED),
        (SOUND[:19] + b"\x12\x34" + SOUND[21:], Finding.CRC_MISMATCH),
    ],
)
def test_crcs_of_28560_3(memory: bytes, finding: Finding) -> None:
    data = decode(memory)
    assert (data.format, data.item_id, data.owner) == ("iso28560-3", "30099887", "DE-705")
    assert list(data.findings) == [finding]


def test_a_damaged_tag_is_still_told_by_its_fields() -> None:
    """A wrong CRC and one more fault: the other fields show which layout it is."""
    for place, byte in ((3, 0xC3), (5, 0x07), (12, 0x41), (1, 0x00), (2, 0x09), (0, 0x1C)):
        memory = bytearray(SOUND)
        memory[place] = byte
        data = decode(bytes(memory))
        assert (data.format, "crc-mismatch" in data.findings) == ("iso28560-3", True), place


def bank01(uii: str, control: int, attributes: int) -> bytes:
    payload = bytes.fromhex(uii)
    body = bytes([len(payload) // 2 << 3 | control, attributes]) + payload
    return genibus(body).to_bytes(2) + body


DE_705_ITEM = "19E4EC14B447C1C0F396"
UHF: list[tuple[str, str, int, int, str, Elements, list[str]]] = [
    ("stock", DE_705_ITEM, 0x01, 0x07, "", {"owner_institution": "DE-705"}, []),
    ("other AFI", DE_705_ITEM, 0x01, 0x21, "", {"owner_institution": "DE-705"}, ["afi-unexpected"]),
    ("UMI", DE_705_ITEM, 0x05, 0xC2, "06 6F020141", {"title": "A"}, []),
    ("UMI clear", DE_705_ITEM, 0x01, 0xC2, "06 6F020141", {"title": "A"}, ["umi-mismatch"]),
    ("DSFID", DE_705_ITEM, 0x05, 0xC2, "3E 6F020141", {"title": "A"}, ["dsfid-unexpected"]),
    ("bank 11 not read", DE_705_ITEM, 0x05, 0xC2, "", {}, ["user-bank-missing"]),
    ("owner twice", DE_705_ITEM, 0x05, 0xC2, "06 020180 03043240DE05", {"owner_institution": "DE-705"}, []),
    (
        "index behind",
        DE_705_ITEM,
        0x05,
        0xC2,
        "06 6601410201 10",
        {"shelf_location": "A", "content_parameter": [6]},
        ["content-parameter-misplaced"],
    ),
]


@pytest.mark.parametrize(("name", "uii", "control", "attributes", "memory", "elements", "findings"), UHF)
def test_tags_of_28560_4(
    name: str, uii: str, control: int, attributes: int, memory: str, elements: Elements, findings: list[str]
) -> None:
    data = decode(bytes.fromhex(memory), uii=bank01(uii, control, attributes))
    assert (data.format, data.item_id) == ("iso28560-4", "30099887")
    assert {key: data.elements.get(key) for key in elements} == elements
    assert list(data.findings) == findings


def test_a_bank_01_whose_crc_was_not_read_or_is_wrong_or_is_cut() -> None:
    whole = bank01(DE_705_ITEM, 0x01, 0x07)
    assert decode(b"", uii=b"\0\0" + whole[2:]).findings == ("stored-crc-absent",)
    assert decode(b"", uii=b"\x12\x34" + whole[2:]).findings == ("stored-crc-mismatch",)
    assert "pc-length-mismatch" in decode(b"", uii=whole[:-2]).findings
    assert decode(b"", uii=whole[:3]).findings == ("memory-short",)


@pytest.mark.parametrize(
    ("memory", "dsfid", "layout", "findings"),
    [
        (bytes(32), None, "iso28560-3", ("blank-tag",)),
        (bytes(112), None, "iso28560-2", ("blank-tag",)),
        (bytes(112), 0x3E, "iso28560-3", ("blank-tag",)),
        (b"\x55" * 32, None, "rfid501", ("factory-blank",)),
        (b"\xff" * 32, None, "unknown", ()),
        (bytes.fromhex("E1400E01") + bytes(28), None, "unknown", ()),
    ],
)
def test_blank_and_foreign_tags(memory: bytes, dsfid: int | None, layout: str, findings: tuple[str, ...]) -> None:
    data = decode(memory, dsfid=dsfid)
    assert (data.format, dict(data.elements), data.findings) == (layout, {}, findings)


@pytest.mark.parametrize(
    ("barcode", "item", "findings"),
    [
        (b"1234\0old", "1234", ["field-dirty:primary_item_identifier"]),
        (b"12\xe934", "12\ufffd34", ["utf8-invalid:primary_item_identifier"]),
        (b"", None, ["primary-item-identifier-missing"]),
        (b"12\x0734", "12\x0734", ["control-characters:primary_item_identifier"]),
    ],
)
def test_a_3m_tag_is_known_by_its_head_whatever_its_barcode(
    barcode: bytes, item: str | None, findings: list[str]
) -> None:
    data = decode(bytes.fromhex("04120001") + barcode.ljust(16, b"\0") + bytes(12))
    assert (data.format, data.item_id) == ("rfid501", item)
    assert list(data.findings) == findings


def test_a_3m_tag_tells_branch_library_and_a_negative_number() -> None:
    data = decode(bytes.fromhex("04120009") + b"7".ljust(16, b"\0") + bytes.fromhex("FFF00001 80000000 00000000"))
    assert (data.elements["branch"], data.elements["library"], data.elements["custom"]) == (0xFFF, 1, -(1 << 31))
    assert data.findings == ()


USAGES = {
    "0": "012",
    "1": "012345",
    "2": "0",
    "3": "0123456789ABCDEF",
    "4": "0123456789ABCDEF",
    "6": "0",
    "7": "0123",
    "8": "0123",
    "9": "01234",
}
"""ISO 28560-1, type of usage: class to its sub-classes."""


@pytest.mark.parametrize("main", "0123456789ABCDEF")
def test_the_classes_of_usage_are_those_of_the_standard(main: str) -> None:
    for sub in "0123456789ABCDEF":
        _, findings = chained(f"6501{main}{sub}")
        assert findings == ([] if sub in USAGES.get(main, "") else ["type-of-usage-reserved"]), main + sub


@pytest.mark.parametrize(
    ("text", "packed"),
    [
        ("CH-", "141C"),
        ("12312345678", "FB2102DDDF7C4E"),
        ("000000001", "FB0000000001"),
        ("000123456789", "FB30075BCD15"),
        ("é", "FDC3A9"),
        ("a", "FC61"),
    ],
)
def test_codes_of_a_uii(text: str, packed: str) -> None:
    """ISO/TS 28560-4, annex of the UII; long numbers keep their leading zeros."""
    data = packed if len(packed) % 4 == 0 else packed + "00"
    read = decode(b"", uii=bank01(data, 0x01, 0x07))
    assert read.elements["unique_item_identifier"] == text
    written = encode("iso28560-4", {"primary_item_identifier": text}, afi=0x07)
    assert written.uii == bank01(data, 0x01, 0x07)


def test_a_3m_tag_without_a_set_is_one_of_one() -> None:
    written = encode("rfid501", {"primary_item_identifier": "7", "item_type": 1})
    assert written.memory == bytes.fromhex("04110001") + b"7".ljust(16, b"\0") + bytes(12)


GXLM = bank01("0000 0001 05 4142433031 0000".replace(" ", ""), 0x04, 0x00)
"""Scheme 0, item ABC01, an owner in bank 11."""


@pytest.mark.parametrize(
    ("memory", "elements", "findings"),
    [
        ("0C022808", {"owner_institution": "10248"}, []),
        ("0C02EA61", {"owner_institution": "90001"}, []),
        ("0C022808 0000 01", {"owner_institution": "10248"}, ["data-after-terminator"]),
        ("0C022808 0C02EA61", {"owner_institution": "10248"}, ["repeated-element:owner_institution"]),
        ("0C022808 10", {"owner_institution": "10248"}, ["element-truncated"]),
        ("0C022808 0801 41", {"owner_institution": "10248", "oid_2": "A"}, ["unknown-oid:2"]),
        ("0C0128", {}, ["length-unexpected:owner_institution"]),
        ("0C022808 14020001", {"type_of_usage": "0.1"}, ["content-parameter-mismatch"]),
        (
            "0C022808 1802 E59B",
            {"shelf_location": "\ufffd"},
            ["content-parameter-mismatch", "utf8-invalid:shelf_location"],
        ),
    ],
)
def test_bank_11_of_the_chinese_universities(memory: str, elements: Elements, findings: list[str]) -> None:
    data = decode(bytes.fromhex(memory), uii=GXLM)
    assert (data.format, data.item_id, data.elements["content_parameter"]) == ("gxlm", "ABC01", [3])
    assert {key: data.elements.get(key) for key in elements} == elements
    assert list(data.findings) == findings

"""What encoding says beside the bytes: blocks to lock, blocks that stay back to front; and tags of others by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codecs import afi
from drivers.codecs.reading import BlockOrder, Foreign
from drivers.codecs.tag_data import ElementValue, decode, encode, with_index

if TYPE_CHECKING:
    from tests.codecs.conftest import KioskTag

EXAMPLE: dict[str, ElementValue] = {
    "primary_item_identifier": "123456789012",
    "content_parameter": [3, 4, 6],
    "set_information": {"parts_in_set": 12, "part_number": 3},
    "shelf_location": "QA268.L55",
    "owner_institution": "US-InU-Mu",
}
LOCKED = ["primary_item_identifier", "owner_institution"]


def test_the_blocks_to_lock_of_the_standards_example() -> None:
    assert encode("iso28560-2", EXAMPLE, lock=LOCKED).locked_blocks == (0, 1, 6, 7, 8)


def test_nothing_is_locked_that_was_not_named() -> None:
    assert encode("iso28560-2", EXAMPLE).locked_blocks == ()


@given(
    st.sets(st.sampled_from(["primary_item_identifier", "title", "shelf_location", "owner_institution"])),
    st.sampled_from([1, 2, 4, 8, 32]),
    st.text(alphabet="AZ az09é", min_size=1, max_size=20),
    st.permutations(["title", "shelf_location", "owner_institution", "local_data_a"]),
)
def test_locked_blocks_hold_what_is_locked_and_nothing_else(
    lock: set[str], block_size: int, text: str, order: list[str]
) -> None:
    """Overwriting every block that is not locked changes nothing that is; zeroing the locked ones leaves the rest."""
    values = dict.fromkeys(order, text) | {"owner_institution": "FI-Mamk-M"}
    elements = with_index({"primary_item_identifier": "123456789012", **values})
    tag = encode("iso28560-2", elements, lock=lock, block_size=block_size)
    in_lock = set(tag.locked_blocks)
    assert list(tag.locked_blocks) == sorted(in_lock)
    kept = bytes(byte if place // block_size in in_lock else 0x80 for place, byte in enumerate(tag.memory))
    assert {key: value for key, value in decode(kept, dsfid=0x06).elements.items() if key in lock} == {
        key: elements[key] for key in lock
    }
    rest = bytes(byte if place // block_size not in in_lock else 0x80 for place, byte in enumerate(tag.memory))
    left = decode(rest, dsfid=0x06).elements
    assert {key: left[key] for key in elements if key not in lock} == {
        key: value for key, value in elements.items() if key not in lock
    }


FIXED: dict[str, ElementValue] = {
    "data_model_version": 1,
    "type_of_usage": "1",
    "set_information": {"parts_in_set": 1, "part_number": 1},
    "primary_item_identifier": "11223344",
    "owner_institution": "DE-705",
}


@pytest.mark.parametrize("block_size", [2, 4, 8])
@pytest.mark.parametrize("size", [None, 32, 64])
def test_a_tag_that_was_found_back_to_front_is_written_so_again(block_size: int, size: int | None) -> None:
    tag = encode("iso28560-3", FIXED, block_size=block_size, memory_size=size, order=BlockOrder.REVERSED)
    read = decode(tag.memory, block_size=block_size)
    assert (read.format, read.elements, read.findings) == ("iso28560-3", FIXED, ("block-bytes-reversed",))


def test_back_to_front_blocks_are_whole() -> None:
    long_owner = FIXED | {"owner_institution": "FI-abcdefghijk"}
    tag = encode("iso28560-3", long_owner, order=BlockOrder.REVERSED)
    assert len(tag.memory) == 36
    assert decode(tag.memory).elements == long_owner


def test_the_command_tells_the_blocks_to_lock(kiosk_tag: KioskTag) -> None:
    words = ["encode", "--format", "iso28560-2", "--lock", ",".join(LOCKED), json.dumps(EXAMPLE)]
    plain = kiosk_tag(*words)
    assert plain.out == "9100051CBE991A140201D0140204B34607441CB6E2E335D6830207ACC09EBAA06F6B0000\n"
    assert plain.err == "blocks to lock: 0-1, 6-8\n"
    assert json.loads(kiosk_tag(*words, "--json").out)["lock_blocks"] == [0, 1, 6, 7, 8]
    one_block = kiosk_tag(*words[:4], "owner_institution", words[5], "--block-size", "32")
    assert one_block.err == "blocks to lock: 1\n"


def test_the_command_keeps_blocks_back_to_front(kiosk_tag: KioskTag) -> None:
    made = kiosk_tag("encode", "--format", "iso28560-3", "--reversed", json.dumps(FIXED)).out.strip()
    assert made == "31010111333232310034343300000000510000003745443E0000353000000000"
    assert json.loads(kiosk_tag("decode", made, "--json").out)["findings"] == ["block-bytes-reversed"]


DM11 = [
    "0B41244D54655D18000000000000BB4CA484FF4F42504401500400000000F555",
    "0B410441100441100000000000000ACDA484FF4F42504401500400000000F555",
    "0BC1344DD3344D13000000000000448BA484FF4F42504401500400000000F555",
    "0B014551144551140000000000007CCBA484FF4F42504401500400000000F555",
]
"""github GallusMax/libdanrfid `DM11DataTest.java`: items 12345678, 10000000, 33333333 and 44444444."""


@pytest.mark.parametrize("memory", DM11)
@pytest.mark.parametrize("afi_register", [None, 0x07])
def test_a_dm11_tag_is_named_and_not_read(memory: str, afi_register: int | None) -> None:
    data = decode(bytes.fromhex(memory), afi=afi_register)
    assert (data.format, data.foreign, data.elements, data.findings) == ("unknown", Foreign.DM11, {}, ())


@pytest.mark.parametrize(
    "memory", ["0B42244D54655D18" + "00" * 24, "0B41" + "00" * 30, DM11[0][:20], "0C" + DM11[0][2:]]
)
def test_what_only_resembles_dm11_is_not_named_so(memory: str) -> None:
    assert decode(bytes.fromhex(memory)).foreign is None


@pytest.mark.parametrize(
    ("uii", "foreign"),
    [
        ("0000 3000 E2 00 00 17 22 0B 01 44 15 10 79 3B", Foreign.NEW_UHF),
        ("AAF9 3000 3074257BF7194E4000001A85", Foreign.EPC),
        ("14AE290719E4EC14B447C1C0F396", None),
        ("F6EC280080000000054142433031", None),
    ],
)
def test_uhf_tags_of_trade_and_of_the_factory_are_named(uii: str, foreign: Foreign | None) -> None:
    data = decode(b"", uii=bytes.fromhex(uii))
    assert data.foreign is foreign
    assert (foreign is None) == ("pc-not-iso" not in data.findings)


def test_a_tag_of_the_nfc_forum_is_named(kiosk_tag: KioskTag) -> None:
    memory = "E1400E01 0312D1010E5504 6578616D706C652E6F7267 FE".replace(" ", "").ljust(64, "0")
    assert decode(bytes.fromhex(memory)).foreign is Foreign.NFC_FORUM
    assert "foreign: NFC Forum Type 5" in kiosk_tag("decode", memory).out
    assert json.loads(kiosk_tag("decode", memory, "--json").out)["foreign"].startswith("NFC Forum")


def test_a_library_tag_names_nothing_foreign(kiosk_tag: KioskTag) -> None:
    assert "foreign" not in json.loads(kiosk_tag("decode", "9100051CBE991A14", "--json").out)


def test_the_command_says_what_the_afi_means(kiosk_tag: KioskTag) -> None:
    assert json.loads(kiosk_tag("decode", "9100051CBE991A14", "--afi", "07", "--json").out)["afi_means"] == "in stock"
    assert "\nafi: on loan\n" in kiosk_tag("decode", "9100051CBE991A14", "--afi", "C2").out
    assert "afi:" not in kiosk_tag("decode", "9100051CBE991A14").out


def test_afis_have_names() -> None:
    assert afi.name_of(0x07) == "in stock"
    assert afi.name_of(0xC2) == "on loan"
    assert afi.name_of(0xEE) == "0xEE"

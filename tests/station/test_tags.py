"""Whose tag is this, and which item? Told from the memory alone, for the reducer to decide."""

from __future__ import annotations

import pytest

from drivers.pads.protocol import TagRead as MemoryRead
from kiosk.session.events import TagKind
from kiosk.station.tags import recognise

UID = "E004015012345678"
STANDARD = "9100051CBE991A140201D0140204B34607441CB6E2E335D6830207ACC09EBAA06F6B0000"
"""ISO 28560-2, item 123456789012, owner US-InU-Mu (tests/vectors/tag_data.toml, the standard's example)."""


def read(memory: str, afi: int | None = 0x07) -> MemoryRead:
    return MemoryRead(UID, afi, 0x06, 4, bytes.fromhex(memory))


def test_our_own_item_has_its_number() -> None:
    told = recognise(read(STANDARD), ["US-INU-MU"])
    assert (told.kind, told.item, told.afi) == (TagKind.LIBRARY, "123456789012", 0x07)


def test_without_owners_every_library_item_is_ours() -> None:
    assert recognise(read(STANDARD), []).kind is TagKind.LIBRARY


def test_another_library_s_item_is_named_as_foreign() -> None:
    assert recognise(read(STANDARD), ["CN-110108-1-NLC"]).kind is TagKind.FOREIGN


@pytest.mark.parametrize("memory", ["00" * 112, "55" * 24 + "00" * 8, "DEADBEEF" * 8, ""])
def test_a_blank_or_unknown_tag_is_no_library_item(memory: str) -> None:
    told = recognise(read(memory), [])
    assert told.kind in (TagKind.NOT_LIBRARY, TagKind.BROKEN)
    assert told.item is None


def test_a_danish_tag_with_a_wrong_checksum_is_not_believed() -> None:
    block = bytearray.fromhex("11010131303030303030303536000000000000" + "98A4" + "444B373138353030" + "00" * 5)
    assert recognise(MemoryRead(UID, 0x07, 0x3E, 4, bytes(block)), []).kind is TagKind.LIBRARY
    block[4] ^= 0x01
    assert recognise(MemoryRead(UID, 0x07, 0x3E, 4, bytes(block)), []).kind is TagKind.BROKEN

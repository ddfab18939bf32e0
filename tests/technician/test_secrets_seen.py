"""What a recording learns of patrons from each kind of device."""

from __future__ import annotations

import pytest

from drivers.cards.events import CardPresented
from drivers.gates.protocol import TagPassed
from drivers.pads.protocol import TagRead
from drivers.scanners.events import CodeScanned
from kiosk.technician import masking
from kiosk.technician.secrets_seen import SecretsSeen
from kiosk.technician.seen import DeviceEvent

UID = "E004015012345679"
BOOK = bytes.fromhex("110620564B254E3A0201A003091B81E440300AC1A699650110")
PATRON = bytes.fromhex("1108323032333030303165018100")
"""A patron's number, and type of usage 81: an adult's card."""


def left_of(frame: bytes, event: DeviceEvent) -> bytes:
    secrets = SecretsSeen()
    secrets.note(event)
    return masking.masked("lsp2", frame, secrets.all())


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(
    "event",
    [TagPassed(UID), TagPassed(UID, data=BOOK), TagRead(UID, 7, 6, 4, BOOK), CardPresented(UID, kind="icode-sli")],
)
def test_no_uid_of_a_tag_or_card_leaves_in_either_order(event: DeviceEvent, direction: int) -> None:
    uid = bytes.fromhex(UID)[::direction]
    left = left_of(b"\x01" + uid + b"\x02", event)
    assert uid not in left
    assert (left[:1], left[-1:], len(left)) == (b"\x01", b"\x02", len(uid) + 2)


def test_a_passing_patrons_memory_is_masked_and_a_books_is_kept() -> None:
    assert b"2023" not in left_of(PATRON, TagPassed(None, data=PATRON))
    assert left_of(BOOK, TagPassed(None, data=BOOK)) == BOOK


def test_a_scanned_code_is_masked() -> None:
    assert left_of(b"20230001\r", CodeScanned("20230001", None)) == b"77777777\r"

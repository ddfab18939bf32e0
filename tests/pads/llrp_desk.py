"""A UHF pad of the tests, books for it, and what they read as."""

from __future__ import annotations

from collections import Counter

from drivers.codecs.tag_data import encode
from drivers.health import Recovered
from drivers.pads.llrp.core import LlrpPad
from drivers.pads.llrp.settings import LlrpPadSettings
from drivers.pads.protocol import PadCommand, PadEvent, TagRead
from tests.gates.llrp_reader import NAME, Desk, Reader, Tag

IN_STOCK, ON_LOAN = 0x07, 0xC2
Pad = Desk[PadEvent, PadCommand]
WELL = Recovered(NAME)
FOREIGN = bytes.fromhex("3005FB63AC1F3841EC880467")


def a_book(number: int, afi: int = IN_STOCK) -> Tag:
    """A tag of ISO/TS 28560-4 with a shelf location in bank 11."""
    elements = {"primary_item_identifier": f"B{number}", "shelf_location": "QA268.L55"}
    tag = encode("iso28560-4", {**elements, "content_parameter": [6]}, afi=afi)
    assert tag.uii is not None
    return Tag(tag.uii[4:], int.from_bytes(tag.uii[2:4]), tag.memory + bytes(len(tag.memory) % 2))


def a_university_book(*, on_loan: bool = False) -> Tag:
    tag = encode("gxlm", {"primary_item_identifier": "ABC0123*", "owner_institution": "10248", "on_loan": on_loan})
    assert tag.uii is not None
    return Tag(tag.uii[4:], int.from_bytes(tag.uii[2:4]), tag.memory)


def uid(tag: Tag) -> str:
    """Its UII as it reads in stock."""
    in_stock = tag.uii if tag.pc & 0x0100 else bytes((tag.uii[0] & 0x7F,)) + tag.uii[1:]
    return in_stock.hex().upper()


def afi(tag: Tag) -> int:
    if tag.pc & 0x0100:
        return tag.pc & 0xFF
    return ON_LOAN if tag.uii[0] & 0x80 else IN_STOCK


def read(tag: Tag) -> TagRead:
    return TagRead(uid(tag), afi(tag), None, 2, tag.user, tag.pc.to_bytes(2) + tag.uii)


def a_pad(*tags: Tag, settings: LlrpPadSettings | None = None) -> Pad:
    """A pad in service, with these tags on it, told and read."""
    desk = Pad(LlrpPad(settings or LlrpPadSettings()), Reader(*tags))
    desk.connect()
    desk.run(3.0)
    assert desk.events[-1] == WELL
    return desk


def kinds(desk: Pad) -> Counter[int]:
    return Counter(kind for kind, _ in desk.reader.heard)

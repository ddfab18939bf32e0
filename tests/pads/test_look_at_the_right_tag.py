"""A look behind a write believes only the tag that was written: another book's AFI proves nothing."""

from __future__ import annotations

import pytest

from drivers.cards.apdu import SW_OK, Answer
from drivers.pads.pcsc import changes as pcsc_changes
from drivers.pads.pcsc.hold import Session, TagSession
from drivers.pads.polling.dialect import Held, NotSeen
from drivers.pads.polling.visit import Taken
from drivers.pads.rl866 import changes as rl866_changes
from drivers.pads.rl866.connection import Connection, Learned
from drivers.pads.rl866.frames import Block

WRITTEN, OTHER = "E004010012345678", "E004010087654321"
IN_STOCK = 0x07
SEEN = [(WRITTEN, Held(IN_STOCK)), (OTHER, NotSeen.NO_SENSE)]


def system_information(uid: str) -> bytes:
    """Flags (only the AFI is told), UID least significant byte first, AFI: ISO/IEC 15693-3, 10.4.12."""
    return b"\x02" + bytes.fromhex(uid)[::-1] + bytes((IN_STOCK,))


@pytest.mark.parametrize(("answers", "seen"), SEEN)
def test_a_desk_reader_s_look_is_at_the_tag_that_was_written(answers: str, seen: Held[int] | NotSeen) -> None:
    session = Session(WRITTEN, Taken.UP)
    look = pcsc_changes.afi(pcsc_changes.Tag(WRITTEN, TagSession(session, WRITTEN)), IN_STOCK).look()
    look.request()
    frame = b"\0" + system_information(answers)
    assert look.heard(Answer(bytes.fromhex("C003009000") + bytes((0x97, len(frame))) + frame, SW_OK)) is None
    look.request()
    assert look.heard(Answer(b"", SW_OK)) == seen


@pytest.mark.parametrize(("answers", "seen"), SEEN)
def test_an_rl866_s_look_is_at_the_tag_that_was_written(answers: str, seen: Held[int] | NotSeen) -> None:
    learned = Learned(uid=WRITTEN, handle=1)
    look = rl866_changes.afi(rl866_changes.Tag(WRITTEN, Connection(learned, WRITTEN, 1)), IN_STOCK).look()
    look.request()
    record = bytes.fromhex("0A0001") + system_information(answers)
    assert look.heard(Block(0, 0, bytes.fromhex("340000") + bytes((len(record),)) + record)) is None
    look.request()
    assert look.heard(Block(0, 0, bytes.fromhex("350000"))) == seen

"""What stands on a tag that a pad has read, or a gate has seen."""

from __future__ import annotations

from drivers.codecs.tag_data import TagData, decode
from drivers.gates.protocol import TagPassed
from drivers.pads.protocol import TagRead

ITEM_USAGE_CLASSES = frozenset("01234567")
"""Classes of type of usage that an item may have; 8 is a patron card, 9 equipment (ISO 28560-1, type of usage)."""
STORED_CRC = bytes(2)
"""A pad does not tell the word that only guards the air; the codecs take zeros for it."""


def decoded(read: TagRead) -> TagData:
    """The elements of a tag. On UHF its AFI is in the protocol control word, and the codecs look there."""
    if read.uii:
        return decode(read.data, uii=STORED_CRC + read.uii)
    return decode(read.data, block_size=read.block_size, afi=read.afi, dsfid=read.dsfid)


def decoded_passage(passed: TagPassed) -> TagData:
    """The elements of a tag as far as a gate told them."""
    if passed.pc is not None and passed.uid is not None:
        return decode(passed.data, uii=STORED_CRC + passed.pc.to_bytes(2, "big") + bytes.fromhex(passed.uid))
    return decode(passed.data, block_size=passed.block_size, afi=passed.afi, dsfid=passed.dsfid)


def is_for_items(data: TagData) -> bool:
    """Whether the type of usage, where there is one, is one of items."""
    usage = data.elements.get("type_of_usage")
    return not (isinstance(usage, str) and usage and usage[0] not in ITEM_USAGE_CLASSES)

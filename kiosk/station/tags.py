"""From a tag's memory to what the reducer needs to know: whose it is, which item, in what state."""

from __future__ import annotations

from collections.abc import Collection

from drivers.codecs.tag_data import TagData
from drivers.pads.protocol import TagRead as MemoryRead
from kiosk.hardware.tag_data import decoded, is_for_items
from kiosk.model.ids import ItemId, Uid
from kiosk.session.events import TagKind, TagRead

BREAKING_FINDINGS = frozenset(
    {
        "crc-mismatch",
        "memory-short",
        "element-truncated",
        "primary-item-identifier-missing",
        "utf8-invalid:primary_item_identifier",
        "compaction-invalid:primary_item_identifier",
        "control-characters:primary_item_identifier",
    }
)
"""Findings after which the item number on the tag is not to be trusted: the barcode is asked for."""

FOREIGN_TO_LIBRARIES = frozenset({"unknown", "blank"})


def recognise(read: MemoryRead, owners: Collection[str]) -> TagRead:
    """What the reducer is told of a tag. `owners` are our ISILs; empty takes every library item for ours."""
    data = decoded(read)
    kind = kind_of(data, owners)
    item = ItemId(data.item_id) if kind in (TagKind.LIBRARY, TagKind.FOREIGN) and data.item_id else None
    return TagRead(Uid(read.uid), kind, item, data.title or "", read.afi)


def kind_of(data: TagData, owners: Collection[str]) -> TagKind:
    """Whose tag it is, by its own data. `owners` are our ISILs; empty takes every library item for ours."""
    if data.format in FOREIGN_TO_LIBRARIES:
        return TagKind.NOT_LIBRARY
    if "factory-blank" in data.findings or "blank-tag" in data.findings:
        return TagKind.NOT_LIBRARY
    if data.item_id is None or BREAKING_FINDINGS.intersection(data.findings):
        return TagKind.BROKEN
    if not is_for_items(data):
        return TagKind.FOREIGN
    ours = {owner.casefold() for owner in owners}
    if ours and data.owner is not None and data.owner.casefold() not in ours:
        return TagKind.FOREIGN
    return TagKind.LIBRARY

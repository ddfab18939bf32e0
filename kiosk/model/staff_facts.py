"""What staff did with a pad or a wand, for central. It changes no loan: that is a person's decision.

`intent` is an id made by the station, and the fact's own name where it gives none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kiosk.model.ids import IntentId, ItemId, SessionId, Uid


@dataclass(frozen=True, slots=True)
class TagWritten:
    """A tag was given an item's data, and read back if `verified`."""

    type: ClassVar[str] = "lk.tag.written"
    session: SessionId
    intent: IntentId
    item: ItemId
    uid: Uid
    format: str
    """Of the data on the tag; empty where nobody says."""
    afi_before: int | None
    afi_after: int | None
    verified: bool


@dataclass(frozen=True, slots=True)
class StockSeen:
    """Copies that stood at a place, as a wand saw them: by number, or by the UID of a tag that was not read in full."""

    type: ClassVar[str] = "lk.stock.seen"
    session: SessionId
    """The stock-taking."""
    intent: IntentId
    place: str
    """Shelf or branch; empty where nobody says."""
    items: tuple[ItemId, ...]
    """In the order in which they stood."""
    uids: tuple[Uid, ...]
    sweep: int = 1
    """How often the wand has passed this place, with this time."""
    afi: int | None = None
    """The security byte of all of them, where the wand asked for it."""


StaffFact = TagWritten | StockSeen

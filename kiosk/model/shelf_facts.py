"""What lies behind the doors of smart shelves and lockers, for central."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from kiosk.model.ids import IntentId, ItemId, SessionId, Uid


class ShelfChange(StrEnum):
    """What became of an item behind a door."""

    LAID_IN = "laid-in"
    """It lies there now."""
    TAKEN_OUT = "taken-out"
    """By staff, or by whom it is lent to."""
    MISSING = "missing"
    """It is gone, and whoever had the door open was not the one it was kept for."""


@dataclass(frozen=True, slots=True)
class ShelfChanged:
    """An inventory after a door was closed found this. No loan begins or ends by it."""

    type: ClassVar[str] = "lk.shelf.changed"
    session: SessionId
    intent: IntentId
    item: ItemId
    uid: Uid
    compartment: str
    change: ShelfChange

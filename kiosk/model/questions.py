"""What a kiosk asks central on line, and what it hears. The same id asked twice gets the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.model.circulation import Item, Language, Patron
from kiosk.model.ids import ItemId, PatronRef, Uid
from kiosk.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class AskIdentify:
    """Whose card is this? `card` is a UID in hex, or the text of a barcode or QR code."""

    card: str


@dataclass(frozen=True, slots=True)
class AskBorrow:
    """May this patron borrow this item now?"""

    patron: PatronRef
    item: ItemId
    uid: Uid


@dataclass(frozen=True, slots=True)
class AskItem:
    """What is this item called? For the screen only; nothing waits for the answer."""

    item: ItemId


Question = AskIdentify | AskBorrow | AskItem


@dataclass(frozen=True, slots=True)
class Identified:
    """A known card whose owner may use the kiosk."""

    patron: Patron
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class NotIdentified:
    """An unknown card, or one that may not be used here."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MayBorrow:
    """Yes, until `due` (aware). No loan exists yet at central: it is made by the fact `lk.loan.made`."""

    item: Item
    due: datetime
    may_borrow: int | None
    """How many more after this one."""


@dataclass(frozen=True, slots=True)
class MayNotBorrow:
    """No, and why; `item` where central knows it."""

    reasons: tuple[Reason, ...]
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class ItemKnown:
    """Answer to `AskItem`; `item` is None where central has no such number."""

    item: Item | None


Answer = Identified | NotIdentified | MayBorrow | MayNotBorrow | ItemKnown

"""What happened, for central: each is told exactly once, in order. Field names are those of the MQTT contract.

All times are aware UTC datetimes. `seq` and `epoch` are given by the ledger when a fact is committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from kiosk.model.gate_facts import GateChecked, GateFact, GateWatched, PeopleCounted
from kiosk.model.ids import IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.shelf_facts import ShelfChanged
from kiosk.model.staff_facts import StaffFact, StockSeen


class Decided(StrEnum):
    """Who said yes."""

    CENTRAL = "central"
    OFFLINE = "offline"


class Found(StrEnum):
    """How a returned item's tag looked when it was laid down."""

    LENT = "lent"
    NOT_LENT = "not-lent"
    FOREIGN = "foreign"


class UndoneWhy(StrEnum):
    """Why a loan was taken back before the item was opened."""

    TAG_NOT_OPENED = "tag-not-opened"
    ITEM_TAKEN_AWAY = "item-taken-away"


class PaidBy(StrEnum):
    """How money was taken."""

    CASH = "cash"
    CARD = "card"
    QR = "qr"


@dataclass(frozen=True, slots=True)
class LoanMade:
    """A loan stands from here on, whatever happens to the tag."""

    type: ClassVar[str] = "lk.loan.made"
    session: SessionId
    intent: IntentId
    patron: PatronRef
    item: ItemId
    uid: Uid
    due: datetime
    decided: Decided
    provisional: bool
    policy_version: str = ""
    """Of the copy by which the station decided alone; empty where it had none or did not."""


@dataclass(frozen=True, slots=True)
class LoanRefused:
    """Central or the offline policy said no."""

    type: ClassVar[str] = "lk.loan.refused"
    session: SessionId
    intent: IntentId
    patron: PatronRef
    item: ItemId
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoanUndone:
    """The loan `intent` never left the building: the tag is known to be still secured."""

    type: ClassVar[str] = "lk.loan.undone"
    session: SessionId
    intent: IntentId
    item: ItemId
    why: UndoneWhy


@dataclass(frozen=True, slots=True)
class LoanRenewed:
    """The patron's own loan goes on until `due`, as central had allowed under the ask `intent`."""

    type: ClassVar[str] = "lk.loan.renewed"
    session: SessionId
    intent: IntentId
    patron: PatronRef
    item: ItemId
    due: datetime


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """The patron waits for a title (`control_number`) or for one copy (`item`). `intent` is the hold's id."""

    type: ClassVar[str] = "lk.hold.placed"
    session: SessionId
    intent: IntentId
    patron: PatronRef
    control_number: str | None
    item: ItemId | None
    pickup: str
    """Branch where it is collected; empty: any."""


@dataclass(frozen=True, slots=True)
class HoldCancelled:
    """The patron waits no more. `hold` is the id of the hold."""

    type: ClassVar[str] = "lk.hold.cancelled"
    session: SessionId
    intent: IntentId
    patron: PatronRef
    hold: str


@dataclass(frozen=True, slots=True)
class ChargePaid:
    """Money was taken. `intent` is the payment's id: told twice, it is paid once."""

    type: ClassVar[str] = "lk.charge.paid"
    session: SessionId
    intent: IntentId
    patron: PatronRef
    amount_cents: int
    currency: str
    """ISO 4217."""
    method: PaidBy
    reference: str
    """What the payment's provider calls it; no card number."""
    charges: tuple[str, ...]
    """Those that were chosen; empty: the oldest first."""


@dataclass(frozen=True, slots=True)
class ItemSecured:
    """The tag was written `in stock` and read back so, without a return: repaired, or staff's work."""

    type: ClassVar[str] = "lk.item.secured"
    session: SessionId
    intent: IntentId
    item: ItemId
    uid: Uid
    afi_before: int | None
    afi_after: int
    verified: bool


@dataclass(frozen=True, slots=True)
class ItemOpened:
    """The tag was written `on loan` and read back so."""

    type: ClassVar[str] = "lk.item.opened"
    session: SessionId
    intent: IntentId
    item: ItemId
    uid: Uid
    afi_before: int | None
    afi_after: int
    verified: bool


@dataclass(frozen=True, slots=True)
class ItemReturned:
    """The item is back: the tag was written `in stock` and read back so, and the loan ends."""

    type: ClassVar[str] = "lk.item.returned"
    session: SessionId
    intent: IntentId
    item: ItemId
    uid: Uid
    found: Found
    afi_before: int | None
    afi_after: int | None
    """None, and `verified` false, where another maker's station says nothing of the tag."""
    verified: bool
    bin: str = ""
    """Where a book-drop let it fall; empty where nothing sorts."""


@dataclass(frozen=True, slots=True)
class ItemDoubtful:
    """Something about an item is not known, and somebody is being told."""

    type: ClassVar[str] = "lk.item.doubtful"
    session: SessionId
    intent: IntentId
    item: ItemId
    uid: Uid
    unknown: str
    """What is not known: `tag-after-write`, `tag-not-opened`, `tag-not-secured`."""
    since: datetime


@dataclass(frozen=True, slots=True)
class StationSettled:
    """A doubt came to its end: what a start, or seeing the item again, found and mended."""

    type: ClassVar[str] = "lk.station.settled"
    session: SessionId
    intent: IntentId
    item: ItemId
    outcome: str
    """`opened`, `returned`, `abandoned` (nothing had happened yet), `undone`."""


Fact = (
    LoanMade
    | LoanRefused
    | LoanUndone
    | LoanRenewed
    | ItemOpened
    | ItemSecured
    | ItemReturned
    | ItemDoubtful
    | HoldPlaced
    | HoldCancelled
    | ChargePaid
    | StationSettled
    | GateFact
    | StaffFact
    | ShelfChanged
)

OfALoan = LoanUndone | ItemOpened | ItemSecured | ItemDoubtful | StationSettled
"""What is told of a loan that was made before. Its `intent` is empty where another maker's station names the item
alone."""


def item_of(fact: Fact) -> ItemId | None:
    """The one item that a fact is about."""
    if isinstance(fact, StockSeen):
        return fact.items[0] if len(fact.items) == 1 else None
    nothings = HoldCancelled | ChargePaid | PeopleCounted | GateWatched | GateChecked
    return None if isinstance(fact, nothings) else fact.item

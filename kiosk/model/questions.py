"""What a kiosk asks central on line, and what it hears. The same id asked twice gets the same answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from kiosk.model.circulation import Item, Language, Patron
from kiosk.model.finding import (
    AskFind,
    AskHold,
    AskTitle,
    MayHold,
    MayNotHold,
    NoTitle,
    TitlesFound,
    TitleTold,
)
from kiosk.model.ids import ItemId, PatronRef, Uid
from kiosk.model.joining import AskChange, AskJoin, Changed, Joined, MayNotJoin, NotChanged
from kiosk.model.news import AskNews, NewsTold
from kiosk.model.paying import AskPaid, AskPay, MayNotPay, OrderStands, PayOffered
from kiosk.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class AskIdentify:
    """Whose card is this? `card` is a UID in hex, or the text of a barcode or QR code."""

    card: str
    pin: str | None = field(default=None, repr=False)
    typed: bool = False
    """Nobody showed the card: its number was typed, which is worth nothing without the PIN."""


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


@dataclass(frozen=True, slots=True)
class AskRenew:
    """May this patron's loan of this item go on?"""

    patron: PatronRef
    item: ItemId


@dataclass(frozen=True, slots=True)
class AskAccount:
    """What has this patron, waits for, and owes?"""

    patron: PatronRef


@dataclass(frozen=True, slots=True)
class ReceiptEntry:
    """One line of a receipt."""

    title: str
    due: str
    """ISO date, or empty for a returned item."""


@dataclass(frozen=True, slots=True)
class AskMail:
    """Send this receipt to the patron's e-mail address, which central alone knows."""

    patron: PatronRef
    language: Language
    borrowed: tuple[ReceiptEntry, ...]
    returned: tuple[ReceiptEntry, ...]


@dataclass(frozen=True, slots=True)
class AskHelp:
    """Somebody at this station calls for staff."""

    screen: str
    """Where they are stuck: the name of the scene."""


@dataclass(frozen=True, slots=True)
class AskSort:
    """Where does this item go, that comes back here? It is not returned by the question."""

    item: ItemId


@dataclass(frozen=True, slots=True)
class AskKept:
    """Which of these items, which lie behind a station's doors, are set aside for this patron?"""

    patron: PatronRef
    items: tuple[ItemId, ...]


Question = (
    AskIdentify
    | AskBorrow
    | AskItem
    | AskRenew
    | AskAccount
    | AskFind
    | AskTitle
    | AskHold
    | AskMail
    | AskHelp
    | AskJoin
    | AskChange
    | AskSort
    | AskKept
    | AskPay
    | AskPaid
    | AskNews
)


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


@dataclass(frozen=True, slots=True)
class MayRenew:
    """Yes, until `due` (aware). Nothing has changed at central yet: the fact `lk.loan.renewed` does it."""

    due: datetime


@dataclass(frozen=True, slots=True)
class MayNotRenew:
    """No, and why."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class AccountLoan:
    """Something that the patron has."""

    item: Item
    due: datetime
    """Aware."""
    renewals: int
    provisional: bool = False
    """Lent while central did not answer."""


@dataclass(frozen=True, slots=True)
class AccountHold:
    """Something that the patron waits for."""

    title: str
    ready: bool
    """It is on the hold shelf (W10: only then)."""
    until: date | None
    """The last day on which it waits there."""
    id: str = ""
    """What `lk.hold.cancelled` names; empty where it cannot be cancelled from a kiosk."""
    place: int | None = None
    """In the line, 1 for the next; None once a copy is set aside, or where it is not known."""
    pickup: str = ""
    """Branch; empty: here."""


@dataclass(frozen=True, slots=True)
class AccountCharge:
    """Something that the patron owes."""

    kind: str
    """`overdue`, `lost`, `damage`, `processing`, `carried-over`, `other`, or a word of a newer central."""
    title: str
    """Of the item that it is for; empty where it is for none."""
    owed_cents: int
    since: date


@dataclass(frozen=True, slots=True)
class AccountTold:
    """How the patron stands: the next due first."""

    loans: tuple[AccountLoan, ...]
    holds: tuple[AccountHold, ...]
    owes_cents: int
    may_borrow: int | None
    """How many more; None without a limit."""
    charges: tuple[AccountCharge, ...] = ()
    """What `owes_cents` is made of, the oldest first."""
    currency: str = "CNY"
    """ISO 4217."""
    more_loans: int = 0
    more_holds: int = 0
    more_charges: int = 0
    """Beside those that are told: a screen and a message have room for so many."""
    by_phone: bool = False
    """What is owed can be paid by phone."""


@dataclass(frozen=True, slots=True)
class NoAccount:
    """Nobody knows this patron, and why nothing is told."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MailTaken:
    """Whether the receipt will be sent: central has an address, and keeps the letter until it is gone."""

    sends: bool | None
    """None: no letters go out from here."""


@dataclass(frozen=True, slots=True)
class StaffCalled:
    """Staff see that somebody calls."""


class Destination(StrEnum):
    """Where a copy goes that has come back."""

    SHELF = "shelf"
    HOLD = "hold"
    """Set aside for somebody who collects it here."""
    TRANSFER = "transfer"
    """To another branch."""
    STAFF = "staff"
    """Nobody knows the item, or it needs a look."""


@dataclass(frozen=True, slots=True)
class SortTold:
    """Where it goes."""

    to: Destination
    branch: str = ""
    """Of a transfer."""
    loan_class: str = ""
    """For bins by kind of item; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class KeptTold:
    """Those that are set aside for the patron."""

    items: tuple[ItemId, ...]


Answer = (
    Identified
    | NotIdentified
    | MayBorrow
    | MayNotBorrow
    | ItemKnown
    | MayRenew
    | MayNotRenew
    | AccountTold
    | NoAccount
    | MailTaken
    | StaffCalled
    | TitlesFound
    | TitleTold
    | NoTitle
    | MayHold
    | MayNotHold
    | Joined
    | MayNotJoin
    | Changed
    | NotChanged
    | SortTold
    | KeptTold
    | PayOffered
    | MayNotPay
    | OrderStands
    | NewsTold
)

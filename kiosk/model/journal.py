"""The rows of a kiosk's journal: what it meant to do, did, and found. One row kind a step, in the order of the work.

Borrow: `borrow.intended` → (central is asked) → `borrow.decided` + `loan.made` + `borrow.opening` in one transaction →
(AFI written, read back) → `borrow.done` → `receipt.…`. Return: `return.intended` → (AFI written, read back) →
`return.done` → `receipt.…`. Renew: `renew.intended` → (central is asked) → `loan.renewed`. An intent is open until a
row of a closing kind (`CLOSING`) carries its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.model.circulation import Purpose
from kiosk.model.ids import IntentId, ItemId, PatronRef, SessionId, Uid


class RowKind(StrEnum):
    """What a journal row says."""

    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    BORROW_INTENDED = "borrow.intended"
    BORROW_DECIDED = "borrow.decided"
    BORROW_REFUSED = "borrow.refused"
    LOAN_MADE = "loan.made"
    BORROW_OPENING = "borrow.opening"
    BORROW_DONE = "borrow.done"
    LOAN_UNDONE = "loan.undone"
    BORROW_ABANDONED = "borrow.abandoned"
    RETURN_INTENDED = "return.intended"
    RETURN_DONE = "return.done"
    RETURN_REFUSED = "return.refused"
    RETURN_ABANDONED = "return.abandoned"
    RENEW_INTENDED = "renew.intended"
    LOAN_RENEWED = "loan.renewed"
    RENEW_REFUSED = "renew.refused"
    RENEW_ABANDONED = "renew.abandoned"
    HOLD_PLACED = "hold.placed"
    HOLD_CANCELLED = "hold.cancelled"
    PAY_ASKED = "pay.asked"
    """The patron wants to pay by phone; central is asked under this id. What was paid, central alone knows."""
    PAY_SEEN = "pay.seen"
    """Central said that it was paid."""
    DOUBTFUL = "item.doubtful"
    STATION_SETTLED = "station.settled"
    """Beside the closing row of an intent that was a doubt: what was found and mended."""
    RECEIPT_OFFERED = "receipt.offered"
    RECEIPT_CHOSEN = "receipt.chosen"
    RECEIPT_PRINTED = "receipt.printed"
    RECEIPT_FAILED = "receipt.failed"
    RECEIPT_SHOWN = "receipt.shown"
    """As a code on the screen, for a phone."""
    RECEIPT_MAILED = "receipt.mailed"
    """Central sends it."""
    STAFF_ENTERED = "staff.entered"
    STAFF_REFUSED = "staff.refused"
    """A staff card with a wrong PIN; so many in a row, and no PIN is looked at for a while, also after a restart."""
    STAFF_LEFT = "staff.left"
    BIN_EMPTIED = "bin.emptied"
    STATION_CLOSED = "station.closed"
    STATION_OPENED = "station.opened"
    STATION_ENDED = "station.ended"
    """Staff ordered a restart, or switched the machine off (`note`)."""
    DROP_RELEASED = "drop.released"
    """What lay in a book-drop's tray has fallen into a bin (`note`)."""
    DOOR_OPENED = "door.opened"
    """Of a compartment (`note`)."""
    DOOR_CLOSED = "door.closed"
    SHELF_CHANGED = "shelf.changed"
    """An item behind a door: laid in, taken out, missing (`reasons`), in a compartment (`note`)."""
    GATE_PASSED = "gate.passed"
    GATE_ALARMED = "gate.alarmed"
    """An item that rang, or what somebody did about an alarm; the intent is the alarm's id."""
    GATE_WATCHED = "gate.watched"
    PEOPLE_COUNTED = "people.counted"
    GATE_CHECKED = "gate.checked"


CLOSING = frozenset(
    {
        RowKind.BORROW_REFUSED,
        RowKind.BORROW_DONE,
        RowKind.LOAN_UNDONE,
        RowKind.BORROW_ABANDONED,
        RowKind.RETURN_DONE,
        RowKind.RETURN_REFUSED,
        RowKind.RETURN_ABANDONED,
        RowKind.LOAN_RENEWED,
        RowKind.RENEW_REFUSED,
        RowKind.RENEW_ABANDONED,
        RowKind.GATE_PASSED,
        RowKind.GATE_ALARMED,
        RowKind.GATE_WATCHED,
        RowKind.PEOPLE_COUNTED,
        RowKind.GATE_CHECKED,
    }
)
"""Kinds that end an intent: the item is lent, returned, refused with a reason, or nothing had happened. What a gate
writes down is over when it is written."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One row. `note` is for the technician and never names a patron."""

    kind: RowKind
    session: SessionId | None = None
    intent: IntentId | None = None
    item: ItemId | None = None
    uid: Uid | None = None
    patron: PatronRef | None = None
    due: datetime | None = None
    afi: int | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A row as staff read it at the kiosk: when, what, and about which item; of a patron nothing."""

    at: datetime
    """Aware."""
    kind: RowKind
    item: ItemId | None


@dataclass(frozen=True, slots=True)
class LeftByStaff:
    """What staff's work of before a start still means."""

    closed: bool = False
    """The kiosk was closed for service."""
    in_bin: int = 0
    """Items returned since the bin was emptied."""
    wrong_pins: int = 0
    """Wrong staff PINs in a row."""
    wrong_at: datetime | None = None
    """Of the last of them (aware)."""


@dataclass(frozen=True, slots=True)
class LeftInDrop:
    """What a book-drop's journal says at a start."""

    counts: Mapping[str, int]
    """Items in each bin since it was emptied."""
    inside: tuple[JournalRow, ...]
    """Returns (`return.done`) of which nobody knows that they fell into a bin."""


@dataclass(frozen=True, slots=True)
class InBox:
    """What lies behind a door."""

    box: str
    """Name of the compartment."""
    item: ItemId
    uid: Uid
    lent: IntentId | None
    """The loan under which it lies there, until the next inventory."""


@dataclass(frozen=True, slots=True)
class LentAlone:
    """An item that was lent while central did not answer."""

    patron: PatronRef
    at: datetime
    """Aware."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An open intent, as the journal tells it after a crash or the session's end."""

    intent: IntentId
    session: SessionId
    purpose: Purpose
    item: ItemId
    uid: Uid
    patron: PatronRef | None
    loan_made: bool
    """Borrow only: the loan is committed (and told to central), so the tag has to follow."""
    due: datetime | None
    since: datetime
    afi_before: int | None = None
    """What the tag held when the intent was journalled; None where nobody could tell."""
    told: bool = False
    """Central has heard of it (a row `item.doubtful` exists)."""

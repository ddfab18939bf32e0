"""What the rules have to know of a patron, an item and a loan. Whoever asks gathers it; the rules look nothing up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from kiosk.model.ids import PatronRef


class Block(StrEnum):
    """Why staff keep a patron from something; beside what is computed."""

    BLOCKED = "blocked"
    CARD_LOST = "card-lost"


@dataclass(frozen=True, slots=True)
class Borrower:
    """A patron. Amounts in cents."""

    ref: PatronRef
    category: str
    loans: tuple[str, ...] = ()
    """Loan class of every item that the patron has at home, and of every one just promised."""
    onsite_loans: int = 0
    """Items in the reading room."""
    overdue_items: int = 0
    claimed_returned: int = 0
    """Among `loans`: items that the patron says are back, and nobody has found."""
    expires: datetime | None = None
    """The card's last instant, aware."""
    blocks: frozenset[Block] = frozenset()
    suspended_until: date | None = None
    """The last day of a suspension."""
    born: date | None = None
    debt_cents: int = 0
    credit_cents: int = 0
    guardian_debt_cents: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits for an item or its title, beside the patron who asks."""

    title: int = 0
    """Holds on any copy of the title."""
    this_item: int = 0
    """Holds on this very copy."""
    other_available_items: int = 0
    """Other copies that stand on the shelf."""


@dataclass(frozen=True, slots=True)
class Copy:
    """An item."""

    loan_class: str
    not_for_loan: bool = False
    age_mark: str = ""
    """Such as `FSK 16`."""
    lent_to: PatronRef | None = None
    lent_until: datetime | None = None
    held_for: PatronRef | None = None
    """Set aside on the hold shelf."""
    price_cents: int = 0


@dataclass(frozen=True, slots=True)
class Running:
    """A loan that stands."""

    due: datetime
    """Aware."""
    renewals: int = 0
    recalled: bool = False
    claimed_returned: bool = False
    lost: bool = False


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last instant of a card that is valid on `day`."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)

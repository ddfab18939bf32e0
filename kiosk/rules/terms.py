"""What a library's rules can say, each value by itself. A line of the rules says some of them; the rest is looked up.

The names are those of the field: Koha's circulation rules, Evergreen's circulation matrix and FOLIO's policies have
each of them under one name or another (docs/circulation.md). None means that nobody has said it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from kiosk.model.limits import DAY_OR_TIME, within

MOST = 10_000
MOST_CENTS = 100_000_000


class Unit(StrEnum):
    """Of a period. The first two are counted as they pass, the others on the calendar of the library's time zone."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


MINUTES = {Unit.MINUTES: 1, Unit.HOURS: 60, Unit.DAYS: 1_440, Unit.WEEKS: 10_080, Unit.MONTHS: 43_200}
"""Of a unit, where every day has 24 hours, and a month 30 days."""
BY_THE_CLOCK = frozenset({Unit.MINUTES, Unit.HOURS})


@dataclass(frozen=True, slots=True)
class Period:
    """So many units."""

    n: Annotated[int, within(0, MOST)]
    unit: Unit = Unit.DAYS

    @property
    def minutes(self) -> int:
        """Its length where every day has 24 hours, and a month 30 days."""
        return self.n * MINUTES[self.unit]

    @property
    def days(self) -> int:
        """Whole days of it; a month has 30."""
        return self.minutes // MINUTES[Unit.DAYS]


class ClosedDays(StrEnum):
    """What becomes of a due date that falls on a day when the library is closed."""

    IGNORE = "ignore"
    MOVE_TO_NEXT_OPEN = "move-to-next-open"
    MOVE_TO_PREVIOUS_OPEN = "move-to-previous-open"
    SKIP = "skip"
    """Only open days are counted at all."""
    NEXT_SAME_WEEKDAY = "next-same-weekday"
    """Whole weeks go on by whole weeks, so that who comes on Saturdays may come on a Saturday."""


class DueTime(StrEnum):
    """At what time of its day a loan of days is due."""

    END_OF_DAY = "23:59"
    CLOSING = "closing"
    KEEP = "keep"
    """At the time of day when it was made."""


class HourlyOverrun(StrEnum):
    """What becomes of a loan of hours that would run beyond closing time."""

    IGNORE = "ignore"
    CLOSE = "close"
    OPEN = "open"


class RenewFrom(StrEnum):
    """Where the new period begins."""

    DUE = "due"
    NOW = "now"


class ChargeAt(StrEnum):
    """Whether a period is charged once it is over, or as soon as it has begun."""

    END = "end"
    START = "start"


class Doing(StrEnum):
    """What a block can stop. A return is never stopped."""

    BORROW = "borrow"
    RENEW = "renew"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Fine:
    """What an overdue item costs."""

    amount_cents: Annotated[int, within(0, MOST_CENTS)]
    every: Period = Period(1)
    grace: Period = Period(0)
    """So late is not late."""
    grace_charged: bool = False
    """Who is later than the grace pays for it, too."""
    charge_at: ChargeAt = ChargeAt.END
    cap_cents: Annotated[int, within(0, MOST_CENTS)] | None = None
    cap_at_price: bool = False
    """Never more than the item costs; one without a price is taken at its class's `type_price_cents`."""
    skip_closed: bool = False
    """Days (for periods of hours: minutes) when the library is closed cost nothing."""
    recall_amount_cents: Annotated[int, within(0, MOST_CENTS)] | None = None
    """Instead of `amount_cents` while somebody waits for the recalled item."""
    recall_ignores_grace: bool = False

    def __post_init__(self) -> None:
        if not self.every.n:
            raise ValueError("expected every to be at least 1")


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days without borrowing, instead of money or beside it."""

    days: Annotated[int, within(0, MOST)]
    every: Period = Period(1)
    grace: Period = Period(0)
    max_days: Annotated[int, within(0, MOST)] | None = None

    def __post_init__(self) -> None:
        if not self.every.n:
            raise ValueError("expected every to be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything that can be said of a loan."""

    loan_period: Period | None = None
    """Without one, nothing is lent."""
    renewal_period: Period | None = None
    """As `loan_period` where nobody says it. 0 days is a value: due today."""
    closed_days: ClosedDays | None = None
    """`ignore` where nobody says it."""
    due_time: DueTime | None = None
    """`23:59` where nobody says it."""
    hourly_overrun: HourlyOverrun | None = None
    """`ignore` where nobody says it."""
    due_within_membership: bool | None = None
    """No loan is due after the card expires."""
    latest_due: Annotated[str, DAY_OR_TIME] | None = None
    """A day (`2027-01-31`) or local time after which no loan is due, such as the end of a term."""
    max_loans: Annotated[int, within(0, MOST)] | None = None
    """0 forbids; where nobody says it there is no limit. Beside the limit over all loans, a line that names a loan
    class limits that class."""
    max_onsite_loans: Annotated[int, within(0, MOST)] | None = None
    """For use in the reading room."""
    onsite_counts: bool | None = None
    """Reading-room loans count towards `max_loans`, too."""
    renewals_allowed: Annotated[int, within(0, MOST)] | None = None
    """Where nobody says it there is no limit."""
    renew_from: RenewFrom | None = None
    """`due` where nobody says it."""
    no_renewal_before_days: Annotated[int, within(0, MOST)] | None = None
    """Only so many days ahead of the due date; 0: from the due moment on. Where nobody says it: at any time."""
    renew_if_others_available: bool | None = None
    """A hold on the title does not stop a renewal while other copies can serve all who wait."""
    overdues_block_renewal: bool | None = None
    renewal_debt_limit_cents: Annotated[int, within(0, MOST_CENTS)] | None = None
    """Who owes more renews nothing; reaching it is still allowed."""
    debt_limit_cents: Annotated[int, within(0, MOST_CENTS)] | None = None
    """Who owes more borrows nothing; reaching it is still allowed."""
    credit_counts: bool | None = None
    """What the library owes the patron is taken off the debt."""
    guardian_debt_limit_cents: Annotated[int, within(0, MOST_CENTS)] | None = None
    """Whose guardian owes more borrows nothing."""
    expired_blocks: tuple[Doing, ...] | None = None
    """What an expired card cannot do: everything where nobody says it."""
    max_overdue_items: Annotated[int, within(0, MOST)] | None = None
    """Who has more overdue items borrows nothing."""
    max_claimed_returned: Annotated[int, within(0, MOST)] | None = None
    """Who says of more items that they are back, while nobody finds them, borrows nothing."""
    max_holds: Annotated[int, within(0, MOST)] | None = None
    pickup_days: Annotated[int, within(1, 365)] | None = None
    """Open days for which an item waits on the hold shelf: 7 where nobody says it."""
    fine: Fine | None = None
    suspension: Suspension | None = None
    type_price_cents: Annotated[int, within(0, MOST_CENTS)] | None = None
    """What an item without a price of its own costs."""
    lost_after_days: Annotated[int, within(1, MOST)] | None = None
    """An item so long overdue counts as lost."""
    lost_processing_cents: Annotated[int, within(0, MOST_CENTS)] | None = None
    """On top of the price."""
    lost_keeps_fine: bool | None = None
    """The overdue fine is owed beside the price of the lost item."""
    lost_refund_days: Annotated[int, within(0, MOST)] | None = None
    """Found within so many days, its price is given back; where nobody says it, always."""

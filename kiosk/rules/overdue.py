"""What a late return costs: money, days without borrowing, or the price of a lost item.

Always computed from the beginning, never added to: a closed day that is entered late, or a job that runs twice, changes
nothing (docs/circulation.md, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.calendar import ONE_DAY, Calendar
from kiosk.rules.subjects import Copy, Running
from kiosk.rules.terms import BY_THE_CLOCK, ChargeAt, Fine, Period, Suspension, Terms


@dataclass(frozen=True, slots=True)
class Fined:
    """What is owed, for how many periods, and what capped it."""

    cents: int
    periods: int
    reasons: tuple[Reason, ...] = ()


def fine(terms: Terms, calendar: Calendar, running: Running, copy: Copy, returned: datetime) -> Fined:
    """The fine of a loan that ends, or would end, at `returned` (aware)."""
    rule = terms.fine
    if rule is None or returned <= running.due:
        return Fined(0, 0)
    grace = Period(0) if running.recalled and rule.recall_ignores_grace else rule.grace
    late = _Late(calendar, running.due, returned, skip_closed=rule.skip_closed)
    periods = _periods(rule, grace, late)
    recalled = running.recalled and rule.recall_amount_cents is not None
    amount = rule.recall_amount_cents if recalled and rule.recall_amount_cents is not None else rule.amount_cents
    cents, reasons = _capped(rule, copy.price_cents or terms.type_price_cents or 0, periods * amount)
    return Fined(cents, periods, reasons)


def suspended_until(rule: Suspension | None, calendar: Calendar, due: datetime, returned: datetime) -> date | None:
    """The last day without borrowing, None where there is none."""
    if rule is None or returned <= due:
        return None
    late = _Late(calendar, due, returned, skip_closed=False)
    by_clock = rule.every.unit in BY_THE_CLOCK
    units = late.beyond(rule.grace, by_clock=by_clock, charged=False)
    every = rule.every.minutes if by_clock else rule.every.days
    days = units * rule.days // every
    if rule.max_days is not None:
        days = min(days, rule.max_days)
    return calendar.local(returned).date() + timedelta(days=days) if days > 0 else None


def lost_cents(terms: Terms, copy: Copy) -> int:
    """What a lost item costs, with the work that it makes."""
    return (copy.price_cents or terms.type_price_cents or 0) + (terms.lost_processing_cents or 0)


def counts_as_lost(terms: Terms, calendar: Calendar, due: datetime, now: datetime) -> bool:
    """Whether an item is overdue for so long that nobody expects it any more."""
    days = (calendar.local(now).date() - calendar.local(due).date()).days
    return terms.lost_after_days is not None and days >= terms.lost_after_days


@dataclass(frozen=True, slots=True)
class _Late:
    calendar: Calendar
    due: datetime
    returned: datetime
    skip_closed: bool

    def days(self) -> int:
        """Calendar days between the two dates: due at 23:59 and back at 00:01 is one day late."""
        due, back = self.calendar.local(self.due).date(), self.calendar.local(self.returned).date()
        return self.calendar.open_days(due + ONE_DAY, back + ONE_DAY) if self.skip_closed else (back - due).days

    def minutes(self) -> int:
        if self.skip_closed:
            return self.calendar.open_minutes(self.due, self.returned)
        return int((self.returned.astimezone(UTC) - self.due.astimezone(UTC)) / timedelta(minutes=1))

    def beyond(self, grace: Period, *, by_clock: bool, charged: bool) -> int:
        """Minutes or days late: 0 within the grace, and beyond it with or without the grace itself."""
        in_minutes = grace.unit in BY_THE_CLOCK
        late = self.minutes() if in_minutes else self.days()
        if grace.n and late <= (grace.minutes if in_minutes else grace.days):
            return 0
        units = self.minutes() if by_clock else self.days()
        return units if charged else max(0, units - (grace.minutes if by_clock else grace.days))


def _periods(rule: Fine, grace: Period, late: _Late) -> int:
    by_clock = rule.every.unit in BY_THE_CLOCK
    units = late.beyond(grace, by_clock=by_clock, charged=rule.grace_charged)
    every = rule.every.minutes if by_clock else rule.every.days
    return -(-units // every) if rule.charge_at is ChargeAt.START else units // every


def _capped(rule: Fine, price_cents: int, cents: int) -> tuple[int, tuple[Reason, ...]]:
    capped = cents
    reasons: tuple[Reason, ...] = ()
    if rule.cap_cents is not None and cents > rule.cap_cents:
        capped, reasons = rule.cap_cents, (Reason(ReasonCode.FINE_CAPPED),)
    if rule.cap_at_price and price_cents and capped > price_cents:
        capped, reasons = price_cents, (Reason(ReasonCode.FINE_CAPPED_AT_PRICE),)
    return capped, reasons

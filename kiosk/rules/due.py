"""When a loan is due: the period, closed days, closing time, the card's expiry and the end of term.

Cases of other systems: tests/vectors/circulation.toml, groups due-date and calendar. Days are added by the local
calendar, hours by the clock.
"""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.calendar import DAY_MINUTES, ONE_DAY, Calendar
from kiosk.rules.terms import BY_THE_CLOCK, ClosedDays, DueTime, HourlyOverrun, Period, Terms, Unit

END_OF_DAY = DAY_MINUTES - 1
WEEK = timedelta(days=7)
MOST_WEEKS = 200
"""A weekday that stays closed so long is as good as always closed."""


@dataclass(frozen=True, slots=True)
class Due:
    """When, aware and by the library's clock, and what cut it."""

    at: datetime
    reasons: tuple[Reason, ...] = ()


def due_date(terms: Terms, period: Period, begins: datetime, calendar: Calendar, expires: datetime | None) -> Due:
    """When a loan of `period` that begins at `begins` (aware) is due. `expires`: the last instant of the card."""
    begins = calendar.local(begins)
    if period.unit in BY_THE_CLOCK:
        due = Due(_by_the_clock(terms, period, begins, calendar))
    else:
        due = Due(_by_days(terms, period, begins, calendar))
    if terms.latest_due is not None:
        due = _cut(due, calendar.reading(terms.latest_due, END_OF_DAY), ReasonCode.DUE_CUT_TO_FIXED_DATE)
    if terms.due_within_membership and expires is not None and due.at > expires:
        return _cut(due, _last_open(terms, expires, begins, calendar), ReasonCode.DUE_CUT_TO_CARD_EXPIRY)
    return due


def _cut(due: Due, at: datetime, why: ReasonCode) -> Due:
    return replace(due, at=at, reasons=(*due.reasons, Reason(why))) if at < due.at else due


def _last_open(terms: Terms, expires: datetime, begins: datetime, calendar: Calendar) -> datetime:
    """The card's last instant, or the end of the last open day before it where closed days count."""
    day = calendar.local(expires).date()
    if (terms.closed_days or ClosedDays.IGNORE) is ClosedDays.IGNORE or calendar.is_open_day(day):
        return calendar.local(expires)
    before = calendar.previous_open(day)
    return calendar.local(expires) if before < begins.date() else calendar.instant(before, END_OF_DAY)


def _by_days(terms: Terms, period: Period, begins: datetime, calendar: Calendar) -> datetime:
    wished = _added(begins.date(), period)
    day = _day(terms, period, begins.date(), wished, calendar)
    match terms.due_time or DueTime.END_OF_DAY:
        case DueTime.END_OF_DAY:
            return calendar.instant(day, END_OF_DAY)
        case DueTime.CLOSING:
            return calendar.closing(day) or calendar.instant(day, END_OF_DAY)
        case DueTime.KEEP:
            if terms.closed_days is ClosedDays.MOVE_TO_PREVIOUS_OPEN and day != wished:
                return calendar.instant(day, END_OF_DAY)  # the end of the previous open day (FOLIO)
            return calendar.instant(day, begins.hour * 60 + begins.minute)


def _day(terms: Terms, period: Period, first: date, wished: date, calendar: Calendar) -> date:
    if terms.closed_days is ClosedDays.SKIP and period.unit is not Unit.MONTHS:
        return _counted(first, period.days, calendar)
    return moved(terms.closed_days or ClosedDays.IGNORE, first, wished, calendar)


def moved(closed_days: ClosedDays, first: date, wished: date, calendar: Calendar) -> date:
    """The day that takes the place of a closed one; `first` is the day on which the loan begins."""
    if closed_days is ClosedDays.IGNORE or calendar.is_open_day(wished):
        return wished
    whole_weeks = wished > first and (wished - first) % WEEK == timedelta()
    match closed_days:
        case ClosedDays.MOVE_TO_PREVIOUS_OPEN:
            before = calendar.previous_open(wished)
            return before if before >= first else calendar.next_open(wished)
        case ClosedDays.NEXT_SAME_WEEKDAY if whole_weeks and not calendar.is_always_closed(wished.isoweekday()):
            for weeks in range(1, MOST_WEEKS):
                if calendar.is_open_day(wished + weeks * WEEK):
                    return wished + weeks * WEEK
            return calendar.next_open(wished)
        case _:
            return calendar.next_open(wished)


def _counted(first: date, days: int, calendar: Calendar) -> date:
    """The open day that is `days` open days on."""
    day = first
    for _ in range(days):
        day = calendar.next_open(day + ONE_DAY)
    return calendar.next_open(day)


def _added(day: date, period: Period) -> date:
    """Calendar days on; a month on from the 31st is the last day of a shorter month."""
    if period.unit is not Unit.MONTHS:
        return day + timedelta(days=period.days)
    year, month = divmod(day.year * 12 + day.month - 1 + period.n, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _by_the_clock(terms: Terms, period: Period, begins: datetime, calendar: Calendar) -> datetime:
    due = calendar.local(begins.astimezone(UTC) + timedelta(minutes=period.minutes)).replace(second=0, microsecond=0)
    closing = calendar.closing(begins.date())
    overrun = terms.hourly_overrun or HourlyOverrun.IGNORE
    if overrun is HourlyOverrun.IGNORE or (closing is None and calendar.is_open_day(begins.date())):
        return _off_closed_days(terms, begins, due, calendar)
    if closing is not None and due <= closing:
        return due
    opening = calendar.next_opening(max(begins, closing or begins))
    if overrun is HourlyOverrun.OPEN:
        return opening
    if closing is not None and closing > begins:
        return closing
    return calendar.closing(opening.date()) or opening  # lent after closing: until the next day's closing


def _off_closed_days(terms: Terms, begins: datetime, due: datetime, calendar: Calendar) -> datetime:
    day = moved(terms.closed_days or ClosedDays.IGNORE, begins.date(), due.date(), calendar)
    if day == due.date():
        return due
    return calendar.instant(day, END_OF_DAY if day < due.date() else due.hour * 60 + due.minute)

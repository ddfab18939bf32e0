"""Who may borrow or renew what, until when, and if not, why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.due import due_date
from kiosk.rules.policy import ALL, Place, Policy
from kiosk.rules.standing import standing
from kiosk.rules.subjects import Borrower, Copy, Running, Waiting
from kiosk.rules.terms import Doing, RenewFrom, Terms

NOBODY = Waiting()


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when something is decided, and by which rules."""

    policy: Policy
    now: datetime
    """Aware."""
    branch: str = ALL

    def terms(self, category: str = ALL, loan_class: str = ALL) -> Terms:
        """What holds here for such a patron and item."""
        return self.policy.find(Place(self.branch, category, loan_class)).terms


def decide_checkout(
    setting: Setting,
    borrower: Borrower,
    copy: Copy | None,
    *,
    running: Running | None = None,
    waiting: Waiting = NOBODY,
    onsite: bool = False,
) -> Allowed | Refused:
    """Whether `borrower` may borrow `copy` now. `copy` is None where nobody knows the item.

    `running` is the patron's own loan of it: then this is a renewal. `waiting` are others who wait for it.
    """
    if copy is None:
        terms = setting.terms(borrower.category)
        reasons = standing(borrower, terms, setting.policy.calendar, setting.now, Doing.BORROW)
        return Refused((*reasons, Reason(ReasonCode.UNKNOWN_ITEM)))
    if running is not None:
        return decide_renewal(setting, borrower, copy, running, waiting)
    terms = setting.terms(borrower.category, copy.loan_class)
    reasons = standing(borrower, terms, setting.policy.calendar, setting.now, Doing.BORROW)
    reasons += tuple(_item_reasons(setting, borrower, copy, waiting))
    if copy.lent_to is None:
        reasons += tuple(_limit_reasons(setting, borrower, copy, terms, onsite=onsite))
    if terms.loan_period is None:
        reasons += (Reason(ReasonCode.NO_RULE),)
    if reasons or terms.loan_period is None:
        return Refused(reasons)
    due = due_date(terms, terms.loan_period, setting.now, setting.policy.calendar, borrower.expires)
    if due.at <= setting.now:
        return Refused((*due.reasons, Reason(ReasonCode.NO_RULE)))  # the term is over: nothing is lent for it
    left = remaining(setting, borrower)
    return Allowed(due.at, None if left is None else max(0, left - 1), due.reasons)


def decide_renewal(
    setting: Setting, borrower: Borrower, copy: Copy, running: Running, waiting: Waiting = NOBODY
) -> Allowed | Refused:
    """Whether the patron's own loan may go on now, by today's rules."""
    terms = setting.terms(borrower.category, copy.loan_class)
    reasons = standing(borrower, terms, setting.policy.calendar, setting.now, Doing.RENEW)
    running = replace(running, due=setting.policy.calendar.local(running.due))
    reasons += tuple(_renewal_reasons(terms, running, waiting, setting.now))
    period = terms.renewal_period or terms.loan_period
    if period is None:
        return Refused((*reasons, Reason(ReasonCode.NO_RULE)))
    begins = setting.now if terms.renew_from is RenewFrom.NOW else running.due
    due = due_date(terms, period, begins, setting.policy.calendar, borrower.expires)
    if due.at <= running.due:
        reasons += (Reason(ReasonCode.DUE_UNCHANGED),)
    if reasons:
        return Refused(reasons)
    return Allowed(due.at, remaining(setting, borrower), due.reasons, renews=True)


def remaining(setting: Setting, borrower: Borrower) -> int | None:
    """How many more items `borrower` may take: 0 for one who may not borrow, None where there is no limit."""
    terms = setting.terms(borrower.category)
    if standing(borrower, terms, setting.policy.calendar, setting.now, Doing.BORROW):
        return 0
    limit = setting.policy.limit(Place(setting.branch, borrower.category))
    return None if limit is None else max(0, limit - _counted(borrower, terms))


def _counted(borrower: Borrower, terms: Terms) -> int:
    """Loans that count towards the limit over all of them."""
    count = len(borrower.loans) + (borrower.onsite_loans if terms.onsite_counts else 0)
    return max(0, count - borrower.claimed_returned)


def _limit_reasons(setting: Setting, borrower: Borrower, copy: Copy, terms: Terms, *, onsite: bool) -> Iterator[Reason]:
    """At most one reason of each kind: the limit over all loans comes before that of the item's class."""
    if onsite and terms.max_onsite_loans is not None and borrower.onsite_loans >= terms.max_onsite_loans:
        yield _too_many(ReasonCode.TOO_MANY_ONSITE_LOANS, borrower.onsite_loans, terms.max_onsite_loans)
    if onsite and not terms.onsite_counts:
        return
    over_all = (ALL, _counted(borrower, terms))
    of_its_class = (copy.loan_class, borrower.loans.count(copy.loan_class))
    for scope, count in (over_all, of_its_class) if copy.loan_class != ALL else (over_all,):
        limit = setting.policy.limit(Place(setting.branch, borrower.category, scope))
        if limit is not None and count >= limit:
            yield _too_many(ReasonCode.TOO_MANY_LOANS, count, limit)
            return


def _too_many(code: ReasonCode, count: int, limit: int) -> Reason:
    return Reason(code, (("limit", str(limit)), ("count", str(count))))


def _item_reasons(setting: Setting, borrower: Borrower, copy: Copy, waiting: Waiting) -> Iterator[Reason]:
    if copy.not_for_loan:
        yield Reason(ReasonCode.NOT_FOR_LOAN)
    if copy.lent_to == borrower.ref:
        due = copy.lent_until
        local = "" if due is None else setting.policy.calendar.local(due).date().isoformat()
        yield Reason(ReasonCode.LENT_TO_YOU, (("until", local),) if local else ())
    elif copy.lent_to is not None:
        yield Reason(ReasonCode.LENT_TO_ANOTHER)
    if (copy.held_for is not None and copy.held_for != borrower.ref) or waiting.this_item:
        yield Reason(ReasonCode.ON_HOLD)
    from_years = setting.policy.ages.get(copy.age_mark)
    if from_years is not None and (
        borrower.born is None or age(borrower.born, setting.policy.calendar.local(setting.now).date()) < from_years
    ):
        yield Reason(ReasonCode.TOO_YOUNG, (("years", str(from_years)),))


def age(born: date, today: date) -> int:
    """Whole years on the day; who was born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _renewal_reasons(terms: Terms, running: Running, waiting: Waiting, now: datetime) -> Iterator[Reason]:
    others = terms.renew_if_others_available and waiting.other_available_items >= waiting.title
    if waiting.this_item or (waiting.title and not others):
        yield Reason(ReasonCode.ON_HOLD)
    if running.recalled:
        yield Reason(ReasonCode.RECALLED)
    if running.claimed_returned:
        yield Reason(ReasonCode.CLAIMED_RETURNED)
    if running.lost:
        yield Reason(ReasonCode.LOST)
    allowed = terms.renewals_allowed
    if allowed is not None and running.renewals >= allowed:
        yield Reason(ReasonCode.TOO_MANY_RENEWALS, (("limit", str(allowed)), ("count", str(running.renewals))))
    if terms.no_renewal_before_days is not None:
        not_before = running.due - timedelta(days=terms.no_renewal_before_days)
        if now < not_before:
            yield Reason(ReasonCode.TOO_SOON, (("not_before", not_before.isoformat()),))

"""Who may borrow what, until when, and if not, why.

Simple rules: a period and a limit by patron category and loan class.
Each value is looked up alone, the most specific line wins, category before loan class (circulation.md, section 1).
A limit on a line that names a loan class is a sub-limit of that class; it holds beside the limit over all classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.model.ids import PatronRef
from kiosk.model.limits import NOT_EMPTY, within
from kiosk.model.reasons import Reason, ReasonCode

ALL = "*"
DUE_AT = time(23, 59)


@dataclass(frozen=True, slots=True)
class LoanRule:
    """One line. What it does not say is looked up in a less specific line."""

    category: Annotated[str, NOT_EMPTY] = ALL
    """Patron category, or `*` for every one."""
    loan_class: Annotated[str, NOT_EMPTY] = ALL
    """Loan class of the item, or `*` for every one."""
    loan_days: Annotated[int, within(1, 3_650)] | None = None
    """Due at 23:59 library time this many days on."""
    max_loans: Annotated[int, within(0, 10_000)] | None = None
    """0 forbids; absent everywhere means no limit. Counts the named class, or all loans where the class is `*`."""

    def __post_init__(self) -> None:
        if self.loan_days is None and self.max_loans is None:
            raise ValueError("expected loan_days, max_loans or both")


@dataclass(frozen=True, slots=True)
class LoanRules:
    """The rules of one library."""

    lines: tuple[LoanRule, ...]
    time_zone: str = "Asia/Shanghai"
    debt_limit_cents: int = 0
    """Who owes more than this borrows nothing; reaching it is still allowed."""

    def __post_init__(self) -> None:
        seen: set[tuple[str, str]] = set()
        for line in self.lines:
            if (line.category, line.loan_class) in seen:
                raise ValueError(
                    f"expected one line for category {line.category!r} and loan_class {line.loan_class!r}: "
                    "the second can never win"
                )
            seen.add((line.category, line.loan_class))
        if self.debt_limit_cents < 0:
            raise ValueError("expected debt_limit_cents of 0 or more")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"expected time_zone to be an IANA name, not {self.time_zone!r}") from None

    def loan_days(self, category: str, loan_class: str) -> int | None:
        """The period of the most specific line that has one."""
        for place in ((category, loan_class), (category, ALL), (ALL, loan_class), (ALL, ALL)):
            for line in self.lines:
                if (line.category, line.loan_class) == place and line.loan_days is not None:
                    return line.loan_days
        return None

    def max_loans(self, category: str, loan_class: str = ALL) -> int | None:
        """The limit over `loan_class` (`*`: over all loans together) for a category; None where there is none."""
        for place in ((category, loan_class), (ALL, loan_class)):
            for line in self.lines:
                if (line.category, line.loan_class) == place and line.max_loans is not None:
                    return line.max_loans
        return None


@dataclass(frozen=True, slots=True)
class Borrower:
    """What the rules have to know of a patron."""

    ref: PatronRef
    category: str
    loans: tuple[str, ...] = ()
    """Loan class of every item that the patron has, and of every one just promised."""
    expires: date | None = None
    """The card's last valid day."""
    blocked: bool = False
    debt_cents: int = 0


@dataclass(frozen=True, slots=True)
class Copy:
    """What the rules have to know of an item."""

    loan_class: str
    not_for_loan: bool = False
    lent_to: PatronRef | None = None
    lent_until: datetime | None = None
    held_for: PatronRef | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes: due at `due` (aware, library time); `more` loans are possible after this one, None without a limit."""

    due: datetime
    more: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """No, with every reason that holds."""

    reasons: tuple[Reason, ...]


def decide_borrow(borrower: Borrower, copy: Copy | None, rules: LoanRules, now: datetime) -> Allowed | Refused:
    """Whether `borrower` may borrow `copy` at `now` (aware). `copy` is None where nobody knows the item."""
    reasons = standing(borrower, rules, now)
    if copy is None:
        return Refused((*reasons, Reason(ReasonCode.UNKNOWN_ITEM)))
    reasons += _item_reasons(borrower, copy, rules)
    if not any(reason.code in (ReasonCode.LENT_TO_YOU, ReasonCode.LENT_TO_ANOTHER) for reason in reasons):
        reasons += _limit_reasons(borrower, copy, rules)
    days = rules.loan_days(borrower.category, copy.loan_class)
    if days is None:
        reasons += (Reason(ReasonCode.NO_RULE),)
    if reasons or days is None:
        return Refused(reasons)
    left = remaining(borrower, rules, now)
    return Allowed(due_after(now, days, rules), None if left is None else max(0, left - 1))


def standing(borrower: Borrower, rules: LoanRules, now: datetime) -> tuple[Reason, ...]:
    """Reasons that lie with the patron alone: blocked, expired card, debt."""
    reasons: list[Reason] = []
    if borrower.blocked:
        reasons.append(Reason(ReasonCode.BLOCKED))
    today = now.astimezone(ZoneInfo(rules.time_zone)).date()
    if borrower.expires is not None and today > borrower.expires:
        reasons.append(Reason(ReasonCode.CARD_EXPIRED, (("until", borrower.expires.isoformat()),)))
    if borrower.debt_cents > rules.debt_limit_cents:
        values = (("debt_cents", str(borrower.debt_cents)), ("limit_cents", str(rules.debt_limit_cents)))
        reasons.append(Reason(ReasonCode.DEBT, values))
    return tuple(reasons)


def remaining(borrower: Borrower, rules: LoanRules, now: datetime) -> int | None:
    """How many more items `borrower` may take: 0 for one who may not borrow, None where there is no limit."""
    if standing(borrower, rules, now):
        return 0
    limit = rules.max_loans(borrower.category)
    return None if limit is None else max(0, limit - len(borrower.loans))


def due_after(now: datetime, days: int, rules: LoanRules) -> datetime:
    """23:59 library time, `days` calendar days after `now` (aware); days are added in local time."""
    zone = ZoneInfo(rules.time_zone)
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, DUE_AT, zone)


def _item_reasons(borrower: Borrower, copy: Copy, rules: LoanRules) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if copy.not_for_loan:
        reasons.append(Reason(ReasonCode.NOT_FOR_LOAN))
    if copy.lent_to == borrower.ref:
        due = copy.lent_until
        local = "" if due is None else due.astimezone(ZoneInfo(rules.time_zone)).date().isoformat()
        reasons.append(Reason(ReasonCode.LENT_TO_YOU, (("until", local),) if local else ()))
    elif copy.lent_to is not None:
        reasons.append(Reason(ReasonCode.LENT_TO_ANOTHER))
    if copy.held_for is not None and copy.held_for != borrower.ref:
        reasons.append(Reason(ReasonCode.ON_HOLD))
    return tuple(reasons)


def _limit_reasons(borrower: Borrower, copy: Copy, rules: LoanRules) -> tuple[Reason, ...]:
    """At most one reason: the limit over all loans first, then that of the item's class."""
    of_class = borrower.loans.count(copy.loan_class)
    for scope, count in ((ALL, len(borrower.loans)), (copy.loan_class, of_class)):
        limit = rules.max_loans(borrower.category, scope)
        if limit is not None and count >= limit:
            return (Reason(ReasonCode.TOO_MANY_LOANS, (("limit", str(limit)), ("count", str(count)))),)
    return ()

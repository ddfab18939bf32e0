"""Asking the rules about cases: what they say, and whether that is what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from kiosk.model.ids import PatronRef
from kiosk.model.reasons import Reason
from kiosk.rules.calendar import OpeningTimes
from kiosk.rules.cases import Case, Expected, Kind
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.due import END_OF_DAY
from kiosk.rules.lending import Setting, decide_checkout, decide_renewal
from kiosk.rules.overdue import fine, suspended_until
from kiosk.rules.policy import TERMS, Line, Place, Policy, RulesFile
from kiosk.rules.subjects import Block, Borrower, Copy, Running
from kiosk.rules.terms import Period, Terms

Value = bool | int | str | list[str] | None
Said = dict[str, Value]
"""Keys of `expect`."""
WHO, ANOTHER = PatronRef("the patron"), PatronRef("another")
ANY_PERIOD = Period(1)
"""Stands in where a case names no period: then its due date is not told."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One case: what the rules say, and where that differs from what was expected."""

    name: str
    said: Said
    why: tuple[Reason, ...]
    differs: tuple[str, ...]


def try_case(case: Case, library: Policy | None = None) -> Tried:
    """Decide one case by its own rules, or by the library's where it has none."""
    reasons, said = _Trial(case, library).said()
    differs = () if case.expect is None else tuple(_differences(case.expect, said))
    return Tried(case.name, said, reasons, differs)


class _Trial:
    def __init__(self, case: Case, library: Policy | None) -> None:
        self._case = case
        self._terms = case.rules or Terms()
        self._policy = _policy(case, library)
        self._calendar = self._policy.calendar
        times = [case.event.at, case.event.begins]
        times += [] if case.loan is None else [case.loan.due]
        times += [] if case.expect is None else [case.expect.due]
        self._offsets = any(time is not None and datetime.fromisoformat(time).tzinfo is not None for time in times)

    def said(self) -> tuple[tuple[Reason, ...], Said]:
        match self._case.event.kind:
            case Kind.CHECKOUT | Kind.RENEW:
                return self._lent()
            case Kind.CHECKIN:
                return self._returned()
            case Kind.IS_OPEN:
                return (), {"open": self._calendar.is_open(self._at())}
            case Kind.OPEN_DAYS:
                begins, ends = self._span()
                local = self._calendar.local
                return (), {"days": self._calendar.open_days(local(begins).date(), local(ends).date())}
            case Kind.OPEN_MINUTES:
                return (), {"minutes": self._calendar.open_minutes(*self._span())}

    def _lent(self) -> tuple[tuple[Reason, ...], Said]:
        case, event = self._case, self._case.event
        setting = Setting(self._policy, self._at(), event.branch)
        renews = event.kind is Kind.RENEW or event.held_by_same_patron
        copy, borrower = self._copy(lent=not renews and case.loan is not None), self._borrower()
        running = self._running() if renews else None
        if event.kind is Kind.RENEW and running is not None:
            decided = decide_renewal(setting, borrower, copy, running, case.holds)
        else:
            decided = decide_checkout(setting, borrower, copy, running=running, waiting=case.holds, onsite=event.onsite)
        return decided.reasons, self._decided(decided, renews=renews)

    def _decided(self, decided: Allowed | Refused, *, renews: bool) -> Said:
        said: Said = {"allowed": isinstance(decided, Allowed), "reasons": _codes(decided.reasons)}
        if isinstance(decided, Allowed) and self._has_period():
            said["due"] = self._told(decided.due)
        if isinstance(decided, Allowed):
            said["is_renewal"] = renews
        for reason in decided.reasons:
            values = dict(reason.values)
            for key, name in (("count", "count"), ("limit", "max")):
                if key in values:
                    said.setdefault(name, int(values[key]))
            if "not_before" in values:
                said["not_before"] = self._told(datetime.fromisoformat(values["not_before"]))
        return said

    def _returned(self) -> tuple[tuple[Reason, ...], Said]:
        running, at = self._running(), self._at()
        terms = self._policy.find(self._place()).terms
        fined = fine(terms, self._calendar, running, self._copy(lent=False), at)
        until = suspended_until(terms.suspension, self._calendar, running.due, at)
        return fined.reasons, {
            "allowed": True,
            "fine_cents": fined.cents,
            "charged_periods": fined.periods,
            "suspended_until": None if until is None else until.isoformat(),
            "reasons": _codes(fined.reasons),
        }

    def _place(self) -> Place:
        case = self._case
        return Place(case.event.branch, case.patron.category, case.item.loan_class)

    def _has_period(self) -> bool:
        return self._case.rules is None or (self._terms.loan_period or self._terms.renewal_period) is not None

    def _borrower(self) -> Borrower:
        patron = self._case.patron
        blocks = {Block.BLOCKED: patron.blocked, Block.CARD_LOST: patron.card_lost}
        return Borrower(
            WHO,
            patron.category,
            (self._case.item.loan_class,) * patron.loans,
            patron.onsite_loans,
            patron.overdue_items,
            patron.claimed_returned,
            None if patron.expires is None else self._calendar.reading(patron.expires, END_OF_DAY),
            frozenset(block for block, holds in blocks.items() if holds),
            None if patron.suspended_until is None else date.fromisoformat(patron.suspended_until),
            None if patron.born is None else date.fromisoformat(patron.born),
            patron.owes_cents,
            patron.credit_cents,
            patron.guardian_owes_cents,
        )

    def _copy(self, *, lent: bool) -> Copy:
        item = self._case.item
        return Copy(
            item.loan_class,
            item.not_for_loan,
            item.age_mark,
            ANOTHER if lent else None,
            price_cents=item.price_cents,
        )

    def _running(self) -> Running:
        loan = self._case.loan
        assert loan is not None, "the case was checked"
        due = self._calendar.reading(loan.due, 0)
        return Running(due, loan.renewals, loan.recalled, loan.claimed_returned, loan.lost)

    def _at(self) -> datetime:
        assert self._case.event.at is not None, "the case was checked"
        return self._calendar.reading(self._case.event.at, 0)

    def _span(self) -> tuple[datetime, datetime]:
        event = self._case.event
        assert event.begins is not None, "the case was checked"
        assert event.ends is not None, "the case was checked"
        return self._calendar.reading(event.begins, 0), self._calendar.reading(event.ends, 0)

    def _told(self, at: datetime) -> str:
        """As the case writes its times: local, with an offset only where it has some."""
        local = self._calendar.local(at)
        return local.isoformat() if self._offsets else local.replace(tzinfo=None).isoformat()


def _policy(case: Case, library: Policy | None) -> Policy:
    if library is not None and case.rules is None and case.calendar is None:
        return library
    if library is not None and case.rules is None:
        return Policy(replace(library.rules, calendar=case.calendar or library.rules.calendar))
    terms = case.rules or Terms()
    values = {name: getattr(terms, name) for name in TERMS}
    if (terms.loan_period or terms.renewal_period) is None:
        values["loan_period"] = ANY_PERIOD
    if case.item.type_price_cents is not None:
        values["type_price_cents"] = case.item.type_price_cents
    return Policy(RulesFile((Line(**values),), case.calendar or OpeningTimes()))


def _codes(reasons: Iterable[Reason]) -> list[str]:
    return list(dict.fromkeys(reason.code.value for reason in reasons))


def _differences(expected: Expected, said: Said) -> Iterable[str]:
    for one in fields(expected):
        wanted, found = getattr(expected, one.name), said.get(one.name)
        if one.name == "reasons":
            given = found if isinstance(found, list) else []
            lacking = [code for code in wanted if code not in given]
            if lacking:
                yield f"expected the reasons {', '.join(lacking)} among {', '.join(given) or 'none'}"
        elif wanted is not None and not _same(one.name, wanted, found):
            yield f"expected {one.name} {wanted}, found {'nothing' if found is None else found}"


def _same(name: str, wanted: Value, found: Value) -> bool:
    parse: Callable[[str], datetime] = datetime.fromisoformat
    if name not in ("due", "not_before", "suspended_until") or not isinstance(wanted, str):
        return wanted == found
    if not isinstance(found, str):
        return False
    one, other = parse(wanted), parse(found)
    if (one.tzinfo is None) != (other.tzinfo is None):
        one, other = one.replace(tzinfo=None), other.replace(tzinfo=None)
    return one == other

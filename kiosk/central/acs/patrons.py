"""What SIP2 says of a patron: fourteen flags, counts, limits, lists (3M SIP 2.00, patron status and information)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from kiosk.central.accounts import OpenCharge, open_charges
from kiosk.central.borrowing import borrower, running_loans
from kiosk.central.holdings import HoldState
from kiosk.central.people import PatronOnFile
from kiosk.central.store.slate import Entry
from kiosk.central.waiting import of_patron
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.lending import Setting
from kiosk.rules.policy import Place
from kiosk.rules.standing import standing
from kiosk.rules.terms import Doing

NOBODY = "YYYY" + " " * 10
"""The flags of a patron whom nobody knows."""
FLAGS: Mapping[ReasonCode, int] = {
    ReasonCode.CARD_LOST: 5,
    ReasonCode.TOO_MANY_LOANS: 6,
    ReasonCode.HAS_OVERDUES: 7,
    ReasonCode.CLAIMED_RETURNED: 9,
    ReasonCode.DEBT: 11,
    ReasonCode.GUARDIAN_DEBT: 11,
}
"""Reason → place of its flag, from 1. Every reason that stops borrowing also sets the first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A patron as a self-check is told of them."""

    flags: str
    reasons: tuple[Reason, ...]
    charges: Sequence[OpenCharge] = ()
    out: Sequence[Entry] = ()
    overdue: Sequence[str] = ()
    recalled: Sequence[str] = ()
    ready: Sequence[str] = ()
    """Holds that wait on the shelf: what a self-check may call ready (AS)."""
    not_ready: Sequence[str] = ()
    limits: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def owes_cents(self) -> int:
        return sum(charge.owed_cents for charge in self.charges)

    @property
    def charged(self) -> list[str]:
        """Items that the patron has."""
        return [str(row.item) for row in self.out]


def standing_of(connection: Connection, setting: Setting, patron: PatronOnFile) -> Standing:
    """Everything that SIP2 asks of a patron, gathered once."""
    who = borrower(connection, setting, patron)
    terms = setting.terms(patron.category)
    calendar, now = setting.policy.calendar, setting.now
    reasons = {doing: standing(who, terms, calendar, now, doing) for doing in Doing}
    limit = setting.policy.limit(Place(setting.branch, patron.category))
    borrow = reasons[Doing.BORROW]
    if limit is not None and len(who.loans) >= limit:
        borrow += (Reason(ReasonCode.TOO_MANY_LOANS),)
    out = running_loans(connection, patron.ref)
    holds = of_patron(connection, patron.ref)
    return Standing(
        flags=_flags(borrow, reasons),
        reasons=borrow,
        charges=open_charges(connection, patron.ref),
        out=out,
        overdue=[row.item for row in out if row.due < now],
        recalled=[row.item for row in out if row.recalled],
        ready=[_named(row) for row in holds if row.state == HoldState.READY.value],
        not_ready=[_named(row) for row in holds if row.state != HoldState.READY.value],
        limits={"BZ": terms.max_holds, "CA": terms.max_overdue_items, "CB": limit, "CC": terms.debt_limit_cents},
    )


def _flags(borrow: Sequence[Reason], reasons: Mapping[Doing, Sequence[Reason]]) -> str:
    places = {FLAGS[reason.code] for reason in borrow if reason.code in FLAGS}
    places |= {1} if borrow else set()
    places |= {2} if reasons[Doing.RENEW] else set()
    places |= {4} if reasons[Doing.HOLD] else set()
    return "".join("Y" if place in places else " " for place in range(1, 15))


def _named(row: Entry) -> str:
    """The copy that is set aside, else the copy or title that is waited for."""
    return str(row.trapped or row.item or row.control_number)

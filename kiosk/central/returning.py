"""What a return means beyond the end of the loan: fine, suspension, a lost item found, a copy that is waited for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from kiosk.central.accounts import Charge, ChargeKind, Method, Payment, owe, pay
from kiosk.central.borrowing import bare_copy, running_of
from kiosk.central.holdings import ITEM, HoldState, ItemOnFile, ItemState
from kiosk.central.people import PATRON, patron_on_file
from kiosk.central.store.slate import Lookup, Slate
from kiosk.central.store.tables import charges, items, patrons
from kiosk.central.story import Ended, loan_of
from kiosk.central.waiting import Trapped, arrived, trap
from kiosk.model.ids import IntentId, PatronRef
from kiosk.rules.lending import Setting
from kiosk.rules.overdue import fine, suspended_until
from kiosk.rules.policy import ALL
from kiosk.rules.terms import Terms

_CHARGES_OF_LOAN = Lookup(charges.c.loan)


@dataclass(frozen=True, slots=True)
class CameBack:
    """What has to be done with a copy that came back."""

    fine_cents: int = 0
    suspended_until: date | None = None
    trapped: Trapped | None = None
    """Keep it for somebody."""
    send_to: str = ""
    """Branch where it belongs, or is collected; empty: it stays."""


def settle(slate: Slate, setting: Setting, item: ItemOnFile, ended: Ended | None, at: datetime) -> CameBack:
    """A copy is back at `at`; `ended` is the loan that this ended. Rules are those of the day of the return."""
    back = CameBack()
    if ended is not None and (at > ended.due or ended.lost_at is not None):
        back = _charge(slate, setting, item, ended.intent, at)
    here = setting.branch if setting.branch not in (ALL, item.branch) else ""
    if item.state in (ItemState.LOST.value, ItemState.MISSING.value) or here:
        _put_back(slate, item, here)
    on_its_way = None if item.held_for is None else arrived(slate, setting, item, at)
    trapped = on_its_way or trap(slate, setting, item, at)
    if trapped is not None:
        send_to = trapped.pickup if trapped.state is HoldState.IN_TRANSIT else ""
        return replace(back, trapped=trapped, send_to=send_to)
    return replace(back, send_to=item.branch if here and item.branch else "")


def _charge(slate: Slate, setting: Setting, item: ItemOnFile, ended: IntentId, at: datetime) -> CameBack:
    row = loan_of(slate, ended)
    assert row is not None, "this loan has just ended"
    patron = patron_on_file(slate, PatronRef(row.patron))
    if patron is None:
        return CameBack()
    terms = setting.terms(patron.category, item.loan_class)
    if row.lost_at is not None:
        _refund(slate, terms, patron.ref, ended, lost_at=row.lost_at, at=at)
    if row.lost_at is not None and not terms.lost_keeps_fine:
        return CameBack()
    running, calendar = running_of(row), setting.policy.calendar
    fined = fine(terms, calendar, running, bare_copy(item), at)
    why = ", ".join(reason.code.value for reason in fined.reasons)
    owed = Charge(f"overdue-{ended}", patron.ref, ChargeKind.OVERDUE, fined.cents, at, item.item.id, ended, why)
    owe(slate, owed)
    until = suspended_until(terms.suspension, calendar, running.due, at)
    if until is not None and (patron.suspended_until is None or until > patron.suspended_until):
        _suspend(slate, patron.ref, until)
    return CameBack(fined.cents, until)


def _put_back(slate: Slate, item: ItemOnFile, here: str) -> None:
    """It is found, and it is at this branch."""
    row = slate.one(ITEM, item.item.id)
    assert row is not None, "it is on file"
    slate.change(items, row, state="", location=here)


def _suspend(slate: Slate, patron: PatronRef, until: date) -> None:
    row = slate.one(PATRON, patron)
    assert row is not None, "they are on file"
    slate.change(patrons, row, suspended_until=until)


def _refund(slate: Slate, terms: Terms, patron: PatronRef, loan: IntentId, *, lost_at: datetime, at: datetime) -> None:
    """Give back the price of a lost item that was found, where the rules say so and as far as they do."""
    days = terms.lost_refund_days
    if days is not None and at > lost_at + timedelta(days=days):
        return
    price = [row for row in slate.find(_CHARGES_OF_LOAN, loan) if row.kind == ChargeKind.LOST.value]
    for charge in sorted(price, key=lambda row: str(row.id)):
        reference = f"refund-{charge.id}"
        pay(slate, Payment(reference, patron, charge.amount_cents, Method.REFUND, at, charges=(charge.id,)))

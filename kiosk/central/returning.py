"""What a return means beyond the end of the loan: fine, suspension, a lost item found, a copy that is waited for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from kiosk.central.accounts import Charge, ChargeKind, Method, Payment, owe, pay
from kiosk.central.borrowing import bare_copy, running_of
from kiosk.central.holdings import HoldState, ItemOnFile, ItemState
from kiosk.central.people import patron_on_file
from kiosk.central.store.tables import charges, items, patrons
from kiosk.central.story import Ended, loan_of
from kiosk.central.waiting import Trapped, arrived, trap
from kiosk.model.ids import IntentId, PatronRef
from kiosk.rules.lending import Setting
from kiosk.rules.overdue import fine, suspended_until
from kiosk.rules.policy import ALL
from kiosk.rules.terms import Terms

_PUT_BACK = update(items).where(items.c.id == bindparam("copy")).values(state="", location=bindparam("here"))
_SUSPEND = update(patrons).where(patrons.c.id == bindparam("who")).values(suspended_until=bindparam("until"))
_LOST_CHARGE = select(charges).where(charges.c.loan == bindparam("loan"), charges.c.kind == ChargeKind.LOST.value)


@dataclass(frozen=True, slots=True)
class CameBack:
    """What has to be done with a copy that came back."""

    fine_cents: int = 0
    suspended_until: date | None = None
    trapped: Trapped | None = None
    """Keep it for somebody."""
    send_to: str = ""
    """Branch where it belongs, or is collected; empty: it stays."""


def settle(connection: Connection, setting: Setting, item: ItemOnFile, ended: Ended | None, at: datetime) -> CameBack:
    """A copy is back at `at`; `ended` is the loan that this ended. Rules are those of the day of the return."""
    back = CameBack()
    if ended is not None and (at > ended.due or ended.lost_at is not None):
        back = _charge(connection, setting, item, ended.intent, at)
    here = setting.branch if setting.branch not in (ALL, item.branch) else ""
    if item.state in (ItemState.LOST.value, ItemState.MISSING.value) or here:
        connection.execute(_PUT_BACK, {"copy": item.item.id, "here": here})
    on_its_way = None if item.held_for is None else arrived(connection, setting, item, at)
    trapped = on_its_way or trap(connection, setting, item, at)
    if trapped is not None:
        send_to = trapped.pickup if trapped.state is HoldState.IN_TRANSIT else ""
        return replace(back, trapped=trapped, send_to=send_to)
    return replace(back, send_to=item.branch if here and item.branch else "")


def _charge(connection: Connection, setting: Setting, item: ItemOnFile, ended: IntentId, at: datetime) -> CameBack:
    row = loan_of(connection, ended)
    assert row is not None, "this loan has just ended"
    patron = patron_on_file(connection, PatronRef(row.patron), lock=True)
    if patron is None:
        return CameBack()
    terms = setting.terms(patron.category, item.loan_class)
    if row.lost_at is not None:
        _refund(connection, terms, patron.ref, ended, lost_at=row.lost_at, at=at)
    if row.lost_at is not None and not terms.lost_keeps_fine:
        return CameBack()
    running, calendar = running_of(row), setting.policy.calendar
    fined = fine(terms, calendar, running, bare_copy(item), at)
    why = ", ".join(reason.code.value for reason in fined.reasons)
    owed = Charge(f"overdue-{ended}", patron.ref, ChargeKind.OVERDUE, fined.cents, at, item.item.id, ended, why)
    owe(connection, owed)
    until = suspended_until(terms.suspension, calendar, running.due, at)
    if until is not None and (patron.suspended_until is None or until > patron.suspended_until):
        connection.execute(_SUSPEND, {"who": patron.ref, "until": until})
    return CameBack(fined.cents, until)


def _refund(
    connection: Connection, terms: Terms, patron: PatronRef, loan: IntentId, *, lost_at: datetime, at: datetime
) -> None:
    """Give back the price of a lost item that was found, where the rules say so and as far as they do."""
    days = terms.lost_refund_days
    if days is not None and at > lost_at + timedelta(days=days):
        return
    for charge in connection.execute(_LOST_CHARGE, {"loan": loan}):
        reference = f"refund-{charge.id}"
        pay(
            connection,
            Payment(reference, patron, charge.amount_cents, Method.REFUND, at, charges=(str(charge.id),)),
        )

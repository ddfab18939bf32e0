"""What the facts of a patron's account change: renewals, holds, payments. What is wrong becomes an exception."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from kiosk.central.accounts import Method, Payment, pay
from kiosk.central.borrowing import running_loan
from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.holdings import item_on_file
from kiosk.central.people import patron_named
from kiosk.central.renewing import renew
from kiosk.central.store.tables import records
from kiosk.central.story import Fresh
from kiosk.central.waiting import cancel, place
from kiosk.model.facts import ChargePaid, HoldCancelled, HoldPlaced, LoanRenewed
from kiosk.model.ids import IntentId, PatronRef
from kiosk.rules.queue import Hold

AccountFact = LoanRenewed | HoldPlaced | HoldCancelled | ChargePaid

_RECORD = select(records.c.control_number).where(records.c.control_number == bindparam("control_number"))


def apply(connection: Connection, fresh: Fresh, fact: AccountFact) -> None:
    """Change the account as `fact` says. Raises only what the database raises."""
    on_file = patron_named(connection, fact.patron, lock=True)
    if on_file is None:
        _note(connection, fresh, fact, Why.UNKNOWN_PATRON, patron=fact.patron)
        return
    match fact:
        case LoanRenewed():
            _renewed(connection, fresh, fact, on_file.ref)
        case HoldPlaced():
            _hold_placed(connection, fresh, fact, on_file.ref)
        case HoldCancelled():
            cancel(connection, fresh.setting, fact.hold, on_file.ref)
        case ChargePaid():
            _paid(connection, fresh, fact, on_file.ref)


def _renewed(connection: Connection, fresh: Fresh, fact: LoanRenewed, patron: PatronRef) -> None:
    """The patron was told this date, so it stands; a renewal of what has ended is for staff."""
    row = running_loan(connection, fact.item)
    if row is None or row.patron != patron:
        _note(connection, fresh, fact, Why.UNKNOWN_LOAN)
    elif row.due != fact.due:
        renew(connection, IntentId(row.intent), fact.due, fresh.setting.policy.version)


def _hold_placed(connection: Connection, fresh: Fresh, fact: HoldPlaced, patron: PatronRef) -> None:
    title = fact.control_number
    if fact.item is not None:
        copy = item_on_file(connection, fact.item)
        if copy is None:
            _note(connection, fresh, fact, Why.UNKNOWN_ITEM)
            return
        title = copy.control_number
    elif connection.execute(_RECORD, {"control_number": title}).first() is None:
        _note(connection, fresh, fact, Why.UNKNOWN_ITEM, control_number=title or "")
        return
    place(connection, Hold(fact.intent, patron, fresh.place.at, item=fact.item, pickup=fact.pickup), title)


def _paid(connection: Connection, fresh: Fresh, fact: ChargePaid, patron: PatronRef) -> None:
    payment = Payment(
        fact.intent,
        patron,
        fact.amount_cents,
        Method(fact.method.value),
        fresh.place.at,
        fact.currency,
        fresh.place.station,
        fact.reference,
        fact.charges,
    )
    pay(connection, payment)


def _note(connection: Connection, fresh: Fresh, fact: AccountFact, why: Why, **details: str) -> None:
    item = fact.item if isinstance(fact, LoanRenewed | HoldPlaced) else None
    note(connection, fresh.place, fresh.epoch, Notable(why, fact.intent, item, details))

"""What the facts of a patron's account change: renewals, holds, payments. What is wrong becomes an exception."""

from __future__ import annotations

from kiosk.central.accounts import Method, Payment, pay
from kiosk.central.borrowing import running_loan
from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.holdings import RECORD, item_on_file
from kiosk.central.people import patron_named
from kiosk.central.renewing import renew
from kiosk.central.store.slate import Slate
from kiosk.central.story import Fresh
from kiosk.central.waiting import cancel, place
from kiosk.model.facts import ChargePaid, HoldCancelled, HoldPlaced, LoanRenewed
from kiosk.model.ids import IntentId, PatronRef
from kiosk.rules.queue import Hold

AccountFact = LoanRenewed | HoldPlaced | HoldCancelled | ChargePaid


def apply(slate: Slate, fresh: Fresh, fact: AccountFact) -> None:
    """Change the account as `fact` says. Raises only what the database raises."""
    on_file = patron_named(slate, fact.patron)
    if on_file is None:
        _note(slate, fresh, fact, Why.UNKNOWN_PATRON, patron=fact.patron)
        return
    match fact:
        case LoanRenewed():
            _renewed(slate, fresh, fact, on_file.ref)
        case HoldPlaced():
            _hold_placed(slate, fresh, fact, on_file.ref)
        case HoldCancelled():
            cancel(slate, fresh.setting, fact.hold, on_file.ref)
        case ChargePaid():
            _paid(slate, fresh, fact, on_file.ref)


def _renewed(slate: Slate, fresh: Fresh, fact: LoanRenewed, patron: PatronRef) -> None:
    """The patron was told this date, so it stands; a renewal of what has ended is for staff."""
    row = running_loan(slate, fact.item)
    if row is None or row.patron != patron:
        _note(slate, fresh, fact, Why.UNKNOWN_LOAN)
    elif row.due != fact.due:
        renew(slate, IntentId(row.intent), fact.due, fresh.setting.policy.version)


def _hold_placed(slate: Slate, fresh: Fresh, fact: HoldPlaced, patron: PatronRef) -> None:
    title = fact.control_number
    if fact.item is not None:
        copy = item_on_file(slate, fact.item)
        if copy is None:
            _note(slate, fresh, fact, Why.UNKNOWN_ITEM)
            return
        title = copy.control_number
    elif slate.one(RECORD, title) is None:
        _note(slate, fresh, fact, Why.UNKNOWN_ITEM, control_number=title or "")
        return
    place(slate, Hold(fact.intent, patron, fresh.place.at, item=fact.item, pickup=fact.pickup), title)


def _paid(slate: Slate, fresh: Fresh, fact: ChargePaid, patron: PatronRef) -> None:
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
    pay(slate, payment)


def _note(slate: Slate, fresh: Fresh, fact: AccountFact, why: Why, **details: str) -> None:
    item = fact.item if isinstance(fact, LoanRenewed | HoldPlaced) else None
    note(slate, fresh.place, fresh.epoch, Notable(why, fact.intent, item, details))

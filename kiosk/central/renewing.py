"""Renewals: whether a loan may go on, and that it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from kiosk.central.borrowing import bare_copy, borrower, running_loan, running_loans, running_of
from kiosk.central.holdings import ItemOnFile, item_on_file
from kiosk.central.people import PatronOnFile
from kiosk.central.store.tables import loans
from kiosk.central.waiting import waiting_for
from kiosk.model.ids import IntentId, ItemId
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.lending import Setting, decide_renewal

_RENEW = (
    update(loans)
    .where(loans.c.intent == bindparam("of"), loans.c.ended_at.is_(None))
    .values(due=bindparam("until"), renewals=loans.c.renewals + 1, policy=bindparam("by"))
)


@dataclass(frozen=True, slots=True)
class Renewable:
    """What was decided about a loan, and which loan that is; None where the patron has none of this item."""

    loan: IntentId | None
    decided: Allowed | Refused
    item: ItemOnFile | None


def may_renew(connection: Connection, setting: Setting, patron: PatronOnFile, item: ItemId) -> Renewable:
    """Whether the patron's loan of `item` may go on."""
    on_file = item_on_file(connection, item, lock=True)
    row = running_loan(connection, item)
    if on_file is None:
        return Renewable(None, Refused((Reason(ReasonCode.UNKNOWN_ITEM),)), None)
    if row is None or row.patron != patron.ref:
        return Renewable(None, Refused((Reason(ReasonCode.NOT_YOUR_LOAN),)), on_file)
    others = waiting_for(connection, on_file, patron.ref)
    who = borrower(connection, setting, patron)
    decided = decide_renewal(setting, who, bare_copy(on_file), running_of(row), others)
    return Renewable(IntentId(row.intent), decided, on_file)


def renew(connection: Connection, loan: IntentId, due: datetime, policy: str) -> bool:
    """Let a running loan go on until `due`; False where it has ended meanwhile."""
    return bool(connection.execute(_RENEW, {"of": loan, "until": due, "by": policy}).rowcount)


def items_of(connection: Connection, patron: PatronOnFile) -> list[ItemId]:
    """What the patron has, the next due first."""
    return [ItemId(row.item) for row in running_loans(connection, patron.ref)]

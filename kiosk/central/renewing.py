"""Renewals: whether a loan may go on, and that it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.central.borrowing import bare_copy, borrower, running_loan, running_loans, running_of
from kiosk.central.holdings import ItemOnFile, item_on_file
from kiosk.central.people import PatronOnFile
from kiosk.central.store.slate import Source, changing, slate_of
from kiosk.central.store.tables import loans
from kiosk.central.story import loan_of
from kiosk.central.waiting import waiting_for
from kiosk.model.ids import IntentId, ItemId
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.lending import Setting, decide_renewal


@dataclass(frozen=True, slots=True)
class Renewable:
    """What was decided about a loan, and which loan that is; None where the patron has none of this item."""

    loan: IntentId | None
    decided: Allowed | Refused
    item: ItemOnFile | None


def may_renew(source: Source, setting: Setting, patron: PatronOnFile, item: ItemId) -> Renewable:
    """Whether the patron's loan of `item` may go on."""
    slate = slate_of(source, setting.now, locks=True)
    on_file = item_on_file(slate, item)
    row = running_loan(slate, item)
    if on_file is None:
        return Renewable(None, Refused((Reason(ReasonCode.UNKNOWN_ITEM),)), None)
    if row is None or row.patron != patron.ref:
        return Renewable(None, Refused((Reason(ReasonCode.NOT_YOUR_LOAN),)), on_file)
    others = waiting_for(slate, on_file, patron.ref)
    who = borrower(slate, setting, patron)
    decided = decide_renewal(setting, who, bare_copy(on_file), running_of(row), others)
    return Renewable(IntentId(row.intent), decided, on_file)


def renew(source: Source, loan: IntentId, due: datetime, policy: str) -> bool:
    """Let a running loan go on until `due`; False where it has ended meanwhile."""
    with changing(source) as slate:
        row = loan_of(slate, loan)
        if row is None or row.ended_at is not None:
            return False
        slate.change(loans, row, due=due, renewals=row.renewals + 1, policy=policy)
    return True


def items_of(source: Source, patron: PatronOnFile) -> list[ItemId]:
    """What the patron has, the next due first."""
    return [ItemId(row.item) for row in running_loans(source, patron.ref)]

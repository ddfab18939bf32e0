"""What the rules have to know of a patron and an item, gathered from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.central.accounts import account
from kiosk.central.holdings import SEEN_ITEM, ItemOnFile, ItemState
from kiosk.central.people import PatronOnFile
from kiosk.central.store.slate import SINCE, Entry, Lookup, Slate, Source, slate_of
from kiosk.central.store.tables import decisions, loans
from kiosk.central.story import LOANS_OF_ITEM
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.lending import Setting
from kiosk.rules.subjects import Block, Borrower, Copy, Running, end_of

KEPT_HERE = frozenset({ItemState.WITHDRAWN.value, ItemState.DAMAGED.value})
"""An item that is lost or missing, and lies on the pad, has been found: it is lent."""
UNCLASSED = "unknown"
"""Loan class of an item that central does not have: it counts towards the limit over all loans."""


LENT_TO = Lookup(loans.c.patron, loans.c.ended_at.is_(None))
PROMISED_TO = Lookup(decisions.c.patron, decisions.c.promised_until > SINCE)
"""Promises that have not become loans yet."""


def borrower(source: Source, setting: Setting, patron: PatronOnFile, *, asked: ItemId | None = None) -> Borrower:
    """The patron with the loans that stand and the promises that have not become loans yet.

    A promise of the item that is asked for again is the same wish, so `asked` does not count twice.
    """
    slate = slate_of(source, setting.now)
    lent = running_loans(slate, patron.ref)
    counted = {row.item for row in lent}
    for row in slate.find(PROMISED_TO, patron.ref):
        if row.promised_until is not None and row.promised_until > setting.now and row.item != asked:
            counted.add(row.item)
    owes = account(slate, patron.ref, patron.guardian)
    blocks = {Block.BLOCKED: patron.blocked, Block.CARD_LOST: patron.card_lost}
    return Borrower(
        ref=patron.ref,
        category=patron.category,
        loans=_classes(slate, sorted(counted)),
        overdue_items=sum(1 for row in lent if row.due < setting.now),
        claimed_returned=sum(1 for row in lent if row.claimed_returned),
        expires=None if patron.expires is None else end_of(patron.expires, setting.policy.calendar.zone),
        blocks=frozenset(block for block, holds in blocks.items() if holds),
        suspended_until=patron.suspended_until,
        born=patron.born,
        debt_cents=owes.debt_cents,
        credit_cents=owes.credit_cents,
        guardian_debt_cents=owes.guardian_debt_cents,
    )


def _classes(slate: Slate, numbers: Sequence[str]) -> tuple[str, ...]:
    slate.fetch(SEEN_ITEM, numbers)
    rows = [slate.one(SEEN_ITEM, number) for number in numbers]
    return tuple(UNCLASSED if row is None else row.loan_class or UNCLASSED for row in rows)


def copy(source: Source, item: ItemOnFile) -> Copy:
    """The item with the loan that runs."""
    running = running_loan(source, item.item.id)
    bare = bare_copy(item)
    if running is None:
        return bare
    return replace(bare, lent_to=PatronRef(running.patron), lent_until=running.due)


def bare_copy(item: ItemOnFile) -> Copy:
    """The item, whether it is lent or not."""
    return Copy(
        loan_class=item.loan_class,
        not_for_loan=item.not_for_loan or item.state in KEPT_HERE,
        age_mark=item.age_mark,
        held_for=item.held_for,
        price_cents=item.price_cents,
    )


def running_loan(source: Source, item: ItemId) -> Entry | None:
    """The loan that runs."""
    return next((row for row in slate_of(source).find(LOANS_OF_ITEM, item) if row.ended_at is None), None)


def running_loans(source: Source, patron: PatronRef) -> list[Entry]:
    """The patron's loans that run, the next due first."""
    running = [row for row in slate_of(source).find(LENT_TO, patron) if row.ended_at is None]
    return sorted(running, key=lambda row: (row.due, row.intent))


def running_of(row: Entry) -> Running:
    """A loan's row as the rules know it."""
    return Running(row.due, row.renewals, row.recalled, row.claimed_returned, row.lost_at is not None)

"""What the rules have to know of a patron and an item, gathered from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, Row, bindparam, cast, false, null, select, union_all

from kiosk.central.accounts import account
from kiosk.central.holdings import ItemOnFile, ItemState
from kiosk.central.people import PatronOnFile
from kiosk.central.store.tables import UtcTime, decisions, items, loans
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.lending import Setting
from kiosk.rules.subjects import Block, Borrower, Copy, Running, end_of

KEPT_HERE = frozenset({ItemState.WITHDRAWN.value, ItemState.DAMAGED.value})
"""An item that is lost or missing, and lies on the pad, has been found: it is lent."""
UNCLASSED = "unknown"
"""Loan class of an item that central does not have: it counts towards the limit over all loans."""


_STANDING = union_all(
    select(loans.c.item, loans.c.due, loans.c.claimed_returned, items.c.loan_class)
    .select_from(loans.outerjoin(items, items.c.id == loans.c.item))
    .where(loans.c.patron == bindparam("patron"), loans.c.ended_at.is_(None)),
    select(decisions.c.item, cast(null(), UtcTime), false(), items.c.loan_class)
    .select_from(decisions.outerjoin(items, items.c.id == decisions.c.item))
    .where(decisions.c.patron == bindparam("patron"), decisions.c.promised_until > bindparam("now", type_=UtcTime)),
)
"""Loans that stand, and promises (without a due date) that have not become loans yet."""
_RUNNING = select(loans).where(loans.c.item == bindparam("item"), loans.c.ended_at.is_(None))

_OF_PATRON = (
    select(loans)
    .where(loans.c.patron == bindparam("patron"), loans.c.ended_at.is_(None))
    .order_by(loans.c.due, loans.c.intent)
)


def borrower(
    connection: Connection, setting: Setting, patron: PatronOnFile, *, asked: ItemId | None = None
) -> Borrower:
    """The patron with the loans that stand and the promises that have not become loans yet.

    A promise of the item that is asked for again is the same wish, so `asked` does not count twice.
    """
    rows = connection.execute(_STANDING, {"patron": patron.ref, "now": setting.now}).all()
    lent = [row for row in rows if row.due is not None]
    classes = {row.item: row.loan_class for row in rows if row.due is not None or row.item != asked}
    owes = account(connection, patron.ref, patron.guardian)
    blocks = {Block.BLOCKED: patron.blocked, Block.CARD_LOST: patron.card_lost}
    return Borrower(
        ref=patron.ref,
        category=patron.category,
        loans=tuple(classes[item] or UNCLASSED for item in sorted(classes)),
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


def copy(connection: Connection, item: ItemOnFile) -> Copy:
    """The item with the loan that runs."""
    running = running_loan(connection, item.item.id)
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


def running_loan(connection: Connection, item: ItemId) -> Row[tuple[object, ...]] | None:
    """The row of the loan that runs."""
    return connection.execute(_RUNNING, {"item": item}).first()


def running_loans(connection: Connection, patron: PatronRef) -> Sequence[Row[tuple[object, ...]]]:
    """The rows of the patron's loans that run, the next due first."""
    return connection.execute(_OF_PATRON, {"patron": patron}).all()


def running_of(row: Row[tuple[object, ...]]) -> Running:
    """A loan's row as the rules know it."""
    return Running(row.due, row.renewals, row.recalled, row.claimed_returned, row.lost_at is not None)

"""What the rules have to know of a patron and an item, gathered from the store."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from kiosk.central.holdings import ItemOnFile
from kiosk.central.people import PatronOnFile
from kiosk.central.store.tables import decisions, items, loans
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.lending import Setting
from kiosk.rules.subjects import Block, Borrower, Copy, end_of

UNCLASSED = "unknown"
"""Loan class of an item that central does not have: it counts towards the limit over all loans."""


_STANDING = (
    select(loans.c.item, items.c.loan_class)
    .select_from(loans.outerjoin(items, items.c.id == loans.c.item))
    .where(loans.c.patron == bindparam("patron"), loans.c.ended_at.is_(None))
)
_PROMISED = (
    select(decisions.c.item, items.c.loan_class)
    .select_from(decisions.outerjoin(items, items.c.id == decisions.c.item))
    .where(decisions.c.patron == bindparam("patron"), decisions.c.promised_until > bindparam("now"))
)
_RUNNING = select(loans.c.patron, loans.c.due).where(loans.c.item == bindparam("item"), loans.c.ended_at.is_(None))


def borrower(
    connection: Connection, setting: Setting, patron: PatronOnFile, *, asked: ItemId | None = None
) -> Borrower:
    """The patron with the loans that stand and the promises that have not become loans yet.

    A promise of the item that is asked for again is the same wish, so `asked` does not count twice.
    """
    wished = connection.execute(_PROMISED, {"patron": patron.ref, "now": setting.now})
    classes = {row.item: row.loan_class for row in wished if row.item != asked}
    lent = connection.execute(_STANDING, {"patron": patron.ref})
    classes |= {row.item: row.loan_class for row in lent}
    return Borrower(
        ref=patron.ref,
        category=patron.category,
        loans=tuple(classes[item] or UNCLASSED for item in sorted(classes)),
        expires=None if patron.expires is None else end_of(patron.expires, setting.policy.calendar.zone),
        blocks=frozenset({Block.BLOCKED} if patron.blocked else ()),
        debt_cents=patron.debt_cents,
    )


def copy(connection: Connection, item: ItemOnFile) -> Copy:
    """The item with the loan that runs."""
    running = connection.execute(_RUNNING, {"item": item.item.id}).first()
    return Copy(
        loan_class=item.loan_class,
        not_for_loan=item.not_for_loan,
        lent_to=None if running is None else PatronRef(running.patron),
        lent_until=None if running is None else running.due,
        held_for=item.held_for,
    )

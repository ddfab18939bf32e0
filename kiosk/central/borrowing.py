"""What the rules have to know of a patron and an item, gathered from the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from kiosk.central.holdings import ItemOnFile
from kiosk.central.people import PatronOnFile
from kiosk.central.store.tables import decisions, items, loans
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.loans import Borrower, Copy

UNCLASSED = "unknown"
"""Loan class of an item that central does not have: it counts towards the limit over all loans."""


def borrower(connection: Connection, patron: PatronOnFile, now: datetime, *, asked: ItemId | None = None) -> Borrower:
    """The patron with the loans that stand at `now` and the promises that have not become loans yet.

    A promise of the item that is asked for again is the same wish, so `asked` does not count twice.
    """
    standing = select(loans.c.item).where(loans.c.patron == patron.ref, loans.c.ended_at.is_(None))
    promised = select(decisions.c.item).where(decisions.c.patron == patron.ref, decisions.c.promised_until > now)
    lent = set(connection.scalars(standing))
    wished = set(connection.scalars(promised)) - lent - {asked}
    numbers = sorted(lent | wished)
    found = connection.execute(select(items.c.id, items.c.loan_class).where(items.c.id.in_(numbers)))
    classes: dict[str, str] = {row.id: row.loan_class for row in found}
    return Borrower(
        ref=patron.ref,
        category=patron.category,
        loans=tuple(classes.get(number, UNCLASSED) for number in numbers),
        expires=patron.expires,
        blocked=patron.blocked,
        debt_cents=patron.debt_cents,
    )


def copy(connection: Connection, item: ItemOnFile) -> Copy:
    """The item with the loan that runs."""
    running = connection.execute(
        select(loans.c.patron, loans.c.due).where(loans.c.item == item.item.id, loans.c.ended_at.is_(None))
    ).first()
    return Copy(
        loan_class=item.loan_class,
        not_for_loan=item.not_for_loan,
        lent_to=None if running is None else PatronRef(running.patron),
        lent_until=None if running is None else running.due,
        held_for=item.held_for,
    )

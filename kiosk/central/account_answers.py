"""What a patron is told of their own account: whether a loan may go on, what they have, wait for and owe."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

from kiosk.central.accounts import account
from kiosk.central.borrowing import borrower
from kiosk.central.holdings import HoldState, shown_items
from kiosk.central.people import patron_named
from kiosk.central.renewing import may_renew
from kiosk.central.store.tables import holds, items, loans, records
from kiosk.central.waiting import RUNNING
from kiosk.model.circulation import Item
from kiosk.model.ids import ItemId
from kiosk.model.questions import (
    AccountHold,
    AccountLoan,
    AccountTold,
    AskAccount,
    AskRenew,
    MayNotRenew,
    MayRenew,
    NoAccount,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed
from kiosk.rules.lending import Setting, remaining

MOST_ROWS = 30
LONGEST_SHOWN = 160
"""Characters. So much of both fits one message (`kiosk.wire.envelope.LARGEST_BYTES`), in any script."""
NOBODY = (Reason(ReasonCode.UNKNOWN_PATRON),)
_LOANS = (
    shown_items()
    .add_columns(loans.c.item, loans.c.due, loans.c.renewals)
    .join(loans, loans.c.item == items.c.id)
    .where(loans.c.patron == bindparam("patron"), loans.c.ended_at.is_(None))
    .order_by(loans.c.due, loans.c.intent)
    .limit(MOST_ROWS)
)
_HOLDS = (
    select(
        holds.c.state,
        holds.c.expires,
        func.coalesce(records.c.title, func.nullif(items.c.title, ""), holds.c.item, holds.c.control_number).label(
            "shown_title"
        ),
    )
    .select_from(
        holds.outerjoin(records, records.c.control_number == holds.c.control_number).outerjoin(
            items, items.c.id == holds.c.item
        )
    )
    .where(holds.c.patron == bindparam("patron"), holds.c.state.in_(RUNNING))
    .order_by(holds.c.placed_at, holds.c.id)
    .limit(MOST_ROWS)
)


def may_renew_told(connection: Connection, setting: Setting, asked: AskRenew) -> MayRenew | MayNotRenew:
    """Whether the loan may go on; nothing changes before its fact."""
    patron = patron_named(connection, asked.patron)
    if patron is None:
        return MayNotRenew(NOBODY)
    decided = may_renew(connection, setting, patron, asked.item).decided
    return MayRenew(decided.due) if isinstance(decided, Allowed) else MayNotRenew(decided.reasons)


def account_told(connection: Connection, setting: Setting, asked: AskAccount) -> AccountTold | NoAccount:
    """Everything that the patron sees of it, read anew each time (W7)."""
    patron = patron_named(connection, asked.patron)
    if patron is None:
        return NoAccount(NOBODY)
    has = tuple(
        AccountLoan(
            Item(ItemId(row.item), cut(row.shown_title), cut(row.author), cut(row.shown_call_number)),
            row.due,
            row.renewals,
        )
        for row in connection.execute(_LOANS, {"patron": patron.ref})
    )
    waits = tuple(
        AccountHold(cut(row.shown_title), row.state == HoldState.READY.value, row.expires)
        for row in connection.execute(_HOLDS, {"patron": patron.ref})
    )
    owes = account(connection, patron.ref).debt_cents
    return AccountTold(has, waits, owes, remaining(setting, borrower(connection, setting, patron)))


def cut(text: str) -> str:
    """So much of a text as a screen and a message have room for."""
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"

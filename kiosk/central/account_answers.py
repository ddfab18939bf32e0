"""What a patron is told of their own account: whether a loan may go on, what they have, wait for and owe."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

from kiosk.central.accounts import account
from kiosk.central.borrowing import borrower
from kiosk.central.holdings import shown_items
from kiosk.central.people import PatronOnFile, patron_on_file, resolved
from kiosk.central.renewing import may_renew
from kiosk.central.store.tables import items, loans, records
from kiosk.central.waiting import HoldState, of_patron
from kiosk.model.circulation import Item
from kiosk.model.ids import ItemId, PatronRef
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
_TITLE = select(
    func.coalesce(
        select(records.c.title).where(records.c.control_number == bindparam("title")).scalar_subquery(),
        select(func.coalesce(func.nullif(items.c.title, ""), items.c.id))
        .where(items.c.id == bindparam("copy"))
        .scalar_subquery(),
    )
)


def may_renew_told(connection: Connection, setting: Setting, asked: AskRenew) -> MayRenew | MayNotRenew:
    """Whether the loan may go on; nothing changes before its fact."""
    patron = _patron(connection, asked.patron)
    if patron is None:
        return MayNotRenew(NOBODY)
    decided = may_renew(connection, setting, patron, asked.item).decided
    return MayRenew(decided.due) if isinstance(decided, Allowed) else MayNotRenew(decided.reasons)


def account_told(connection: Connection, setting: Setting, asked: AskAccount) -> AccountTold | NoAccount:
    """Everything that the patron sees of it, read anew each time (W7)."""
    patron = _patron(connection, asked.patron)
    if patron is None:
        return NoAccount(NOBODY)
    rows = connection.execute(_LOANS, {"patron": patron.ref})
    has = tuple(
        AccountLoan(
            Item(ItemId(row.item), _cut(row.shown_title), _cut(row.author), _cut(row.shown_call_number)),
            row.due,
            row.renewals,
        )
        for row in rows
    )
    waits = tuple(
        AccountHold(
            _cut(connection.scalar(_TITLE, {"title": row.control_number, "copy": row.item}) or str(row.item)),
            row.state == HoldState.READY.value,
            row.expires,
        )
        for row in of_patron(connection, patron.ref)[:MOST_ROWS]
    )
    owes = account(connection, patron.ref).debt_cents
    return AccountTold(has, waits, owes, remaining(setting, borrower(connection, setting, patron)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _patron(connection: Connection, ref: PatronRef) -> PatronOnFile | None:
    known = resolved(connection, ref)
    return None if known is None else patron_on_file(connection, known)

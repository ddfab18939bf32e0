"""What a patron is told of their own account: whether a loan may go on, what they have, wait for and owe."""

from __future__ import annotations

from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select

from kiosk.central.accounts import CURRENCY, account
from kiosk.central.borrowing import borrower
from kiosk.central.holdings import RUNNING, HoldState, shown_items
from kiosk.central.people import patron_named
from kiosk.central.renewing import may_renew
from kiosk.central.store.tables import charges, holds, items, loans, records
from kiosk.model.circulation import Item
from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.questions import (
    AccountCharge,
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

MOST_LOANS = 60
MOST_OTHERS = 20
"""Holds, and charges."""
LONGEST_SHOWN = 80
LONGEST_BESIDE = 40
"""Characters of a title, and of an author or a branch. So much fits one message
(`kiosk.wire.envelope.LARGEST_BYTES`), in any script."""
NOBODY = (Reason(ReasonCode.UNKNOWN_PATRON),)
_LOANS = (
    shown_items()
    .add_columns(loans.c.item, loans.c.due, loans.c.renewals, loans.c.provisional)
    .join(loans, loans.c.item == items.c.id)
    .where(loans.c.patron == bindparam("patron"), loans.c.ended_at.is_(None))
    .order_by(loans.c.due, loans.c.intent)
    .limit(MOST_LOANS)
)
_before = holds.alias()
_AHEAD = (
    select(func.count())
    .select_from(_before)
    .where(
        _before.c.state == HoldState.WAITING.value,
        func.coalesce(_before.c.control_number, _before.c.item) == func.coalesce(holds.c.control_number, holds.c.item),
        or_(
            _before.c.priority > holds.c.priority,
            and_(_before.c.priority == holds.c.priority, _before.c.placed_at < holds.c.placed_at),
            and_(
                _before.c.priority == holds.c.priority,
                _before.c.placed_at == holds.c.placed_at,
                _before.c.id < holds.c.id,
            ),
        ),
    )
    .correlate(holds)
    .scalar_subquery()
)
"""Who is served before, in the order of `kiosk.rules.queue`."""
_HOLDS = (
    select(
        holds.c.id,
        holds.c.state,
        holds.c.expires,
        holds.c.pickup,
        _AHEAD.label("ahead"),
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
    .limit(MOST_OTHERS)
)
_CHARGES = (
    select(
        charges.c.kind,
        charges.c.at,
        (charges.c.amount_cents - charges.c.paid_cents).label("owed"),
        func.coalesce(records.c.title, func.nullif(items.c.title, ""), charges.c.item, "").label("shown_title"),
    )
    .select_from(
        charges.outerjoin(items, items.c.id == charges.c.item).outerjoin(
            records, records.c.control_number == items.c.control_number
        )
    )
    .where(charges.c.patron == bindparam("patron"), charges.c.open.is_(True))
    .order_by(charges.c.at, charges.c.id)
    .limit(MOST_OTHERS)
)


def may_renew_told(connection: Connection, setting: Setting, asked: AskRenew) -> MayRenew | MayNotRenew:
    """Whether the loan may go on; nothing changes before its fact."""
    patron = patron_named(connection, asked.patron)
    if patron is None:
        return MayNotRenew(NOBODY)
    decided = may_renew(connection, setting, patron, asked.item).decided
    return MayRenew(decided.due) if isinstance(decided, Allowed) else MayNotRenew(decided.reasons)


def account_told(
    connection: Connection, setting: Setting, asked: AskAccount, *, by_phone: bool = False
) -> AccountTold | NoAccount:
    """Everything that the patron sees of it, read anew each time (W7)."""
    patron = patron_named(connection, asked.patron)
    if patron is None:
        return NoAccount(NOBODY)
    has = tuple(
        AccountLoan(
            Item(ItemId(row.item), cut(row.shown_title), cut(row.author, LONGEST_BESIDE)),
            row.due,
            row.renewals,
            row.provisional,
        )
        for row in connection.execute(_LOANS, {"patron": patron.ref})
    )
    waits = tuple(
        AccountHold(
            cut(row.shown_title),
            row.state == HoldState.READY.value,
            row.expires,
            row.id,
            row.ahead + 1 if row.state == HoldState.WAITING.value else None,
            cut(row.pickup, LONGEST_BESIDE),
        )
        for row in connection.execute(_HOLDS, {"patron": patron.ref})
    )
    zone = setting.policy.calendar.zone
    owed = tuple(
        AccountCharge(row.kind, cut(row.shown_title), row.owed, row.at.astimezone(zone).date())
        for row in connection.execute(_CHARGES, {"patron": patron.ref})
    )
    owes = account(connection, patron.ref).debt_cents
    more = remaining(setting, borrower(connection, setting, patron))
    beyond = (
        _beyond(connection, _LOANS, patron.ref, len(has)),
        _beyond(connection, _HOLDS, patron.ref, len(waits)),
        _beyond(connection, _CHARGES, patron.ref, len(owed)),
    )
    return AccountTold(has, waits, owes, more, owed, CURRENCY, *beyond, by_phone=by_phone)


def _beyond(connection: Connection, query: Select[*tuple[object, ...]], patron: PatronRef, told: int) -> int:
    """How many there are that the list has no room for."""
    if told < MOST_OTHERS:
        return 0
    everything = query.limit(None).order_by(None).subquery()
    counted = connection.scalar(select(func.count()).select_from(everything), {"patron": patron}) or 0
    return max(0, counted - told)


def cut(text: str, longest: int = LONGEST_SHOWN) -> str:
    """So much of a text as a screen and a message have room for."""
    return text if len(text) <= longest else text[: longest - 1] + "…"

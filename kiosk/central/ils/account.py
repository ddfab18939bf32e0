"""What a patron has, waits for and owes, where the library's own system knows: within the kiosk's patience.

SIP2 lists numbers of items only; due dates and titles are asked one by one (17), a few at once, so that a patron with
sixty loans takes neither all connections nor all the time. What is not told in time is due as our ledger says; where
that has no date either, nothing is told rather than a list with a hole.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime

from sqlalchemy import Connection, Engine

from kiosk.central.account_answers import MOST_LOANS, MOST_OTHERS, NOBODY, cut
from kiosk.central.borrowing import running_loan
from kiosk.central.holdings import item_on_file
from kiosk.central.ils.port import Ils, IlsAway, IlsDetails, IlsPatron
from kiosk.model.circulation import Item
from kiosk.model.ids import ItemId
from kiosk.model.questions import AccountHold, AccountLoan, AccountTold, NoAccount

AT_ONCE = 2
"""Items that are asked about at the same time, for one patron: borrowing goes on beside it."""
SHORTEST_S = 0.3
"""Nothing new is asked where less is left."""


def account_there(ils: Ils, engine: Engine, card: str, by_s: float) -> AccountTold | NoAccount:
    """`by_s` is an instant of `time.monotonic`. Raises `IlsAway` where not everything could be found out by then."""
    found = ils.patron(card, by_s)
    if not found.known:
        return NoAccount(NOBODY)
    numbers = tuple(dict.fromkeys(found.charged))[:MOST_LOANS]
    if not numbers and found.charged_count:
        raise IlsAway("the library system tells how many items the patron has, and not which")
    waits = _holds(ils, card, found, by_s)
    told = _details(ils, numbers, by_s)
    with engine.connect() as connection:
        loans = tuple(sorted((_loan(connection, number, told.get(number)) for number in numbers), key=_due))
        holds = tuple(AccountHold(_title(connection, number), ready, None) for number, ready in waits)
    return AccountTold(loans, holds[:MOST_OTHERS], found.owes_cents, 0 if found.reasons else found.more)


def _holds(ils: Ils, card: str, found: IlsPatron, by_s: float) -> list[tuple[str, bool]]:
    """Number or text of what is waited for, and whether it is ready: that first."""
    ready = ils.holds(card, by_s, ready=True) if found.ready else ()
    later = ils.holds(card, by_s, ready=False) if found.waiting else ()
    return [*((number, True) for number in ready), *((number, False) for number in later)]


def _details(ils: Ils, numbers: Sequence[str], by_s: float) -> dict[str, IlsDetails]:
    """Of the items that were told in time."""
    told: dict[str, IlsDetails] = {}

    def ask(number: str) -> None:
        if by_s - time.monotonic() > SHORTEST_S:
            told[number] = ils.details(number, by_s)

    pool = ThreadPoolExecutor(AT_ONCE, "ils-account")
    asked = [pool.submit(ask, number) for number in numbers]
    done, _ = wait(asked, max(0.0, by_s - time.monotonic()))
    pool.shutdown(wait=False, cancel_futures=True)
    for one in done:
        if (trouble := one.exception()) is not None and not isinstance(trouble, IlsAway):
            raise trouble
    return dict(told)


def _loan(connection: Connection, number: str, told: IlsDetails | None) -> AccountLoan:
    ours = running_loan(connection, ItemId(number))
    due: datetime | None = None if told is None else told.due
    if due is None and ours is not None:
        due = ours.due
    if due is None:
        raise IlsAway("the library system did not tell every due date in time")
    on_file = item_on_file(connection, ItemId(number))
    item = Item(ItemId(number), (told.title if told else "") or number) if on_file is None else on_file.item
    shown = Item(item.id, cut(item.title), cut(item.author), cut(item.call_number))
    return AccountLoan(shown, due, 0 if ours is None else int(ours.renewals))


def _due(loan: AccountLoan) -> tuple[datetime, str]:
    return loan.due, loan.item.id


def _title(connection: Connection, number: str) -> str:
    known = item_on_file(connection, ItemId(number))
    return cut(number if known is None else known.item.title)

"""What central does by itself once a day: holds that nobody came for, items that count as lost, and forgetting.

Everything goes in small transactions, so that no question waits for it, and again from the beginning after a power cut.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Engine, Row, and_, delete, func, not_, or_, select, update
from sqlalchemy.exc import DBAPIError

from kiosk.central.accounts import Charge, ChargeKind, owe
from kiosk.central.answering import Desk
from kiosk.central.borrowing import bare_copy
from kiosk.central.holdings import ItemState, item_on_file
from kiosk.central.people import patron_on_file
from kiosk.central.store import writing
from kiosk.central.store.tables import charges, decisions, exceptions, facts, holds, items, loans
from kiosk.central.waiting import RUNNING, expire
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.overdue import counts_as_lost, fine, lost_cents
from kiosk.rules.policy import Place
from kiosk.rules.subjects import Running

A_DAY_S = 86_400.0
AT_ONCE = 500
STOP_S = 15.0
NOBODY = ""

log = logging.getLogger(__name__)


class Housekeeping:
    """A thread of its own: at the start, and every day after it. `changed` when something has."""

    def __init__(self, engine: Engine, desk: Desk, keep_days: int, changed: Callable[[], None]) -> None:
        self._engine = engine
        self._desk = desk
        self._kept = timedelta(days=keep_days)
        self._changed = changed
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while True:
            try:
                self.once(datetime.now(UTC))
            except DBAPIError as trouble:
                log.error("housekeeping waits for tomorrow: %s", type(trouble.orig).__name__)
            if self._stopping.wait(A_DAY_S):
                return

    def once(self, now: datetime) -> None:
        """Everything that is due at `now` (aware)."""
        with writing(self._engine) as connection:
            freed = expire(connection, self._desk.setting("", now))
        lost = self._repeat(partial(self._mark_lost, now))
        before = now - self._kept
        forgotten = sum(self._repeat(partial(forget, before)) for forget in FORGETS)
        if freed or lost or forgotten:
            log.info("%d holds expired, %d items count as lost, %d rows were forgotten", len(freed), lost, forgotten)
            self._changed()

    def _repeat(self, some: Callable[[Connection], int]) -> int:
        """Some rows after the others, until there are none, or we are told to stop."""
        total = 0
        while not self._stopping.is_set():
            with writing(self._engine) as connection:
                done = some(connection)
            total += done
            if done < AT_ONCE:
                break
        return total

    def _mark_lost(self, now: datetime, connection: Connection) -> int:
        """Items that are overdue for so long that nobody expects them: their price is owed."""
        said = [line.lost_after_days for line in self._desk.policy.rules.line if line.lost_after_days]
        shortest = min(said, default=None)
        if shortest is None:
            return 0
        overdue = (
            select(loans)
            .where(loans.c.ended_at.is_(None), loans.c.lost_at.is_(None), loans.c.claimed_returned.is_(False))
            .where(loans.c.due < now - timedelta(days=shortest - 1))  # whole days of the calendar are counted below
        )
        return sum(self._count_as_lost(connection, row, now) for row in connection.execute(overdue).all())

    def _count_as_lost(self, connection: Connection, row: Row[tuple[object, ...]], now: datetime) -> bool:
        item = item_on_file(connection, ItemId(row.item), lock=True)
        patron = patron_on_file(connection, PatronRef(row.patron), lock=True)
        if item is None or patron is None:
            return False
        loan, due = str(row.intent), row.due
        policy = self._desk.policy
        terms = policy.find(Place("*", patron.category, item.loan_class)).terms
        if not counts_as_lost(terms, policy.calendar, due, now):
            return False
        connection.execute(update(loans).where(loans.c.intent == loan).values(lost_at=now))
        connection.execute(update(items).where(items.c.id == item.item.id).values(state=ItemState.LOST.value))
        cents = lost_cents(terms, bare_copy(item))
        price = Charge(f"lost-{loan}", patron.ref, ChargeKind.LOST, cents, now, item.item.id, loan)
        owe(connection, price)
        if terms.lost_keeps_fine:
            cents = fine(terms, policy.calendar, Running(due), bare_copy(item), now).cents
            owe(connection, replace(price, id=f"overdue-{loan}", kind=ChargeKind.OVERDUE, amount_cents=cents))
        return True


def _forget_loans(before: datetime, connection: Connection) -> int:
    """Loans that ended long ago lose their patron, unless staff still look into one of them."""
    about_it = and_(exceptions.c.open.is_(True), exceptions.c.intent == loans.c.intent)
    looked_at = select(exceptions.c.id).where(about_it).exists()
    over = and_(loans.c.ended_at < before, loans.c.patron != NOBODY, not_(looked_at))
    old = select(loans.c.intent).where(over).limit(AT_ONCE)
    return connection.execute(update(loans).where(loans.c.intent.in_(old)).values(patron=NOBODY)).rowcount


def _forget_facts(before: datetime, connection: Connection) -> int:
    """What stations told of patrons, but for loans that run or are looked into."""
    old = select(facts.c.id, facts.c.data).where(facts.c.anonymous.is_(False), facts.c.at < before)
    rows = connection.execute(old.order_by(facts.c.id).limit(AT_ONCE)).all()
    done = 0
    for row in rows:
        body = json.loads(row.data)
        intent = body.get("intent") if isinstance(body, dict) else None
        keeps = and_(loans.c.intent == str(intent), loans.c.patron != NOBODY)
        if intent is not None and connection.execute(select(loans.c.intent).where(keeps)).first() is not None:
            continue
        if isinstance(body, dict) and "patron" in body:
            body["patron"] = NOBODY
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        connection.execute(update(facts).where(facts.c.id == row.id).values(data=text, anonymous=True))
        done += 1
    return done


def _forget_decisions(before: datetime, connection: Connection) -> int:
    """Answers are kept so that a question asked again gets the same one: nobody asks after so long."""
    open_there = and_(decisions.c.by_ils != NOBODY, decisions.c.promised_until.is_not(None))
    over = or_(decisions.c.by_ils.is_(None), not_(open_there))
    old = select(decisions.c.ask).where(decisions.c.asked_at < before, over).limit(AT_ONCE)
    return connection.execute(delete(decisions).where(decisions.c.ask.in_(old))).rowcount


def _forget_holds(before: datetime, connection: Connection) -> int:
    over = holds.c.state.not_in(RUNNING)
    old = select(holds.c.id).where(over, holds.c.ended_at < before, holds.c.patron != NOBODY).limit(AT_ONCE)
    return connection.execute(update(holds).where(holds.c.id.in_(old)).values(patron=NOBODY)).rowcount


def _forget_charges(before: datetime, connection: Connection) -> int:
    """Money stays; what was read does not."""
    read = or_(charges.c.item.is_not(None), charges.c.loan.is_not(None))
    old = select(charges.c.id).where(charges.c.open.is_(False), charges.c.at < before, read).limit(AT_ONCE)
    return connection.execute(update(charges).where(charges.c.id.in_(old)).values(item=None, loan=None)).rowcount


def _forget_exceptions(before: datetime, connection: Connection) -> int:
    naming = func.instr if connection.dialect.name == "sqlite" else func.strpos
    old = (
        select(exceptions.c.id, exceptions.c.details)
        .where(exceptions.c.open.is_(False), exceptions.c.at < before, naming(exceptions.c.details, '"patron"') > 0)
        .limit(AT_ONCE)
    )
    rows = connection.execute(old).all()
    for row in rows:
        details = {name: text for name, text in json.loads(row.details).items() if name != "patron"}
        told = json.dumps(details, ensure_ascii=False)
        connection.execute(update(exceptions).where(exceptions.c.id == row.id).values(details=told))
    return len(rows)


FORGETS: tuple[Callable[[datetime, Connection], int], ...] = (
    _forget_loans,
    _forget_facts,
    _forget_decisions,
    _forget_holds,
    _forget_charges,
    _forget_exceptions,
)
"""In this order: facts go by whether their loan still names its patron."""

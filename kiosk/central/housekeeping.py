"""What central does by itself once a day: holds that nobody came for, items that count as lost, and forgetting.

Everything goes in small transactions, so that no question waits for it, and again from the beginning after a power cut.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, Row, and_, select, update
from sqlalchemy.exc import DBAPIError

from kiosk.central.accounts import Charge, ChargeKind, owe
from kiosk.central.answering import Desk
from kiosk.central.auditing import audit
from kiosk.central.borrowing import bare_copy
from kiosk.central.forgetting import everything, forget_uploads
from kiosk.central.holdings import ItemState, item_on_file
from kiosk.central.objects.keeping import Health, Objects, look_at_some
from kiosk.central.people import patron_on_file
from kiosk.central.search.indexing import catch_up
from kiosk.central.store import writing
from kiosk.central.store.tables import items, loans
from kiosk.central.store.walking import Rows, Walk
from kiosk.central.summing import days_to_sum, sum_day
from kiosk.central.waiting import expire
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.overdue import counts_as_lost, fine, lost_cents
from kiosk.rules.subjects import Running
from kiosk.web.own_thread import OwnThread

A_DAY_S = 86_400.0
REST_S = 0.01
STOP_S = 15.0

log = logging.getLogger(__name__)


class Housekeeping(OwnThread):
    """A thread of its own: at the start, and every day after it. `changed` when something has."""

    def __init__(
        self, engine: Engine, desk: Desk, keep_days: int, changed: Callable[[], None], objects: Objects | None = None
    ) -> None:
        super().__init__("housekeeping", STOP_S)
        self._engine = engine
        self._desk = desk
        self._kept = timedelta(days=keep_days)
        self._changed = changed
        self._objects = objects

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
        entered = catch_up(self._engine)
        if entered:
            log.info("%d titles were entered into the search index", entered)
        with writing(self._engine) as connection:
            freed = expire(connection, self._desk.setting("", now))
            forget_uploads(connection, now)
        lost = self._mark_lost(now)
        forgotten = sum(self._bit_by_bit(what.walk, what.change) for what in everything(now - self._kept))
        self._sum_up(now)
        found = audit(self._engine, now)
        lost_files = 0 if self._objects is None else look_at_some(self._engine, self._objects, now)[Health.LOST]
        if lost_files:
            log.error("%d files of the digital store are lost in both folders", lost_files)
        if found:
            log.info("%d findings of the audit wait for somebody", found)
        if freed or lost or forgotten or found:
            log.info("%d holds expired, %d items count as lost, %d rows were forgotten", len(freed), lost, forgotten)
            self._changed()

    def _bit_by_bit(self, walk: Walk, change: Callable[[Connection, Rows], int]) -> int:
        """Change some rows after the others, until there are none, or we are told to stop; how many were changed.

        Between two transactions it rests as long as one took, so that whoever waits to write comes in between.
        """
        total = 0
        for rows in walk.parts(self._engine):
            began_s = time.monotonic()
            with writing(self._engine) as connection:
                total += change(connection, rows)
            if self._stopping.wait(max(REST_S, time.monotonic() - began_s)):
                break
        return total

    def _sum_up(self, now: datetime) -> None:
        """The loans of days that are over, a day at a time."""
        with self._engine.connect() as connection:
            days = list(days_to_sum(connection, self._desk.policy.calendar.zone.key, now))
        for day in days:
            sum_day(self._engine, day)
            if self._stopping.wait(REST_S):
                break

    def _mark_lost(self, now: datetime) -> int:
        """Items that are overdue for so long that nobody expects them: their price is owed."""
        said = [line.lost_after_days for line in self._desk.policy.rules.line if line.lost_after_days]
        shortest = min(said, default=None)
        if shortest is None:
            return 0
        missed = and_(loans.c.ended_at.is_(None), loans.c.lost_at.is_(None), loans.c.claimed_returned.is_(False))
        long_due = loans.c.due < now - timedelta(days=shortest - 1)  # whole days of the calendar are counted below

        def change(connection: Connection, rows: Rows) -> int:
            these = select(loans).where(loans.c.intent.in_([row.intent for row in rows]), missed, long_due)
            return sum(self._count_as_lost(connection, row, now) for row in connection.execute(these).all())

        overdue = Walk((loans.c.intent,), and_(missed, long_due))
        return self._bit_by_bit(overdue, change)

    def _count_as_lost(self, connection: Connection, row: Row[tuple[object, ...]], now: datetime) -> bool:
        item = item_on_file(connection, ItemId(row.item), lock=True)
        patron = patron_on_file(connection, PatronRef(row.patron), lock=True)
        if item is None or patron is None:
            return False
        loan, due = str(row.intent), row.due
        policy = self._desk.policy
        terms = self._desk.setting("", now).terms(patron.category, item.loan_class)
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

"""What has happened, told to the library's own system: every fact in its order, once, none in the way of the others.

A loan that the system made itself is no news to it. One that a kiosk made while the system was away is told with the
due date that the patron has; a loan that the system made and that never came about is cancelled there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import DBAPIError

from kiosk.central.exceptions import Did, Notable, Why, act, note
from kiosk.central.ils.mirror import card_of, unsure_of
from kiosk.central.ils.port import Ils, IlsAway, IlsUnsure
from kiosk.central.ils.renewals import Renewals
from kiosk.central.people import resolved
from kiosk.central.store import writing
from kiosk.central.store.running import Duty, InUse, on_duty
from kiosk.central.store.tables import decisions, facts, holds, ils_progress
from kiosk.central.story import Place
from kiosk.model.cards import CARD
from kiosk.model.facts import (
    ChargePaid,
    Found,
    HoldCancelled,
    HoldPlaced,
    ItemReturned,
    LoanMade,
    LoanRefused,
    LoanRenewed,
    LoanUndone,
    item_of,
)
from kiosk.model.ids import Epoch, IntentId, PatronRef
from kiosk.wire import SetAside, fact_of

LOOK_S = 5.0
STOP_S = 15.0
SETTLED = timedelta(seconds=15)
"""A fact is told so long after its arrival: PostgreSQL may commit a lower number later, and none may be passed over."""
NEVER_CAME = timedelta(minutes=10)
"""A loan that the system made and that no fact has told of so long after its promise ended did not come about."""
AT_ONCE = 50
ASKED_NEVER = frozenset({HoldPlaced.type, ChargePaid.type})
"""SIP2 can be asked whether an item is lent, and until when, not whether these were done."""

log = logging.getLogger(__name__)
Kept = Row[tuple[object, ...]]


class Refused(Exception):
    """The system does not take it."""


class Feed:
    """A thread of its own from `start` to `stop`; `wake` when facts have come. Of several processes on one database,
    one tells at a time: what another does not get to tell, the next one does."""

    def __init__(self, engine: Engine, ils: Ils, look_s: float = LOOK_S, settled: timedelta = SETTLED) -> None:
        self._engine = engine
        self._ils = ils
        self._renewals = Renewals(ils, engine)
        self._look_s = look_s
        self._settled = settled
        self._still_alone: Callable[[], None] = lambda: None
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ils-feed", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._news.set()
        self._thread.join(STOP_S)

    def wake(self) -> None:
        self._news.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with on_duty(self._engine, Duty.TELLING) as self._still_alone:
                    self._tell_on()
            except InUse:
                self._stopping.wait(self._look_s)
            except (OSError, DBAPIError) as trouble:
                log.error("what has happened cannot be told now: %s", type(trouble).__name__)
                self._stopping.wait(self._look_s)

    def _tell_on(self) -> None:
        while not self._stopping.is_set():
            self._still_alone()
            try:
                more = self.tell_some()
                self.cancel_some()
            except IlsAway as away:
                log.info("the library system is told later: %s", away)
                more = False
            except DBAPIError as trouble:
                log.error("what has happened cannot be read: %s", type(trouble.orig).__name__)
                more = False
            if not more:
                self._news.wait(self._look_s)
                self._news.clear()

    def tell_some(self) -> bool:
        """Tell the next facts; whether there were some. Raises `IlsAway` before the first that cannot be told now."""
        rows = self._next()
        for row in rows:
            if self._stopping.is_set():
                return False
            self._still_alone()
            try:
                self._tell_once(row)
            except (Refused, IlsUnsure) as trouble:
                self._noted(row, Why.ILS_UNSURE if isinstance(trouble, IlsUnsure) else Why.ILS_REFUSED, str(trouble))
            self._told(row)
        return bool(rows)

    def cancel_some(self) -> None:
        """Cancel loans of the system that never came about: their promise is over, and no fact came."""
        before = datetime.now(UTC) - NEVER_CAME
        dangling = select(decisions).where(decisions.c.by_ils > "", decisions.c.promised_until < before).limit(AT_ONCE)
        with self._engine.connect() as connection:
            rows = connection.execute(dangling).all()
        for row in rows:
            self._cancel(str(row.ask), str(row.by_ils), str(row.item))

    def _next(self) -> list[Kept]:
        with self._engine.connect() as connection:
            last = connection.scalar(select(ils_progress.c.fact)) or 0
            before = datetime.now(UTC) - self._settled
            wanted = select(facts).where(facts.c.id > last, facts.c.received_at <= before)
            return list(connection.execute(wanted.order_by(facts.c.id).limit(AT_ONCE)).all())

    def _told(self, row: Kept) -> None:
        with writing(self._engine) as connection:
            if not connection.execute(update(ils_progress).values(fact=row.id)).rowcount:
                connection.execute(insert(ils_progress).values(id=1, fact=row.id))

    def _tell_once(self, row: Kept) -> None:
        """What the system cannot be asked about is tried once: ended in the middle of it, we do not know."""
        if str(row.type) not in ASKED_NEVER:
            self._tell(row)
            return
        if self._tried(row):
            raise IlsUnsure("the process ended while it was being told")
        try:
            self._tell(row)
        except IlsAway:
            self._tried(row, forget=True)
            raise

    def _tried(self, row: Kept, *, forget: bool = False) -> bool:
        """Whether this fact was being told before; notes that it is now."""
        with writing(self._engine) as connection:
            before = connection.execute(select(ils_progress)).first()
            if before is None:
                connection.execute(insert(ils_progress).values(id=1, fact=0, trying=row.id))
                return False
            connection.execute(update(ils_progress).values(trying=0 if forget else row.id))
            return bool(before.trying == row.id)

    def _tell(self, row: Kept) -> None:
        fact = fact_of(str(row.type), str(row.data))
        if isinstance(fact, SetAside):
            return
        match fact:
            case LoanMade():
                self._lend(fact, row)
            case LoanRefused() | LoanUndone():
                self._taken_from_nobody(fact)
            case ItemReturned():
                if fact.found is not Found.FOREIGN and not self._ils.take_back(fact.item, row.at).done:
                    raise Refused("the return")
            case LoanRenewed():
                self._renew(fact, row)
            case HoldPlaced():
                title, pickup, copy = fact.control_number or "", fact.pickup, fact.item or ""
                if not self._ils.reserve(self._card(fact.patron), item=copy, title=title, pickup=pickup, at=row.at):
                    raise Refused("the hold")
            case HoldCancelled():
                self._cancel_hold(fact, row)
            case ChargePaid():
                if not self._ils.pay(self._card(fact.patron), fact.amount_cents, fact.intent, row.at):
                    raise Refused("the payment")
            case _:
                pass  # tags and doubts are ours

    def _lend(self, fact: LoanMade, row: Kept) -> None:
        """Only what the system did not make itself, or has cancelled meanwhile."""
        if self._by_ils(fact.intent):
            return
        card = self._card(fact.patron)
        # It is there already where its answer was lost and the kiosk decided alone, or we ended after telling it.
        there = fact.item in self._ils.patron(card).charged
        if not there and not self._ils.lend(card, fact.item, told=fact.due, at=row.at).done:
            raise Refused("the loan")
        self._beyond_doubt(fact.intent)

    def _beyond_doubt(self, intent: IntentId) -> None:
        """The loan is here and there: nobody has to look whether it is."""
        with writing(self._engine) as connection:
            for number in unsure_of(connection, intent):
                act(connection, number, Did.CLOSED, "ils", datetime.now(UTC), "")

    def _renew(self, fact: LoanRenewed, row: Kept) -> None:
        if self._by_ils(fact.intent):
            return
        with self._engine.connect() as connection:
            patron = resolved(connection, fact.patron) or fact.patron
        if not self._renewals.renew(patron, self._card(fact.patron), fact.item, None).done:
            raise Refused("the renewal")

    def _by_ils(self, intent: IntentId) -> bool:
        """Whether the system did it itself, when the kiosk asked."""
        with self._engine.connect() as connection:
            return bool(connection.scalar(select(decisions.c.by_ils).where(decisions.c.ask == intent)))

    def _cancel_hold(self, fact: HoldCancelled, row: Kept) -> None:
        with self._engine.connect() as connection:
            hold = connection.execute(select(holds).where(holds.c.id == fact.hold)).first()
        if hold is not None:
            item, title = str(hold.item or ""), str(hold.control_number or "")
            self._ils.cancel_hold(self._card(fact.patron), item=item, title=title, at=row.at)

    def _taken_from_nobody(self, fact: LoanRefused | LoanUndone) -> None:
        """The loan did not come about, and the system had made it."""
        with self._engine.connect() as connection:
            row = connection.execute(select(decisions).where(decisions.c.ask == fact.intent)).first()
        if row is not None and row.by_ils:
            self._cancel(str(row.ask), str(row.by_ils), str(row.item))

    def _cancel(self, ask: str, card: str, item: str) -> None:
        self._ils.undo(card, item, datetime.now(UTC))
        with writing(self._engine) as connection:
            connection.execute(update(decisions).where(decisions.c.ask == ask).values(by_ils="", promised_until=None))

    def _card(self, patron: PatronRef) -> str:
        with self._engine.connect() as connection:
            known = resolved(connection, patron)
            return card_of(connection, known or patron).removeprefix(CARD)

    def _noted(self, row: Kept, why: Why, what: str) -> None:
        fact = fact_of(str(row.type), str(row.data))
        intent = None if isinstance(fact, SetAside) else fact.intent
        item = None if isinstance(fact, SetAside) else item_of(fact)
        place = Place(row.at, str(row.station), int(row.seq))
        with writing(self._engine) as connection:
            note(connection, place, Epoch(str(row.epoch)), Notable(why, intent, item, {"what": what}))

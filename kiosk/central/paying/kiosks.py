"""Paying at a kiosk: its questions are taken off the worker, for a provider may take seconds (decision record 0176)."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.accounts import CURRENCY, account
from kiosk.central.answering import LONGEST_ASK
from kiosk.central.messages import Heard, Telling, question_in
from kiosk.central.paying.orders import (
    OrderState,
    end,
    keep_code,
    order_of,
    order_row,
    place_at_kiosk,
    settle,
    standing_of,
    unsettled,
)
from kiosk.central.paying.provider import Away, Provider
from kiosk.central.people import patron_named, resolved
from kiosk.central.store import writing
from kiosk.model.ids import AskId
from kiosk.model.paying import AskPaid, AskPay, MayNotPay, OrderStands, PayOffered
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.web.own_thread import OwnThread
from kiosk.wire import Channel, encode_answer, encode_unanswered

THREADS = 4
MOST_WAITING = 128
STOP_S = 10.0
LOOK_AGAIN_S = 4.0
"""A kiosk asks every two seconds; the provider is asked about one order no more often than this."""
SWEEP_S = 60.0
MOST_SWEPT = 50
MOST_BEFORE = 4
"""Orders of one patron that are looked at before another one is placed."""
MOST_SILENT = 3
"""So many orders without an answer, and the provider is left in peace until the next round."""
END_AFTER = timedelta(minutes=2)
"""So long after an order's time the provider is asked once more, and its no ends the order."""
NOTHING_OWED, UNKNOWN = Reason(ReasonCode.NOTHING_OWED), Reason(ReasonCode.UNKNOWN_PATRON)

log = logging.getLogger(__name__)
Asked = AskPay | AskPaid


class Looking:
    """What the provider knows of orders, entered once."""

    def __init__(self, engine: Engine, provider: Provider, changed: Callable[[], None]) -> None:
        self._engine = engine
        self._provider = provider
        self._changed = changed

    @property
    def name(self) -> str:
        return self._provider.name

    @property
    def who(self) -> str:
        """As the trail names whoever told of a payment."""
        return f"provider:{self._provider.name}"

    def look(self, order: str) -> bool:
        """Whether somebody has paid it; then it is entered. Raises `Away`."""
        told = self._provider.look(order)
        if told is None:
            return False
        with writing(self._engine) as connection:
            settle(connection, told, self.name, datetime.now(UTC))
        self._changed()
        return True


@dataclass(frozen=True, slots=True)
class _Question:
    heard: Heard
    ask: AskId
    asked: Asked


class Kiosks:
    """Answers what kiosks ask about paying. `tell` publishes an answer, from any thread."""

    def __init__(
        self,
        engine: Engine,
        source: str,
        provider: Provider,
        lasts: timedelta,
        tell: Callable[[Telling], None],
        changed: Callable[[], None],
        look_again_s: float = LOOK_AGAIN_S,
    ) -> None:
        """`source` is central's own name, `lasts` how long an order can be paid."""
        self._look_again_s = look_again_s
        self._engine = engine
        self._source = source
        self.provider = provider
        self._looking = Looking(engine, provider, changed)
        self._sweep = Sweep(engine, self._looking)
        self._lasts = lasts
        self._tell = tell
        self._waiting: queue.Queue[_Question | None] = queue.Queue(MOST_WAITING)
        self._open: set[AskId] = set()
        self._looked_s: dict[str, float] = {}
        self._lock = threading.Lock()
        names = [f"paying-{number}" for number in range(THREADS)]
        self._threads = [threading.Thread(target=self._run, name=name, daemon=True) for name in names]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        self._sweep.start()

    def stop(self) -> None:
        """End after the questions that are being answered."""
        self._sweep.stop()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(STOP_S)

    def take(self, heard: Heard) -> bool:
        """Take a question about paying; False where it is none."""
        asked = question_in(heard)
        if asked is None or not isinstance(asked.question, Asked) or len(asked.ask) > LONGEST_ASK:
            return False
        one = _Question(heard, asked.ask, asked.question)
        with self._lock:
            if one.ask in self._open:
                return True  # it is being answered, and so is this one
            self._open.add(one.ask)
        try:
            self._waiting.put_nowait(one)
        except queue.Full:
            self._said(one, None)
        return True

    def _run(self) -> None:
        while (one := self._waiting.get()) is not None:
            answer: PayOffered | MayNotPay | OrderStands | None = None
            try:
                answer = self._offer(one, one.asked) if isinstance(one.asked, AskPay) else self._stands(one.asked)
            except Away as away:
                log.warning("%s cannot be asked: %s", self.provider.name, away)
            except DBAPIError as trouble:
                log.error("an order could not be kept: %s", type(trouble.orig).__name__)
            self._said(one, answer)

    def _said(self, one: _Question, answer: PayOffered | MayNotPay | OrderStands | None) -> None:
        """None: nobody can say now."""
        now = datetime.now(UTC)
        if answer is None:
            payload = encode_unanswered(self._source, one.ask, one.asked, now)
        else:
            payload = encode_answer(self._source, one.ask, answer, now)
        with self._lock:
            self._open.discard(one.ask)
        self._tell(Telling(one.heard.station, Channel.ANSWER, payload, one.ask))

    def _offer(self, one: _Question, asked: AskPay) -> PayOffered | MayNotPay:
        """The order is kept before the provider hears of it, and its code before the kiosk does. What may be paid
        already is looked at first: nobody is to pay twice because a call was lost. Raises `Away`."""
        station, now = one.heard.station.station, datetime.now(UTC)
        with writing(self._engine) as connection:
            owner = resolved(connection, asked.patron)
            before = [] if owner is None else unsettled(connection, self.provider.name, now, MOST_BEFORE, of=owner)
        for order_before, has_code in before:
            if has_code:
                self._looking.look(order_before)
        with writing(self._engine) as connection:
            patron = patron_named(connection, asked.patron, lock=True)
            if patron is None:
                return MayNotPay((UNKNOWN,))
            cents = account(connection, patron.ref).debt_cents
            if not cents:
                return MayNotPay((NOTHING_OWED,))
            name = _name(station, one.ask)
            row = place_at_kiosk(
                connection,
                name,
                patron.ref,
                cents,
                CURRENCY,
                provider=self.provider.name,
                lasts=self._lasts,
                station=station,
                now=now,
            )
        if row.state != OrderState.WAITING or row.patron != patron.ref:
            raise Away("an old question: its order has ended")
        order, code = order_of(row), str(row.code)
        if not code:
            code = self.provider.offer(order)
            with writing(self._engine) as connection:
                keep_code(connection, order.id, code)
        left = order.expires_at - datetime.now(UTC)
        return PayOffered(order.id, code, order.amount_cents, order.currency, max(0, int(left.total_seconds())))

    def _stands(self, asked: AskPaid) -> OrderStands:
        """What the store says, once the provider was asked where its call may be lost. Raises `Away`."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            row = order_row(connection, asked.order)
            is_theirs = row is not None and row.patron == resolved(connection, asked.patron)
            is_open = is_theirs and row is not None and row.state in (OrderState.WAITING, OrderState.CANCELLED)
            is_over = is_open and row is not None and now >= order_of(row).expires_at
            standing = standing_of(connection, asked, now)
        if not is_open or not (is_over or self._may_look(asked.order)):
            return OrderStands(standing)
        try:
            is_paid = self._looking.look(asked.order)
        except Away:
            if is_over:  # nobody says that it is not paid before the provider has said so
                raise
            return OrderStands(standing)
        if not is_paid:
            return OrderStands(standing)
        with writing(self._engine) as connection:
            return OrderStands(standing_of(connection, asked, now))

    def _may_look(self, order: str) -> bool:
        now_s = time.monotonic()
        with self._lock:
            self._looked_s = {name: at for name, at in self._looked_s.items() if now_s < at + self._look_again_s}
            if order in self._looked_s:
                return False
            self._looked_s[order] = now_s
            return True


class Sweep(OwnThread):
    """Asks about every order that still waits: the call may be lost, and the patron gone."""

    def __init__(self, engine: Engine, looking: Looking) -> None:
        super().__init__("paying-sweep", STOP_S)
        self._engine = engine
        self._looking = looking

    def _run(self) -> None:
        while not self._stopping.wait(SWEEP_S):
            try:
                self.sweep(datetime.now(UTC))
            except DBAPIError as trouble:
                log.error("orders could not be looked at: %s", type(trouble.orig).__name__)

    def sweep(self, now: datetime) -> None:
        """One round. What is over, and was not paid by then, ends. The newest come first, so that an order which the
        provider does not know holds up no other one."""
        with writing(self._engine) as connection:
            waiting = unsettled(connection, self._looking.name, now, MOST_SWEPT)
        silent = 0
        for name, has_code in waiting:
            if self._stopping.is_set() or silent == MOST_SILENT:
                return
            try:
                is_paid = has_code and self._looking.look(name)
            except Away as away:
                log.info("an order could not be looked at: %s", away)
                silent += 1
                continue
            if not is_paid:
                with writing(self._engine) as connection:
                    end(connection, name, self._looking.who, now - END_AFTER)


def _name(station: str, ask: AskId) -> str:
    """The provider's order number of this question: the same question has the same one."""
    return hashlib.sha256(f"{station}/{ask}".encode()).hexdigest()[:32]

"""Questions of kiosks that the library's own system decides: asked there, kept here, and answered. Nobody waits long.

A question is taken off the worker, for one slow answer must not hold up the others. What the system says yes to is
kept as central's own promise; the fact of the loan redeems it, and one that nobody redeems is cancelled there (`feed`).
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from kiosk.central.answering import LONGEST_ASK, Desk, keep_answer
from kiosk.central.answering import Asked as Kept
from kiosk.central.borrowing import running_loan
from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.holdings import item_on_file
from kiosk.central.ils.account import account_there
from kiosk.central.ils.mirror import card_of, mirrored_item, mirrored_patron, unsure_of
from kiosk.central.ils.port import Ils, IlsAway, IlsLoan, IlsPatron, IlsUnsure
from kiosk.central.ils.renewals import Renewals
from kiosk.central.messages import Heard, Telling, question_in
from kiosk.central.people import resolved
from kiosk.central.store import writing
from kiosk.central.store.tables import decisions
from kiosk.central.story import Place
from kiosk.model.cards import CARD
from kiosk.model.circulation import Item, Patron
from kiosk.model.ids import AskId, Epoch, IntentId, ItemId, PatronRef
from kiosk.model.questions import (
    Answer,
    AskAccount,
    AskBorrow,
    AskIdentify,
    AskRenew,
    Identified,
    MayBorrow,
    MayNotBorrow,
    MayNotRenew,
    MayRenew,
    NotIdentified,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.due import due_date
from kiosk.rules.terms import Period
from kiosk.wire import (
    AnswerMessage,
    Channel,
    decode_answer,
    encode_answer,
    encode_unanswered,
)
from kiosk.wire.sip2.values import money_text

MOST_WAITING = 256
LONGEST_CARD = 128
"""Characters of a card that the store keeps."""
STOP_S = 10.0
UNREADABLE_DUE = Period(28)
"""Where neither the system's date can be read nor our rules have a period."""

log = logging.getLogger(__name__)
Asked = AskIdentify | AskBorrow | AskRenew | AskAccount
NO_EPOCH = Epoch("ils")
"""Of what no fact has told."""
PATIENCE_S = 2.0
"""So long a kiosk waits for an answer about an account."""


@dataclass(frozen=True, slots=True)
class _Question:
    heard: Heard
    ask: AskId
    asked: Asked
    by_s: float
    """Instant of `time.monotonic` until which the kiosk waits."""


class Bridge:
    """`threads` questions at once. `tell` publishes an answer, from any thread."""

    def __init__(self, engine: Engine, desk: Desk, ils: Ils, tell: Callable[[Telling], None], threads: int) -> None:
        self._engine = engine
        self._desk = desk
        self._ils = ils
        self._renewals = Renewals(ils, engine)
        self._tell = tell
        self._waiting: queue.Queue[_Question | None] = queue.Queue(MOST_WAITING)
        self._open: set[AskId] = set()
        self._lock = threading.Lock()
        names = [f"ils-{number}" for number in range(threads)]
        self._threads = [threading.Thread(target=self._run, name=name, daemon=True) for name in names]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the questions that are being asked."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(STOP_S)

    def take(self, heard: Heard) -> bool:
        """Take a question that the library's own system decides; False where it is none of those."""
        asked = question_in(heard)
        if asked is None or not isinstance(asked.question, Asked) or len(asked.ask) > LONGEST_ASK:
            return False
        self._queue(_Question(heard, asked.ask, asked.question, time.monotonic() + PATIENCE_S))
        return True

    def _queue(self, one: _Question) -> None:
        with self._lock:
            if one.ask in self._open:
                return  # it is being asked; its answer answers this one, too
            self._open.add(one.ask)
        try:
            self._waiting.put_nowait(one)
        except queue.Full:
            self._unanswered(one)

    def _run(self) -> None:
        while (one := self._waiting.get()) is not None:
            try:
                answer = self._asked(one)
            except (IlsAway, IlsUnsure) as away:
                log.info("a question goes back undecided: %s", away)
                if isinstance(away, IlsUnsure) and isinstance(one.asked, AskBorrow):
                    self._doubted(one, one.asked.item, str(away))
                self._unanswered(one)
            except DBAPIError as trouble:
                log.error("an answer could not be kept: %s", type(trouble.orig).__name__)
                self._unanswered(one)
            else:
                self._said(one, encode_answer(self._desk.source, one.ask, answer, datetime.now(UTC)))

    def _doubted(self, one: _Question, item: ItemId, what: str) -> None:
        """A loan may stand there of which nobody knows here: staff look, unless a fact tells of it."""
        place = Place(datetime.now(UTC), one.heard.station.station, 0)
        notable = Notable(Why.ILS_UNSURE, IntentId(one.ask), item, {"what": what})
        with suppress(DBAPIError), writing(self._engine) as connection:
            if not unsure_of(connection, one.ask):
                note(connection, place, NO_EPOCH, notable)

    def _unanswered(self, one: _Question) -> None:
        self._said(one, encode_unanswered(self._desk.source, one.ask, one.asked, datetime.now(UTC)))

    def _said(self, one: _Question, payload: bytes) -> None:
        with self._lock:
            self._open.discard(one.ask)
        self._tell(Telling(one.heard.station, Channel.ANSWER, payload, one.ask))

    def _asked(self, one: _Question) -> Answer:
        match one.asked:
            case AskIdentify():
                return self._identify(one.asked)
            case AskBorrow():
                return self._borrow(one, one.asked)
            case AskRenew():
                return self._renew(one, one.asked)
            case AskAccount():
                with writing(self._engine) as connection:
                    _, card = _named(connection, one.asked.patron)
                return account_there(self._ils, self._engine, card, one.by_s)
            case _:
                assert_never(one.asked)

    def _identify(self, asked: AskIdentify) -> Answer:
        if asked.typed and asked.pin is None:
            return NotIdentified((Reason(ReasonCode.PIN_NEEDED),))
        if asked.pin is not None and not self._ils.proves(asked.card, asked.pin):
            return NotIdentified((Reason(ReasonCode.NUMBER_OR_PIN_WRONG if asked.typed else ReasonCode.PIN_WRONG),))
        found = self._ils.patron(asked.card)
        if not found.known:
            return NotIdentified((Reason(ReasonCode.UNKNOWN_PATRON), *_said(found.said)))
        with writing(self._engine) as connection:
            ref = mirrored_patron(connection, asked.card, found.name)
        return Identified(Patron(ref, found.name, _more(found)))

    def _borrow(self, one: _Question, asked: AskBorrow) -> Answer:
        """One loan under one id, whatever is asked again: what was decided is looked up first."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            before = _kept(connection, one.ask)
            patron, card = _named(connection, asked.patron)
        if before is not None:
            return before
        lent = self._ils.lend(card, asked.item, told=None, at=now)
        try:
            return self._keep(one, asked, lent, patron, card)
        except DBAPIError:
            if lent.done:
                self._ils.undo(card, asked.item, now)  # nobody would know of it here
            raise

    def _keep(self, one: _Question, asked: AskBorrow, lent: IlsLoan, patron: str, card: str) -> Answer:
        """Write down what was decided, before anybody is told."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            if lent.title:
                mirrored_item(connection, asked.item, lent.title)
            answer = self._decided(connection, one, asked, lent)
            kept = Kept(one.heard.station.station, one.ask, asked, now)
            by_ils = card[:LONGEST_CARD] if lent.done else None
            keep_answer(connection, self._desk, kept, answer, patron, allowed=lent.done, by_ils=by_ils)
        return answer

    def _decided(self, connection: Connection, one: _Question, asked: AskBorrow, lent: IlsLoan) -> Answer:
        known = item_on_file(connection, asked.item)
        item = Item(asked.item, lent.title or asked.item) if known is None else known.item
        if not lent.done or not lent.open_tag or lent.fee_cents:
            return MayNotBorrow(_refusal(lent), item)
        return MayBorrow(item, lent.due or self._own_due(one), None)

    def _renew(self, one: _Question, asked: AskRenew) -> Answer:
        """To ask is to renew: SIP2 has no question that changes nothing. The fact that follows is no news there."""
        with writing(self._engine) as connection:
            before = _kept(connection, one.ask)
            patron, card = _named(connection, asked.patron)
            loan = running_loan(connection, asked.item)
        if before is not None:
            return before
        was = loan.due if loan is not None and loan.patron == patron else None
        renewed = self._renewals.renew(patron, card, asked.item, was, one.by_s)
        answer: Answer = MayNotRenew(_refusal(renewed))
        if renewed.done:
            answer = MayRenew(renewed.due or self._own_due(one))
        kept = Kept(one.heard.station.station, one.ask, asked, datetime.now(UTC))
        with writing(self._engine) as connection:
            by_ils = card[:LONGEST_CARD] if renewed.done else None
            keep_answer(connection, self._desk, kept, answer, patron, allowed=False, by_ils=by_ils)
        return answer

    def _own_due(self, one: _Question) -> datetime:
        """A date by our own rules, where the system's cannot be read."""
        setting = self._desk.setting(one.heard.station.station, datetime.now(UTC))
        terms = setting.terms()
        log.warning("the library system's due date cannot be read: see due_formats of its profile")
        return due_date(terms, terms.loan_period or UNREADABLE_DUE, setting.now, setting.policy.calendar, None).at


def _named(connection: Connection, ref: PatronRef) -> tuple[PatronRef, str]:
    """A patron's own number, and a card as the system knows it."""
    patron = resolved(connection, ref) or ref
    return patron, card_of(connection, patron).removeprefix(CARD)


def _kept(connection: Connection, ask: AskId) -> Answer | None:
    text = connection.scalar(select(decisions.c.answer).where(decisions.c.ask == ask))
    told = None if text is None else decode_answer(text.encode())
    return told.answer if isinstance(told, AnswerMessage) else None


def _more(found: IlsPatron) -> int | None:
    return 0 if found.reasons else found.more


def _refusal(loan: IlsLoan) -> tuple[Reason, ...]:
    """Why not: a fee that nobody has been asked about is never accepted for the patron (BO)."""
    amount = f"{loan.currency} {money_text(loan.fee_cents)}"
    fee = (Reason(ReasonCode.FEE_FIRST, (("amount", amount),)),) if loan.fee_cents else ()
    return fee + _said(loan.said) or (Reason(ReasonCode.REFUSED_BY_LIBRARY),)


def _said(texts: tuple[str, ...]) -> tuple[Reason, ...]:
    """What the system wants to be shown, as a reason: it is said, never read."""
    text = " ".join(texts)[:200]
    return (Reason(ReasonCode.REFUSED_BY_LIBRARY, (("said", text),)),) if text else ()

"""The library of these tests, its stations, and a central to tell them to: through the wire, as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert, select

from kiosk.central.accounts import Charge, ChargeKind, owe
from kiosk.central.answering import Desk
from kiosk.central.handling import Unusable, handle
from kiosk.central.joining import RegistrationSettings
from kiosk.central.mail.settings import MailSettings
from kiosk.central.messages import Heard, Telling
from kiosk.central.search.indexing import enter_all
from kiosk.central.store import writing
from kiosk.central.store.tables import cards, exceptions, items, loans, patrons
from kiosk.model.facts import (
    Decided,
    Fact,
    Found,
    HoldPlaced,
    ItemDoubtful,
    ItemOpened,
    ItemReturned,
    LoanMade,
    LoanUndone,
    StationSettled,
    UndoneWhy,
)
from kiosk.model.ids import AskId, Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.questions import Answer, Question
from kiosk.rules.policy import Line, Policy, RulesFile
from kiosk.rules.terms import Fine, Period, Suspension
from kiosk.wire import (
    Ack,
    AnswerMessage,
    Channel,
    OutboxFact,
    Station,
    decode_ack,
    decode_answer,
    encode_ask,
    encode_facts,
    encode_hello,
    fact_body,
)

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine in the morning at the library."""
DUE = datetime(2026, 12, 21, 15, 59, tzinfo=UTC)
"""28 days after it, 23:59 library time."""
RULES = RulesFile(
    (
        Line(
            loan_period=Period(28),
            max_loans=3,
            debt_limit_cents=1_000,
            guardian_debt_limit_cents=1_000,
            fine=Fine(10),
        ),
        Line(category="provisional", max_loans=2),
        Line(category="child", max_loans=1, fine=Fine(0), suspension=Suspension(1)),
    )
)
MAIL = MailSettings("library@example.org", "市图书馆", "City Library")
DESK = Desk(
    Policy(RULES, "Asia/Shanghai"),
    timedelta(seconds=120),
    "lk/main/central",
    MAIL,
    registration=RegistrationSettings(),
)
UID, SESSION = Uid("E004015012345678"), SessionId("s")
BOOKS = ("snow", "zahir", "river", "atlas", "notes", "dune")


def fill(engine: Engine) -> None:
    """Wei and Amy may borrow; each of the others has what stops them. Six books; two more that are not lent to all."""
    people: dict[str, dict[str, object]] = {
        "wei": {},
        "amy": {"language": "en"},
        "bao": {"category": "child"},
        "old": {"expires": date(2026, 11, 22)},
        "last-day": {"expires": date(2026, 11, 23)},
        "blocked": {"blocked": True},
        "at-limit": {},
        "above": {},
    }
    usual = {"category": "adult", "expires": None, "blocked": False, "language": None}
    copies = [{"id": book, "held_for": None, "not_for_loan": False} for book in BOOKS]
    copies += [{"id": "held", "held_for": "amy", "not_for_loan": False}]
    copies += [{"id": "reference", "held_for": None, "not_for_loan": True}]
    with writing(engine) as connection:
        connection.execute(
            insert(patrons), [{"id": name, "given_name": name.title()} | usual | own for name, own in people.items()]
        )
        for patron, owed in (("at-limit", 1_000), ("above", 1_001)):
            owe(connection, Charge(f"old-{patron}", PatronRef(patron), ChargeKind.CARRIED_OVER, owed, MONDAY))
        connection.execute(
            insert(cards), [{"token": "04A1B2C3", "patron": "wei"}, {"token": "Bar-20230002", "patron": "amy"}]
        )
        connection.execute(insert(items), [{"loan_class": "book", "title": copy["id"]} | copy for copy in copies])
        enter_all(connection)


def made(intent: str, patron: str, item: str, decided: Decided = Decided.CENTRAL, due: datetime = DUE) -> LoanMade:
    return LoanMade(
        SESSION, IntentId(intent), PatronRef(patron), ItemId(item), UID, due, decided, decided is Decided.OFFLINE
    )


def opened(intent: str, item: str) -> ItemOpened:
    return ItemOpened(SESSION, IntentId(intent), ItemId(item), UID, 0x07, 0xC2, verified=True)


def returned(item: str, found: Found = Found.LENT) -> ItemReturned:
    return ItemReturned(SESSION, IntentId("r"), ItemId(item), UID, found, 0xC2, 0x07, verified=True)


def waits(item: str | None = None, title: str | None = None, who: str = "amy", pickup: str = "") -> HoldPlaced:
    copy = None if item is None else ItemId(item)
    return HoldPlaced(SESSION, IntentId(f"hold-{who}-{item or title}"), PatronRef(who), title, copy, pickup)


def undone(intent: str, item: str) -> LoanUndone:
    return LoanUndone(SESSION, IntentId(intent), ItemId(item), UndoneWhy.TAG_NOT_OPENED)


def doubtful(intent: str, item: str) -> ItemDoubtful:
    return ItemDoubtful(SESSION, IntentId(intent), ItemId(item), UID, "tag-after-write", MONDAY)


def settled(intent: str, item: str) -> StationSettled:
    return StationSettled(SESSION, IntentId(intent), ItemId(item), "opened")


@dataclass(slots=True)
class Kiosk:
    """A station and its outbox: everything that it has to tell, in order."""

    name: str = "kiosk-1"
    epoch: str = "e1"
    outbox: list[OutboxFact] = field(default_factory=list)

    @property
    def station(self) -> Station:
        return Station("main", self.name)

    def lends(self, patron: str, item: str, intent: str = "i1", minute: float = 0) -> None:
        """A loan, and its tag opened."""
        self.does(made(intent, patron, item), minute)
        self.does(opened(intent, item), minute)

    def does(self, fact: Fact, minute: float = 0) -> int:
        """Commit a fact, `minute` minutes after nine; its seq."""
        seq = len(self.outbox) + 1
        at = MONDAY + timedelta(minutes=minute)
        self.outbox.append(OutboxFact(seq, fact.type, at, fact_body(fact, int(minute * 60_000), "boot")))
        return seq

    def message(self, first: int = 1, last: int | None = None) -> bytes:
        """The message with the facts `first` to `last` (all that there are)."""
        return encode_facts(self.station, Epoch(self.epoch), self.outbox[first - 1 : last])

    def hello(self, oldest: int = 1) -> bytes:
        return encode_hello(self.station, Epoch(self.epoch), oldest, len(self.outbox), MONDAY)


@dataclass(slots=True)
class Central:
    """What central does with messages, one transaction each, at an instant of the test."""

    engine: Engine
    now: datetime = MONDAY + timedelta(hours=8)

    def hears(self, kiosk: Kiosk, payload: bytes | None = None) -> int:
        """Tell it facts; the seq that it acknowledges."""
        telling = self._handles(kiosk, Channel.FACTS, kiosk.message() if payload is None else payload)
        ack = decode_ack(telling.payload)
        assert isinstance(ack, Ack)
        assert ack.epoch == kiosk.epoch
        return ack.seq

    def answers(self, question: Question, ask: str = "ask-1", kiosk: Kiosk | None = None) -> Answer:
        """Ask it; its answer."""
        asking = kiosk or Kiosk()
        payload = encode_ask(asking.station, AskId(ask), question, self.now)
        telling = self._handles(asking, Channel.ASK, payload)
        assert telling.ask == ask
        answer = decode_answer(telling.payload)
        assert isinstance(answer, AnswerMessage)
        assert answer.answer is not None
        return answer.answer

    def _handles(self, kiosk: Kiosk, channel: Channel, payload: bytes) -> Telling:
        refused: Unusable | None = None
        with writing(self.engine) as connection:
            try:
                telling = handle(connection, DESK, Heard(kiosk.station, channel, payload, self.now), self.now)
            except Unusable as unusable:  # what was set aside is committed
                refused = unusable
        if refused is not None:
            raise refused
        assert telling is not None
        return telling

    def on_loan(self) -> dict[str, str]:
        """Item → patron of the loans that run."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(loans.c.item, loans.c.patron).where(loans.c.ended_at.is_(None)))
            return {row.item: row.patron for row in rows}

    def ends(self) -> dict[str, str | None]:
        """Intent → how that loan ended; None while it runs."""
        with self.engine.connect() as connection:
            return {row.intent: row.end_why for row in connection.execute(select(loans))}

    def noted(self, *, only_open: bool = False) -> list[tuple[str, str | None]]:
        """(why, item) of the exceptions, in order."""
        query = select(exceptions.c.why, exceptions.c.item).order_by(exceptions.c.id)
        if only_open:
            query = query.where(exceptions.c.open)
        with self.engine.connect() as connection:
            return [(row.why, row.item) for row in connection.execute(query)]

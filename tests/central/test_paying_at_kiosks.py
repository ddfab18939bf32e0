"""Paying at a kiosk, as central sees it: one order, entered once, whoever tells of it, whatever is lost."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, func, select, update

from kiosk.central.accounts import Charge, ChargeKind, account, owe
from kiosk.central.bookkeeping import balance_cents
from kiosk.central.messages import Heard, Telling
from kiosk.central.paying.kiosks import Kiosks, Looking, Sweep
from kiosk.central.paying.orders import settle
from kiosk.central.paying.provider import Told
from kiosk.central.paying.wechat import WeChatPay
from kiosk.central.store import writing
from kiosk.central.store.money_tables import payment_orders
from kiosk.central.store.tables import payments
from kiosk.model.ids import AskId, PatronRef
from kiosk.model.paying import AskPaid, AskPay, MayNotPay, OrderStands, PayOffered, Standing
from kiosk.model.questions import AccountTold, Answer, AskAccount, Question
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.station.uplink_events import AnswerArrived, LinkUp
from kiosk.wire import AnswerMessage, Channel, Station, decode_answer, encode_ask
from tests.central.console.till import STRANGER, THEIRS, Till, TillServer
from tests.central.library import Central
from tests.central.running import CentralProcess
from tests.central.telling import Kiosk
from tests.real_parts import PATIENCE_S
from tests.uplink.conftest import RunningBroker

ABOVE = PatronRef("above")
"""Owes 10.01."""
DEADLINE_S = 30


@dataclass
class Counter:
    """Central's thread for paying, its provider, and kiosks that ask it."""

    store: Engine
    server: TillServer
    told: queue.Queue[Telling] = field(default_factory=queue.Queue)
    changes: int = 0

    def __post_init__(self) -> None:
        provider = WeChatPay(self.server.settings)
        self.kiosks = Kiosks(
            self.store, "lk/main/central", provider, timedelta(minutes=15), self.told.put, self._changed, look_again_s=0
        )
        self.sweep = Sweep(self.store, Looking(self.store, provider, self._changed))

    def _changed(self) -> None:
        self.changes += 1

    def sends(self, question: Question, ask: str = "ask-1", station: str = "kiosk-1") -> bool:
        at, of = datetime.now(UTC), Station("main", station)
        return self.kiosks.take(Heard(of, Channel.ASK, encode_ask(of, AskId(ask), question, at), at))

    def asked(self, question: Question, ask: str = "ask-1", station: str = "kiosk-1") -> Answer | None:
        assert self.sends(question, ask, station)
        telling = self.told.get(timeout=DEADLINE_S)
        assert (telling.station.station, telling.ask) == (station, ask)
        told = decode_answer(telling.payload)
        assert isinstance(told, AnswerMessage)
        return told.answer

    def offered(self, ask: str = "ask-1", station: str = "kiosk-1") -> PayOffered:
        told = self.asked(AskPay(ABOVE), ask, station)
        assert isinstance(told, PayOffered)
        return told

    def stands(self, order: str, who: PatronRef = ABOVE) -> Standing | None:
        told = self.asked(AskPaid(who, order), "look")
        assert told is None or isinstance(told, OrderStands)
        return None if told is None else told.standing

    def orders(self) -> list[str]:
        with self.store.connect() as connection:
            return list(connection.scalars(select(payment_orders.c.state).order_by(payment_orders.c.made_at)))

    def owes(self) -> int:
        with self.store.connect() as connection:
            return account(connection, ABOVE).debt_cents

    def is_over(self, minutes: int = 1) -> None:
        with writing(self.store) as connection:
            connection.execute(update(payment_orders).values(expires_at=datetime.now(UTC) - timedelta(minutes=minutes)))

    def payments(self) -> int:
        with self.store.connect() as connection:
            return connection.scalar(select(func.count()).select_from(payments)) or 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TillServer]:
    with TillServer(tmp_path) as server:
        yield server


@pytest.fixture
def till(server: TillServer) -> Till:
    return server.till


@pytest.fixture
def counter(store: Engine, server: TillServer) -> Iterator[Counter]:
    counter = Counter(store, server)
    counter.kiosks.start()
    yield counter
    counter.kiosks.stop()


def test_an_order_for_all_that_is_owed_is_paid_and_entered_once(counter: Counter, till: Till) -> None:
    offered = counter.offered()
    assert (offered.cents, offered.currency) == (1_001, "CNY")
    assert 890 <= offered.lasts_s <= 900
    assert till.orders[offered.order]["amount"] == {"total": 1_001, "currency": "CNY"}
    assert counter.stands(offered.order) is Standing.WAITING
    till.call(offered.order)  # paid; its call goes nowhere
    assert counter.stands(offered.order) is Standing.PAID
    assert counter.stands(offered.order) is Standing.PAID
    assert (counter.owes(), counter.payments(), counter.orders(), counter.changes) == (0, 1, ["paid"], 1)
    with counter.store.connect() as connection:
        assert balance_cents(connection, "patron:above") == 0
        assert connection.scalar(select(payments.c.station)) == "kiosk-1"


def test_the_call_the_kiosk_and_the_sweep_enter_it_once_together(counter: Counter, till: Till) -> None:
    offered = counter.offered()
    till.call(offered.order)
    told = Told(offered.order, till.paid[offered.order], 1_001, "CNY")
    with writing(counter.store) as connection:
        settle(connection, told, "wechat", datetime.now(UTC))
    counter.sweep.sweep(datetime.now(UTC))
    assert counter.stands(offered.order) is Standing.PAID
    assert (counter.owes(), counter.payments()) == (0, 1)


def test_the_same_question_and_the_same_patron_have_the_same_order(counter: Counter, till: Till) -> None:
    first = counter.offered()
    assert counter.offered().order == first.order, "asked again under its id: the answer was lost"
    assert counter.offered("ask-2").order == first.order, "the patron came back"
    assert counter.offered("ask-3", "kiosk-2").order == first.order, "at another kiosk"
    assert (len(till.orders), counter.orders()) == (1, ["waiting"])


def test_an_order_for_another_sum_takes_the_place_of_the_one_before(counter: Counter, till: Till) -> None:
    first = counter.offered()
    with writing(counter.store) as connection:
        owe(connection, Charge("new", ABOVE, ChargeKind.OTHER, 99, datetime.now(UTC)))
    second = counter.offered("ask-2")
    assert (second.cents, second.order != first.order) == (1_100, True)
    assert counter.stands(first.order) is Standing.OVER
    till.call(first.order)  # somebody had photographed it
    told = Told(first.order, till.paid[first.order], 1_001, "CNY")
    with writing(counter.store) as connection:
        settle(connection, told, "wechat", datetime.now(UTC))
    assert (counter.owes(), counter.orders()) == (99, ["paid-late", "waiting"])


def test_what_was_paid_and_not_told_is_looked_at_before_anything_else_is_ordered(counter: Counter, till: Till) -> None:
    offered = counter.offered()
    till.call(offered.order)  # the call is lost, and so is the kiosk's line
    counter.is_over()
    assert counter.asked(AskPay(ABOVE), "ask-2") == MayNotPay((Reason(ReasonCode.NOTHING_OWED),))
    assert (counter.owes(), counter.payments(), len(till.orders)) == (0, 1, 1)


def test_a_cancelled_order_that_was_paid_is_found(counter: Counter, till: Till) -> None:
    first = counter.offered()
    with writing(counter.store) as connection:
        owe(connection, Charge("new", ABOVE, ChargeKind.OTHER, 99, datetime.now(UTC)))
    counter.offered("ask-2")
    till.call(first.order)
    assert counter.stands(first.order) is Standing.PAID
    assert (counter.owes(), counter.orders()) == (99, ["paid-late", "waiting"])


def test_an_order_that_is_nearly_over_is_not_shown_again(counter: Counter) -> None:
    first = counter.offered()
    with writing(counter.store) as connection:
        connection.execute(update(payment_orders).values(expires_at=datetime.now(UTC) + timedelta(seconds=20)))
    assert counter.offered("ask-2").order != first.order


def test_nobody_hears_of_an_order_of_somebody_else(counter: Counter, till: Till) -> None:
    offered = counter.offered()
    till.call(offered.order)
    assert counter.stands(offered.order, PatronRef("wei")) is Standing.OVER
    assert counter.stands("0" * 32) is Standing.OVER
    assert counter.payments() == 0, "nor is the provider asked for them"


def test_whoever_owes_nothing_or_is_nobody_has_no_order(counter: Counter) -> None:
    assert counter.asked(AskPay(PatronRef("wei"))) == MayNotPay((Reason(ReasonCode.NOTHING_OWED),))
    assert counter.asked(AskPay(PatronRef("nobody"))) == MayNotPay((Reason(ReasonCode.UNKNOWN_PATRON),))
    assert counter.orders() == []


def test_without_the_provider_no_code_is_given_and_nobody_says_that_nothing_was_paid(
    counter: Counter, till: Till
) -> None:
    till.signs_with = STRANGER
    assert counter.asked(AskPay(ABOVE)) is None
    till.signs_with = THEIRS
    offered = counter.offered()
    assert counter.orders() == ["waiting"], "the same order has its code now"
    till.signs_with = STRANGER
    assert counter.stands(offered.order) is Standing.WAITING
    counter.is_over()
    assert counter.stands(offered.order) is None, "the code's time is over, and only the provider knows how it ended"
    till.signs_with = THEIRS
    till.call(offered.order)
    assert counter.stands(offered.order) is Standing.PAID
    assert (counter.owes(), counter.orders()) == (0, ["paid-late"])


def test_an_order_that_was_left_is_settled_without_anybody(counter: Counter, till: Till) -> None:
    offered = counter.offered()
    till.call(offered.order)  # the patron has gone, and the call is lost
    counter.sweep.sweep(datetime.now(UTC))
    assert (counter.owes(), counter.orders()) == (0, ["paid"])


def test_what_nobody_pays_ends_after_its_time_and_only_when_the_provider_says_so(counter: Counter, till: Till) -> None:
    counter.offered()
    counter.sweep.sweep(datetime.now(UTC))
    assert counter.orders() == ["waiting"]
    counter.is_over(minutes=5)
    till.signs_with = STRANGER
    counter.sweep.sweep(datetime.now(UTC))
    assert counter.orders() == ["waiting"]
    till.signs_with = THEIRS
    counter.sweep.sweep(datetime.now(UTC))
    assert counter.orders() == ["not-paid"]


def test_money_for_an_order_that_had_ended_is_entered_all_the_same(counter: Counter, till: Till) -> None:
    offered = counter.offered()
    counter.is_over(minutes=5)
    counter.sweep.sweep(datetime.now(UTC))
    till.call(offered.order)
    with writing(counter.store) as connection:
        told = Told(offered.order, till.paid[offered.order], 1_001, "CNY")
        settle(connection, told, "wechat", datetime.now(UTC))
    assert (counter.owes(), counter.orders()) == (0, ["paid-late"])


def test_another_amount_is_for_staff(counter: Counter, till: Till) -> None:
    offered = counter.offered()
    with writing(counter.store) as connection:
        settle(connection, Told(offered.order, "42", 1, "CNY"), "wechat", datetime.now(UTC))
    assert counter.stands(offered.order) is Standing.WITH_STAFF
    assert counter.owes() == 1_001


def test_other_questions_are_left_to_others(counter: Counter) -> None:
    assert not counter.sends(AskAccount(ABOVE))
    station = Station("main", "kiosk-1")
    assert not counter.kiosks.take(Heard(station, Channel.ASK, b"{", datetime.now(UTC)))


def test_a_library_without_a_provider_says_so(central: Central) -> None:
    told = central.answers(AskAccount(ABOVE), "account")
    assert isinstance(told, AccountTold)
    assert not told.by_phone
    assert central.answers(AskPay(ABOVE), "pay") == MayNotPay((Reason(ReasonCode.NOT_PAID_HERE),))
    assert central.answers(AskPaid(ABOVE, "x"), "paid") == OrderStands(Standing.OVER)


def test_a_kiosk_pays_at_a_real_central_over_a_real_broker(
    central_process: CentralProcess, broker: RunningBroker, server: TillServer, tmp_path: Path
) -> None:
    told = asdict(server.settings) | {"order_min": None}
    payments = {f"payments.{key}": json.dumps(str(value)) for key, value in told.items() if value is not None}
    central_process.settings |= {"broker.port": str(broker.port), **payments}
    central_process.start()
    kiosk, dora = Kiosk(tmp_path, broker.port), PatronRef("P005")

    def asked(ask: str, question: Question) -> Answer | None:
        kiosk.uplink.ask(AskId(ask), question, PATIENCE_S)
        told = kiosk.wait_for(AnswerArrived)
        assert isinstance(told, AnswerArrived)
        assert told.ask == ask
        return told.answer

    try:
        kiosk.wait_for(LinkUp)
        before = asked("a1", AskAccount(dora))
        assert isinstance(before, AccountTold)
        assert (before.owes_cents, before.by_phone) == (1_250, True)
        offered = asked("p1", AskPay(dora))
        assert isinstance(offered, PayOffered)
        assert asked("s1", AskPaid(dora, offered.order)) == OrderStands(Standing.WAITING)
        body = server.till.call(offered.order)
        call = httpx.post(
            f"http://127.0.0.1:{central_process.port}/payments/wechat", content=body, headers=server.till.signed(body)
        )
        assert call.status_code == 204
        assert asked("s2", AskPaid(dora, offered.order)) == OrderStands(Standing.PAID)
        after = asked("a2", AskAccount(dora))
        assert isinstance(after, AccountTold)
        assert after.owes_cents == 0
    finally:
        kiosk.close()

"""The conversation without a socket: every fact once and in order over a line that loses, doubles and reorders."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.ids import AskId, Epoch, ItemId
from kiosk.model.questions import AskItem, ItemKnown
from kiosk.session.events import Moment
from kiosk.station.uplink_conversation import (
    IDLE_S,
    SILENCE_S,
    WINDOW,
    Conversation,
    Heartbeat,
    Order,
    Publish,
)
from kiosk.station.uplink_events import AnswerArrived, AskDeadline, LinkDown, LinkUp, Sidelined
from kiosk.wire import Ack, Channel, OutboxFact, Station, decode_facts

STATION = Station("main", "kiosk-1")
EPOCH = Epoch("e1")
START = datetime(2026, 11, 24, tzinfo=UTC)


def at(seconds: float) -> Moment:
    return Moment(seconds, START + timedelta(seconds=seconds))


@dataclass(slots=True)
class Facts:
    """An outbox in memory."""

    epoch: Epoch = EPOCH
    last: int = 0
    released: list[int] = field(default_factory=list)

    def facts_after(self, seq: int, limit: int) -> list[OutboxFact]:
        return [OutboxFact(n, "lk.loan.undone", START, "{}") for n in range(seq + 1, min(self.last, seq + limit) + 1)]

    def release(self, seq: int, at: datetime) -> None:
        self.released.append(seq)

    def last_seq(self) -> int:
        return self.last

    def span(self) -> tuple[int, int]:
        return 1, self.last


def told(orders: list[Order]) -> list[list[int]]:
    """Seqs of each message of facts; an empty list is a hello."""
    return [
        [fact.seq for fact in decode_facts(STATION, order.payload).facts]
        for order in orders
        if isinstance(order, Publish) and order.channel is Channel.FACTS
    ]


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
def talk(facts: Facts) -> Conversation:
    return Conversation(STATION, facts)


def begun(talk: Conversation, seq: int = 0) -> list[Order]:
    talk.connected(at(0))
    return talk.acknowledged(Ack(EPOCH, seq), at(0.1))


def test_it_greets_before_it_tells(talk: Conversation, facts: Facts) -> None:
    facts.last = 3
    orders = talk.connected(at(0))
    assert told(orders) == [[]]
    assert Heartbeat() in orders
    assert talk.facts_added(at(0.05)) == []
    orders = talk.acknowledged(Ack(EPOCH, 1), at(0.1))
    assert orders[0] == LinkUp()
    assert told(orders) == [[2, 3]]
    assert facts.released == [1]


def test_it_keeps_a_window_ahead_of_the_acknowledgement(talk: Conversation, facts: Facts) -> None:
    facts.last = 50
    assert told(begun(talk)) == [list(range(1, WINDOW + 1))]
    facts.last = 60
    assert talk.facts_added(at(0.2)) == []
    assert told(talk.acknowledged(Ack(EPOCH, 5), at(0.3))) == [[21, 22, 23, 24, 25]]


def test_a_lost_message_is_told_again_once_for_all_its_followers(talk: Conversation, facts: Facts) -> None:
    begun(talk)
    for facts.last in range(1, 11):
        talk.facts_added(at(0.2))
    assert told(talk.acknowledged(Ack(EPOCH, 0), at(0.3))) == [list(range(1, 11))]
    for _ in range(8):
        assert talk.acknowledged(Ack(EPOCH, 0), at(0.3)) == []
    assert talk.acknowledged(Ack(EPOCH, 10), at(0.4)) == []
    assert facts.released[-1] == 10


def test_no_acknowledgement_makes_it_greet_again_and_then_the_link_is_down(talk: Conversation, facts: Facts) -> None:
    facts.last = 2
    begun(talk)
    due_s = talk.due_s()
    assert due_s == pytest.approx(0.1 + SILENCE_S)
    assert told(talk.tick(at(3.1))) == [[]]
    assert talk.online
    orders = talk.tick(at(6.2))
    assert orders[0] == LinkDown("central does not answer")
    assert told(orders) == [[]]
    assert told(talk.acknowledged(Ack(EPOCH, 0), at(7))) == [[1, 2]]


def test_a_silent_central_is_greeted_ever_more_rarely(talk: Conversation) -> None:
    talk.connected(at(0))
    greeted: list[float] = []
    now_s = 0.0
    while now_s < 200:
        due_s = talk.due_s()
        assert due_s is not None
        now_s = max(due_s, now_s)
        if told(talk.tick(at(now_s))):
            greeted.append(now_s)
    gaps = [after - before for before, after in pairwise(greeted)]
    assert gaps[0] < 3
    assert set(gaps[5:]) == {15.0}


def test_with_nothing_to_tell_it_sees_that_central_is_still_there(talk: Conversation) -> None:
    begun(talk)
    assert told(talk.tick(at(0.1 + IDLE_S))) == [[]]


def test_an_ask_without_a_link_is_over_at_once(talk: Conversation) -> None:
    assert talk.ask(AskId("a"), AskItem(ItemId("1")), 2, at(0)) == [AskDeadline(AskId("a"))]


def test_an_ask_ends_exactly_once(talk: Conversation) -> None:
    begun(talk)
    talk.ask(AskId("a"), AskItem(ItemId("1")), 2, at(1))
    talk.ask(AskId("b"), AskItem(ItemId("1")), 2, at(1))
    assert talk.answered(AskId("a"), ItemKnown(None), at(2)) == [AnswerArrived(AskId("a"), ItemKnown(None))]
    assert talk.answered(AskId("a"), ItemKnown(None), at(2)) == []
    orders = talk.tick(at(3))
    assert AskDeadline(AskId("b")) in orders
    assert talk.answered(AskId("b"), ItemKnown(None), at(3.1)) == []


def test_asks_end_with_the_line(talk: Conversation) -> None:
    begun(talk)
    talk.ask(AskId("a"), AskItem(ItemId("1")), 2, at(1))
    assert talk.disconnected("gone") == [LinkDown("gone"), AskDeadline(AskId("a"))]
    assert talk.disconnected("gone") == []


def test_central_that_knows_more_than_the_ledger_is_an_alarm_and_no_release(talk: Conversation, facts: Facts) -> None:
    facts.last = 5
    talk.connected(at(0))
    (orders,) = talk.acknowledged(Ack(EPOCH, 6), at(0.1))
    assert isinstance(orders, Sidelined)
    assert talk.acknowledged(Ack(EPOCH, 6), at(0.2)) == []
    assert facts.released == []
    assert not talk.online


def test_another_epochs_acknowledgement_is_nothing_to_us(talk: Conversation) -> None:
    talk.connected(at(0))
    assert talk.acknowledged(Ack(Epoch("e2"), 0), at(0.1)) == []


Happening = Callable[[float], list[Order]]
HARSH_S = 300.0
"""The line is bad for so long; then it is good, and what was promised must have come true."""
END_S = HARSH_S + 120


@dataclass(slots=True)
class World:
    """A line that loses, doubles, delays and reorders; a central that is restored from backups; a busy station."""

    chance: random.Random
    facts: Facts = field(default_factory=Facts)
    last: int = 0
    messages: int = 0
    deadlines: int = 0
    asked: int = 0
    _queue: list[tuple[float, int, Happening]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(self) -> Conversation:
        talk = Conversation(STATION, self.facts)
        self._at(0.0, lambda now_s: talk.connected(at(now_s)))
        for _ in range(150):
            self._at(self.chance.uniform(0, HARSH_S), partial(self._add, talk))
        for n in range(20):
            self._at(self.chance.uniform(0, HARSH_S), partial(self._ask, talk, n))
        for _ in range(5):
            lost_s = self.chance.uniform(0, HARSH_S - 20)
            self._at(lost_s, lambda now_s: talk.disconnected("lost"))
            self._at(lost_s + self.chance.uniform(0, 10), lambda now_s: talk.connected(at(now_s)))
        for _ in range(2):
            self._at(self.chance.uniform(0, HARSH_S), self._restored)
        while True:
            due_s = talk.due_s()
            happens: Happening = partial(self._time_passes, talk)
            next_s = self._queue[0][0] if self._queue else END_S
            if due_s is not None and due_s < next_s:
                next_s = due_s
            elif self._queue:
                next_s, _, happens = heapq.heappop(self._queue)
            if next_s >= END_S:
                break
            self._carry(talk, happens(next_s), next_s)
        return talk

    def _at(self, when_s: float, happens: Happening) -> None:
        heapq.heappush(self._queue, (when_s, next(self._numbers), happens))

    def _time_passes(self, talk: Conversation, now_s: float) -> list[Order]:
        return talk.tick(at(now_s))

    def _add(self, talk: Conversation, now_s: float) -> list[Order]:
        self.facts.last += self.chance.randint(1, 3)
        return talk.facts_added(at(now_s))

    def _ask(self, talk: Conversation, n: int, now_s: float) -> list[Order]:
        self.asked += 1
        return talk.ask(AskId(f"ask-{n}"), AskItem(ItemId("1")), 2, at(now_s))

    def _restored(self, now_s: float) -> list[Order]:
        self.last = self.chance.randint(0, self.last)
        return []

    def _carry(self, talk: Conversation, orders: list[Order], now_s: float) -> None:
        for order in orders:
            if isinstance(order, AskDeadline):
                self.deadlines += 1
            if isinstance(order, Publish) and order.channel is Channel.FACTS:
                self.messages += 1
                for when_s in self._flights(now_s):
                    self._at(when_s, partial(self._central, talk, order.payload))

    def _central(self, talk: Conversation, payload: bytes, now_s: float) -> list[Order]:
        for fact in decode_facts(STATION, payload).facts:
            if fact.seq == self.last + 1:
                self.last += 1
        ack = Ack(EPOCH, self.last)
        for when_s in self._flights(now_s):
            self._at(when_s, lambda now_s: talk.acknowledged(ack, at(now_s)))
        return []

    def _flights(self, now_s: float) -> list[float]:
        if now_s >= HARSH_S:
            return [now_s + 0.001]
        copies = self.chance.choice((0, 1, 1, 1, 1, 2))
        return [now_s + self.chance.choice((0.001, 0.01, 0.5, 5.0)) for _ in range(copies)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 32))
def test_whatever_the_line_does_central_has_every_fact_in_the_end(seed: int) -> None:
    world = World(random.Random(seed))
    talk = world.run()
    assert world.last == world.facts.last
    assert world.facts.released[-1] == world.facts.last
    assert talk.online
    assert world.deadlines == world.asked  # this central answers no question
    assert world.messages < 3_000

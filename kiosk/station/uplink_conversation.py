"""The conversation with central, without a socket: what to say next, and what it means when nobody answers.

Three phases. *Away*: no broker. *Greeting*: a hello is out, and no fact goes before central has said where it stands.
*Telling*: facts go in order, at most a window ahead of the acknowledgement. Decision record 0106.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from kiosk.ledger import StorageFailure
from kiosk.model.ids import AskId, Epoch
from kiosk.model.questions import Answer, Question
from kiosk.session.events import Moment
from kiosk.station.uplink_events import AnswerArrived, AskDeadline, LinkDown, LinkUp, Sidelined, UplinkEvent
from kiosk.wire import Ack, Channel, OutboxFact, Station, batches, encode_ask, encode_hello

WINDOW = 20
"""Facts ahead of the acknowledgement (messages, section 1)."""
MOST_ASKS = 64
SILENCE_S = 3.0
"""Nothing heard for this long after something was told: greet again; and again as long: central is away."""
FIRST_SILENCE_S = 1.0
"""A first greeting is repeated sooner: central may be subscribing just now."""
LONGEST_SILENCE_S = 15.0
"""Greetings to a silent central become as rare as this."""
IDLE_S = 60.0
"""With nothing to tell, central is greeted this often, so that its absence is noticed."""
HEARTBEAT_S = 30.0
ALARM_AGAIN_S = 3_600.0
AHEAD = (
    "central has facts of this epoch that the ledger never held: the ledger is an older copy, or a clone of this "
    "station is at work"
)


class FactSource(Protocol):
    """The outbox. Methods raise `StorageFailure`."""

    @property
    def epoch(self) -> Epoch: ...

    def facts_after(self, seq: int, limit: int) -> list[OutboxFact]: ...

    def release(self, seq: int, at: datetime) -> None: ...

    def last_seq(self) -> int: ...

    def span(self) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True)
class Publish:
    """Hand this to the broker, QoS 1. `ask` goes with it as correlation data."""

    channel: Channel
    payload: bytes
    ask: AskId | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Publish how the station is."""


Order = Publish | Heartbeat | UplinkEvent


class Phase(Enum):
    AWAY = auto()
    GREETING = auto()
    TELLING = auto()


class Conversation:
    """One station's talk with central. Every method returns orders, in order; times are those of `Moment`."""

    def __init__(self, station: Station, outbox: FactSource) -> None:
        self.online = False
        self._station = station
        self._outbox = outbox
        self._phase = Phase.AWAY
        self._acked = 0
        self._told = 0
        self._last = 0
        """The newest fact when central was greeted last."""
        self._released: int | None = None
        """What the outbox was told that central has."""
        self._more = True
        """The outbox may hold facts above `_told`."""
        self._waiting_s: float | None = None
        """Since when central owes us an acknowledgement."""
        self._greeted_s = 0.0
        self._silence_s = SILENCE_S
        self._heard_s = 0.0
        self._rewound = False
        self._heartbeat_s = 0.0
        self._asks: dict[AskId, float] = {}
        self._alarms: dict[str, float] = {}
        """What the operator was told of, and when."""

    def connected(self, now: Moment) -> list[Order]:
        """The broker took us, and what central says will reach us."""
        self._heartbeat_s = now.mono_s + HEARTBEAT_S
        self._waiting_s = None
        return [*self._greet(now), Heartbeat()]

    def disconnected(self, reason: str) -> list[Order]:
        """The broker is gone, or was never there."""
        self._phase = Phase.AWAY
        return self._away(reason)

    def sidelined(self, reason: str, now: Moment) -> list[Order]:
        """Somebody has to look; the same reason is told once an hour."""
        if now.mono_s < self._alarms.get(reason, -ALARM_AGAIN_S) + ALARM_AGAIN_S:
            return []
        self._alarms = {reason: now.mono_s}
        return [Sidelined(reason)]

    def facts_added(self, now: Moment) -> list[Order]:
        """The outbox has grown."""
        self._more = True
        return self._tell(now)

    def ask(self, ask: AskId, question: Question, deadline_s: float, now: Moment) -> list[Order]:
        """Put a question; without a link, or with too many open, its deadline is now."""
        if not self.online or len(self._asks) >= MOST_ASKS:
            return [AskDeadline(ask)]
        self._asks[ask] = now.mono_s + deadline_s
        return [Publish(Channel.ASK, encode_ask(self._station, ask, question, now.utc), ask)]

    def answered(self, ask: AskId, answer: Answer | None, now: Moment) -> list[Order]:
        """Central answered `ask`; too late or never asked, it is dropped. None: nobody can say, so its time is over."""
        self._heard_s = now.mono_s
        if self._asks.pop(ask, None) is None:
            return []
        return [AskDeadline(ask) if answer is None else AnswerArrived(ask, answer)]

    def acknowledged(self, ack: Ack, now: Moment) -> list[Order]:
        """Central says where it stands."""
        if ack.epoch != self._outbox.epoch or self._phase is Phase.AWAY:
            return []
        try:
            if ack.seq > self._told and ack.seq > self._outbox.last_seq():
                return self.sidelined(AHEAD, now)
            return self._stands_at(ack.seq, now)
        except StorageFailure:
            return []

    def tick(self, now: Moment) -> list[Order]:
        """Time has passed."""
        orders: list[Order] = []
        late = [ask for ask, deadline_s in self._asks.items() if deadline_s <= now.mono_s]
        for ask in late:
            del self._asks[ask]
            orders.append(AskDeadline(ask))
        if self._phase is Phase.AWAY:
            return orders
        if self._heartbeat_s <= now.mono_s:
            self._heartbeat_s = now.mono_s + HEARTBEAT_S
            orders.append(Heartbeat())
        if late and self._phase is Phase.TELLING:
            return orders + self._greet(now)
        return orders + self._silence(now)

    def due_s(self) -> float | None:
        """When `tick` has something to do next."""
        dues = list(self._asks.values())
        if self._phase is not Phase.AWAY:
            dues.append(self._heartbeat_s)
        match self._phase:
            case Phase.GREETING:
                dues.append(self._greeted_s + self._silence_s)
            case Phase.TELLING if self._waiting_s is not None:
                dues.append(self._waiting_s + SILENCE_S)
            case Phase.TELLING:
                dues.append(self._heard_s + IDLE_S)
            case Phase.AWAY:
                pass
        return min(dues, default=None)

    def _silence(self, now: Moment) -> list[Order]:
        match self._phase:
            case Phase.GREETING if now.mono_s >= self._greeted_s + self._silence_s:
                silence_s = min(self._silence_s * 2, LONGEST_SILENCE_S)
                orders = self._away("central does not answer")
                orders += self._greet(now)
                self._silence_s = silence_s
                return orders
            case Phase.TELLING if self._waiting_s is not None and now.mono_s >= self._waiting_s + SILENCE_S:
                return self._greet(now)
            case Phase.TELLING if self._waiting_s is None and now.mono_s >= self._heard_s + IDLE_S:
                return self._greet(now)
            case _:
                return []

    def _greet(self, now: Moment) -> list[Order]:
        self._phase = Phase.GREETING
        self._greeted_s = now.mono_s
        self._silence_s = SILENCE_S if self.online else FIRST_SILENCE_S
        try:
            oldest, self._last = self._outbox.span()
        except StorageFailure:
            return []  # greeted again after the silence that follows
        hello = encode_hello(self._station, self._outbox.epoch, oldest, self._last, now.utc)
        return [Publish(Channel.FACTS, hello)]

    def _stands_at(self, seq: int, now: Moment) -> list[Order]:
        greeting = self._phase is Phase.GREETING
        if not greeting and seq <= self._acked:
            # Said again while facts are on their way: one of them is lost, or central was restored. The rest of the
            # window brings the same acknowledgement; only the first one counts.
            if self._rewound or (seq == self._acked and self._told == self._acked):
                return []
            self._rewound = self._more = True
            self._told = seq
        else:
            self._rewound = False
            self._more |= greeting and seq < max(self._last, self._told)
            self._told = seq if greeting else max(self._told, seq)
        if seq != self._released:
            with suppress(StorageFailure):  # a full disk: the next acknowledgement releases it
                self._outbox.release(seq, now.utc)
                self._released = seq
        self._acked = seq
        self._heard_s = now.mono_s
        self._phase = Phase.TELLING
        self._waiting_s = now.mono_s if self._told > seq else None
        orders: list[Order] = []
        if not self.online:
            self.online = True
            orders.append(LinkUp())
        return orders + self._tell(now)

    def _tell(self, now: Moment) -> list[Order]:
        room = self._acked + WINDOW - self._told
        if self._phase is not Phase.TELLING or room <= 0 or not self._more:
            return []
        try:
            facts = self._outbox.facts_after(self._told, room)
        except StorageFailure:
            return []  # told with the next fact, or after the next greeting
        self._more = len(facts) == room
        return self._told_now(facts, now)

    def _told_now(self, facts: Sequence[OutboxFact], now: Moment) -> list[Order]:
        orders: list[Order] = []
        for last, payload in batches(self._station, self._outbox.epoch, facts):
            orders.append(Publish(Channel.FACTS, payload))
            self._told = last
        if orders and self._waiting_s is None:
            self._waiting_s = now.mono_s
        return orders

    def _away(self, reason: str) -> list[Order]:
        orders: list[Order] = [AskDeadline(ask) for ask in self._asks]
        self._asks.clear()
        if self.online:
            self.online = False
            orders.insert(0, LinkDown(reason))
        return orders

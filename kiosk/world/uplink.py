"""A kiosk's line to central in virtual time: the real conversation over the world's network."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.ledger import Outbox
from kiosk.model.ids import AskId
from kiosk.model.questions import Question
from kiosk.session.events import Moment
from kiosk.station.uplink import ASK_S, StationHealth
from kiosk.station.uplink_conversation import Conversation, Heartbeat, Order, Publish
from kiosk.station.uplink_events import UplinkEvent
from kiosk.wire import (
    AnswerMessage,
    Channel,
    SetAside,
    Station,
    StationState,
    StationStatus,
    decode_ack,
    decode_answer,
    encode_status,
)
from kiosk.world.agenda import Agenda, Entry
from kiosk.world.network import Message, Network

CONNECT_S = 0.02
AGAIN_S = 1.0
"""Between two tries to reach the broker."""
KEEP_ALIVE_S = 10.0
"""As `kiosk/station/uplink_line.py`: MQTT's client (paho) asks after so long a silence, and gives up after another."""


class WorldUplink:
    """Begins to connect at once. `deliver` is called from the agenda with each `UplinkEvent`."""

    def __init__(
        self,
        agenda: Agenda,
        network: Network,
        station: Station,
        outbox: Outbox,
        deliver: Callable[[UplinkEvent], None],
        now: Callable[[], Moment],
        boot: str,
    ) -> None:
        self._agenda = agenda
        self._network = network
        self._station = station
        self._outbox = outbox
        self._deliver = deliver
        self._now = now
        self._boot = boot
        self._talk = Conversation(station, outbox)
        self._connected = False
        self._heard_s = agenda.now_s
        self._lives = 0
        self._stopped = False
        self._noted = False
        self._due: Entry | None = None
        agenda.after(CONNECT_S, self._connect)

    def ask(self, ask: AskId, question: Question) -> bool:
        """Put a question; its answer or its deadline follows."""
        self._agenda.after(0.0, lambda: self._do(self._talk.ask(ask, question, ASK_S, self._now())))
        return True

    def wake(self) -> None:
        """Facts were committed."""
        if not self._noted:
            self._noted = True
            self._agenda.after(0.0, self._facts_added)

    def note_health(self, health: StationHealth) -> None:
        """Heartbeats tell nothing in a world: no operator looks at it."""

    def stop(self) -> None:
        """As when the process ends without a word."""
        self._stopped = True
        self._network.station_hears(self._station, None)
        if self._due is not None:
            self._due.strike_off()
        self._outbox.close()

    def missed_in_s(self) -> float:
        """How long it takes to notice that the line goes dead now: the last word, or answer to its asking, is known."""
        quiet_s = (self._agenda.now_s - self._heard_s) % KEEP_ALIVE_S
        return 2 * KEEP_ALIVE_S - quiet_s

    def line_lost(self, reason: str) -> None:
        """The connection to the broker ended."""
        if self._stopped or not self._connected:
            return
        self._connected = False
        self._network.station_hears(self._station, None)
        self._do(self._talk.disconnected(reason))
        self._agenda.after(AGAIN_S, self._connect)

    def _connect(self) -> None:
        if self._stopped or self._connected:
            return
        if not self._network.passable:
            self._agenda.after(AGAIN_S, self._connect)
            return
        self._connected = True
        self._heard_s = self._agenda.now_s
        self._lives += 1
        self._network.station_hears(self._station, self._heard)
        birth = StationStatus(StationState.ALIVE, self._boot, self._lives, "world", self._now().utc, clean=False)
        self._publish(Publish(Channel.STATUS, encode_status(self._station, birth)))
        self._do(self._talk.connected(self._now()))

    def _facts_added(self) -> None:
        self._noted = False
        if not self._stopped:
            self._do(self._talk.facts_added(self._now()))

    def _heard(self, message: Message) -> None:
        self._heard_s = self._agenda.now_s
        if message.channel is Channel.ANSWER:
            answer = decode_answer(message.payload)
            assert isinstance(answer, AnswerMessage), "central and station are of one version here"
            self._do(self._talk.answered(answer.ask, answer.answer, self._now()))
        else:
            ack = decode_ack(message.payload)
            assert not isinstance(ack, SetAside), "central and station are of one version here"
            self._do(self._talk.acknowledged(ack, self._now()))

    def _do(self, orders: list[Order]) -> None:
        for order in orders:
            match order:
                case Publish():
                    self._publish(order)
                case Heartbeat():
                    pass
                case _:
                    self._deliver(order)
        self._look_again()

    def _publish(self, order: Publish) -> None:
        if self._connected and not self._stopped:
            self._network.to_central(Message(self._station, order.channel, order.payload, order.ask))

    def _look_again(self) -> None:
        """Have `tick` called when the conversation wants it."""
        due_s = self._talk.due_s()
        if self._due is not None and self._due.do is not None:
            if due_s is not None and self._due.time_s <= due_s:
                return
            self._due.strike_off()
        self._due = None if due_s is None or self._stopped else self._agenda.at(due_s, self._tick)

    def _tick(self) -> None:
        if self._stopped:
            return
        self._due = None
        self._do(self._talk.tick(self._now()))

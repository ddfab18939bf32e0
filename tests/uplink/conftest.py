"""Real brokers, a little central that keeps the contract, and a ledger with facts to tell."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.ledger import Ledger, Outbox
from kiosk.model.facts import LoanUndone, UndoneWhy
from kiosk.model.ids import Epoch, IntentId, ItemId, SessionId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.questions import Answer, Question
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.station.uplink import Uplink, UplinkSettings
from kiosk.station.uplink_events import UplinkEvent
from kiosk.station.uplink_line import Address
from kiosk.wire import (
    Ack,
    AskMessage,
    Channel,
    Station,
    decode_ask,
    decode_facts,
    encode_ack,
    encode_answer,
)
from tests.real_parts import PATIENCE_S, free_port

STATION = Station("main", "kiosk-1")
CENTRAL = "lk/main/central"


@dataclass(slots=True)
class RunningBroker:
    """A broker in a process of its own, that can be killed and started again on the same port."""

    kind: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "kiosk.demo.broker", "--kind", self.kind]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--data", str(self.folder)], stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        assert ready["ready"]["kind"] == self.kind

    def kill(self) -> None:
        """As a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


@pytest.fixture(params=["mosquitto", "iotcore"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningBroker]:
    """Each test runs on both."""
    running = RunningBroker(request.param, free_port(), tmp_path / "broker")
    running.start()
    yield running
    running.kill()


@dataclass(slots=True)
class LittleCentral:
    """The other end: keeps the last contiguous seq of each epoch and acknowledges it; answers what it was told to."""

    port: int
    last: dict[Epoch, int] = field(default_factory=dict)
    applied: list[int] = field(default_factory=list)
    asked: list[AskMessage] = field(default_factory=list)
    statuses: queue.Queue[bytes] = field(default_factory=queue.Queue)
    healths: queue.Queue[bytes] = field(default_factory=queue.Queue)
    answer: Callable[[Question], Answer | None] = lambda question: None
    deaf: int = 0
    """How many messages of facts it is going to lose."""
    changed: threading.Condition = field(default_factory=threading.Condition)
    client: mqtt.Client | None = None

    def start(self) -> None:
        subscribed = threading.Event()
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="central", protocol=mqtt.MQTTv5)
        client.reconnect_delay_set(1, 1)
        channels = (Channel.FACTS, Channel.ASK, Channel.STATUS, Channel.HEALTH)
        client.on_connect = lambda c, *_: c.subscribe([(STATION.topic(channel), 1) for channel in channels]) and None
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = lambda c, _, message: self._heard(c, message)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        self.client = client
        assert subscribed.wait(PATIENCE_S)

    def stop(self) -> None:
        if self.client is not None:
            self.client.disconnect()
            self.client.loop_stop()
            self.client = None

    def say(self, channel: Channel, payload: bytes) -> None:
        assert self.client is not None
        self.client.publish(STATION.topic(channel), payload, qos=1)

    def _heard(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        payload = bytes(message.payload)
        if message.topic == STATION.topic(Channel.FACTS):
            self._facts(client, payload)
        elif message.topic == STATION.topic(Channel.ASK):
            asked = decode_ask(STATION, payload)
            assert isinstance(asked, AskMessage)
            properties = vars(message.properties)
            assert properties["ResponseTopic"] == STATION.topic(Channel.ANSWER)
            assert properties["CorrelationData"] == asked.ask.encode()
            self.asked.append(asked)
            answer = self.answer(asked.question)
            if answer is not None:
                told = encode_answer(CENTRAL, asked.ask, answer, datetime.now(UTC))
                client.publish(STATION.topic(Channel.ANSWER), told, qos=1)
        elif message.topic == STATION.topic(Channel.STATUS):
            self.statuses.put(payload)
        else:
            self.healths.put(payload)

    def _facts(self, client: mqtt.Client, payload: bytes) -> None:
        batch = decode_facts(STATION, payload)
        with self.changed:
            if batch.facts and self.deaf:
                self.deaf -= 1
                return
            for fact in batch.facts:
                if fact.seq == self.last.get(batch.epoch, 0) + 1:
                    self.last[batch.epoch] = fact.seq
                    self.applied.append(fact.seq)
            self.changed.notify_all()
            ack = Ack(batch.epoch, self.last.get(batch.epoch, 0))
        client.publish(STATION.topic(Channel.ACK), encode_ack(CENTRAL, ack, datetime.now(UTC)), qos=1)

    def wait_applied(self, count: int) -> list[int]:
        with self.changed:
            self.changed.wait_for(lambda: len(self.applied) >= count, PATIENCE_S)
            return list(self.applied)


@pytest.fixture
def central(broker: RunningBroker) -> Iterator[LittleCentral]:
    little = LittleCentral(broker.port)
    little.start()
    yield little
    little.stop()


@dataclass(slots=True)
class Kiosk:
    """A ledger and its uplink."""

    ledger: Ledger
    outbox: Outbox
    uplink: Uplink
    events: queue.Queue[UplinkEvent]

    def tells(self, count: int) -> None:
        for _ in range(count):
            add_fact(self.ledger)
            self.uplink.wake()

    def next_event(self, timeout_s: float = PATIENCE_S) -> UplinkEvent:
        return self.events.get(timeout=timeout_s)

    def wait_for(self, kind: type[UplinkEvent]) -> UplinkEvent:
        while not isinstance(event := self.next_event(), kind):
            pass
        return event

    def wait_released(self, seq: int) -> int:
        end_s = time.monotonic() + PATIENCE_S
        view = self.ledger.outbox()
        try:
            while (acked := view.acked_seq()) < seq and time.monotonic() < end_s:
                time.sleep(0.01)
            return acked
        finally:
            view.close()


def add_fact(ledger: Ledger) -> None:
    fact = LoanUndone(SessionId("s"), IntentId("i"), ItemId("b"), UndoneWhy.TAG_NOT_OPENED)
    row = JournalRow(RowKind.LOAN_UNDONE, SessionId("s"), IntentId("i"), ItemId("b"))
    ledger.commit([Journal(row, fact)], Moment(time.monotonic(), datetime.now(UTC)))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.sqlite", STATION)
    yield opened
    opened.close()


@pytest.fixture
def add() -> Callable[[Ledger], None]:
    """Commit one more fact."""
    return add_fact


@pytest.fixture
def start_kiosk(ledger: Ledger, tmp_path: Path) -> Iterator[Callable[[int], Kiosk]]:
    """Starts the uplink of the ledger towards a port."""
    started: list[Kiosk] = []

    def start(port: int) -> Kiosk:
        events: queue.Queue[UplinkEvent] = queue.Queue()
        settings = UplinkSettings(STATION, Address("127.0.0.1", port), "0.1.0", tmp_path, first_delay_s=0.2)
        outbox = ledger.outbox()
        started.append(Kiosk(ledger, outbox, Uplink(settings, outbox, events.put), events))
        return started[-1]

    yield start
    for kiosk in started:
        kiosk.uplink.stop()
        kiosk.outbox.close()


@pytest.fixture
def kiosk(broker: RunningBroker, start_kiosk: Callable[[int], Kiosk]) -> Kiosk:
    return start_kiosk(broker.port)

"""Questions for loans, as a kiosk sees them: `python -m tests.performance.decisions [--store sqlite|postgresql]`.

A library of 200,000 patrons and 1,000,000 items, `kiosk central` as a process with full flushing, and 200 questions a
second from ten stations for 30 seconds: through a real mosquitto and back, and then to central's inbox and worker
alone. Beside them, in the same run, as many commits of a bare row: no decision can be quicker than its commit.

`--folder` says on which disk, `--url` takes an empty database of one's own in place of a new one there. `--facts` makes
a loan and its opening of every yes, told beside the questions that follow. Prints figures for people and one JSON
object. No test: what it finds depends on the machine.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert

from kiosk.central.inbox import Inbox
from kiosk.central.messages import Heard, Telling
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.worker import Worker
from kiosk.model.facts import Decided, Fact, ItemOpened, LoanMade
from kiosk.model.ids import AskId, Epoch, IntentId, ItemId, PatronRef
from kiosk.model.questions import AskBorrow, MayBorrow
from kiosk.wire import (
    AnswerMessage,
    Channel,
    OutboxFact,
    Station,
    decode_answer,
    encode_ask,
    encode_facts,
    every_station,
    fact_body,
)
from tests.central.conftest import make_postgres
from tests.central.running import CentralProcess, central_command
from tests.performance.central_load import DESK, ITEMS, PATRONS, SESSION, UID, fill
from tests.real_parts import free_port
from tests.uplink.conftest import RunningBroker

A_SECOND, SECONDS, STATIONS = 200, 30, 10
LATEST_S = 10.0
"""An answer that takes longer counts as never given."""
AIM_P99_MS, AIM_SLOWEST_MS = 20, 300
SETTINGS = """
site = "main"
[[rules.line]]
loan_period = { n = 28 }
max_loans = 30
debt_limit_cents = 0
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds from the question to its answer, and how many never came."""

    p50_ms: float
    p99_ms: float
    slowest_ms: float
    unanswered: int

    def told(self, what: str) -> str:
        return (
            f"{what}: p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms (aim {AIM_P99_MS}), "
            f"slowest {self.slowest_ms:.1f} ms (aim {AIM_SLOWEST_MS}), {self.unanswered} not answered"
        )


@dataclass(slots=True)
class Asked:
    """Every question with the times at which it left and was answered. `name` keeps the ids of one run apart."""

    name: str
    left_s: dict[str, float] = field(default_factory=dict)
    came_s: dict[str, float] = field(default_factory=dict)
    complete: threading.Event = field(default_factory=threading.Event)

    def answered(self, ask: str) -> None:
        """Called on another thread than `each`."""
        self.came_s[ask] = time.perf_counter()
        if len(self.came_s) == A_SECOND * SECONDS:
            self.complete.set()

    def each(self, ask: Callable[[Station, AskId, AskBorrow], None]) -> Figures:
        """Ask each question at its time of a second; a late one is asked at once."""
        chance, began_s = random.Random(7), time.perf_counter()
        for number in range(A_SECOND * SECONDS):
            patron, item = f"p{chance.randrange(PATRONS)}", f"i{chance.randrange(ITEMS)}"
            wait_s = began_s + number / A_SECOND - time.perf_counter()
            if wait_s > 0:
                time.sleep(wait_s)  # the load that is measured: so many questions a second
            name = f"{self.name}-{number}"
            self.left_s[name] = time.perf_counter()
            station = Station("main", f"kiosk-{number % STATIONS}")
            ask(station, AskId(name), AskBorrow(PatronRef(patron), ItemId(item), UID))
        self.complete.wait(LATEST_S)
        took_ms = sorted(
            (self.came_s[name] - left_s) * 1_000 for name, left_s in self.left_s.items() if name in self.came_s
        )
        missing = len(self.left_s) - len(took_ms)
        return Figures(took_ms[len(took_ms) // 2], took_ms[len(took_ms) * 99 // 100], took_ms[-1], missing)


@dataclass(slots=True)
class Kiosks:
    """Ten stations on one connection to the broker."""

    asked: Asked
    tells_facts: bool
    seqs: dict[str, int] = field(default_factory=dict)
    questions: dict[str, AskBorrow] = field(default_factory=dict)
    client: mqtt.Client = field(
        default_factory=lambda: mqtt.Client(CallbackAPIVersion.VERSION2, client_id="kiosks", protocol=mqtt.MQTTv5)
    )

    def connect(self, port: int) -> None:
        subscribed = threading.Event()
        self.client.on_socket_open = _no_delay
        self.client.on_connect = lambda client, *_: client.subscribe(every_station("main", Channel.ANSWER), 1) and None
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = lambda _client, _data, message: self._heard(bytes(message.payload))
        self.client.max_inflight_messages_set(0)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(LATEST_S), "no broker"

    def ask(self, station: Station, ask: AskId, question: AskBorrow) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = station.topic(Channel.ANSWER)
        properties.CorrelationData = ask.encode()
        self.questions[ask] = question
        payload = encode_ask(station, ask, question, datetime.now(UTC))
        self.client.publish(station.topic(Channel.ASK), payload, qos=1, properties=properties)

    def _heard(self, payload: bytes) -> None:
        told = decode_answer(payload)
        assert isinstance(told, AnswerMessage)
        self.asked.answered(told.ask)
        if self.tells_facts and isinstance(told.answer, MayBorrow):
            self._lend(told.ask, self.questions[told.ask], told.answer.due)

    def _lend(self, ask: AskId, question: AskBorrow, due: datetime) -> None:
        station = Station("main", f"kiosk-{int(ask.rpartition('-')[2]) % STATIONS}")
        intent, at = IntentId(ask), datetime.now(UTC)
        loan = LoanMade(SESSION, intent, question.patron, question.item, UID, due, Decided.CENTRAL, provisional=False)
        opening = ItemOpened(SESSION, intent, question.item, UID, 0x07, 0xC2, verified=True)
        first = self.seqs.get(station.station, 0) + 1
        self.seqs[station.station] = first + 1
        story: tuple[Fact, ...] = (loan, opening)
        told = [OutboxFact(first + n, fact.type, at, fact_body(fact, 1, "b")) for n, fact in enumerate(story)]
        self.client.publish(station.topic(Channel.FACTS), encode_facts(station, Epoch("e"), told), qos=1)


def _no_delay(_client: mqtt.Client, _data: object, opened: Any) -> None:  # paho gives a socket, or one wrapped in TLS
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def through_the_broker(url: str, folder: Path, *, tells_facts: bool) -> Figures:
    """Kiosk, mosquitto, central and back."""
    (folder / "central.toml").write_text(SETTINGS)
    broker = RunningBroker("mosquitto", free_port(), folder / "broker")
    central = CentralProcess(central_command(url, folder), folder / "central.log")
    central.settings["broker.port"] = str(broker.port)
    broker.start()
    try:
        central.start()
        kiosks = Kiosks(Asked("kiosks"), tells_facts)
        kiosks.connect(broker.port)
        while not central.get("/api/v1/health").json()["broker"]:
            time.sleep(0.05)
        return kiosks.asked.each(kiosks.ask)
    finally:
        central.stop()
        broker.kill()


def at_central_alone(url: str) -> Figures:
    """From the inbox to what is told, on this process's threads."""
    engine, inbox, asked = open_store(url), Inbox(), Asked("alone")

    def told(telling: Telling) -> None:
        if telling.ask is not None:
            asked.answered(telling.ask)

    worker = Worker(engine, DESK, "main", inbox, told, lambda: None)
    worker.start()
    try:
        return asked.each(
            lambda station, ask, question: inbox.put(
                Heard(station, Channel.ASK, encode_ask(station, ask, question, datetime.now(UTC)), datetime.now(UTC))
            )
        )
    finally:
        worker.stop()
        engine.dispose()


def bare_commits(url: str) -> Figures:
    """One row a transaction, on the same store, with nothing to decide."""
    engine = open_store(url)
    rows = Table("bare_rows", MetaData(), Column("id", Integer, primary_key=True), Column("answer", Text))
    rows.create(engine)
    took_ms, began_s = [], time.perf_counter()
    for number in range(A_SECOND * SECONDS // 3):
        wait_s = began_s + number / A_SECOND - time.perf_counter()
        if wait_s > 0:
            time.sleep(wait_s)  # the same pace as the questions
        left_s = time.perf_counter()
        with writing(engine) as connection:
            connection.execute(insert(rows), {"id": number, "answer": "x" * 400})
        took_ms.append((time.perf_counter() - left_s) * 1_000)
    rows.drop(engine)
    engine.dispose()
    return figures(took_ms, 0)


def figures(took_ms: list[float], unanswered: int) -> Figures:
    ranked = sorted(took_ms)
    return Figures(ranked[len(ranked) // 2], ranked[len(ranked) * 99 // 100], ranked[-1], unanswered)


@contextmanager
def database(store: str, url: str | None, folder: Path) -> Iterator[str]:
    """The address of an empty database: SQLite or PostgreSQL with its usual, durable settings."""
    if url is not None:
        yield url
    elif store == "sqlite":
        yield f"sqlite:///{folder / 'central.sqlite'}"
    else:
        folder.chmod(0o755)  # the server runs as a user of its own
        (folder / "postgresql").mkdir()
        server = make_postgres(folder / "postgresql", [])
        server.start()
        try:
            yield server.new_database()
        finally:
            server.kill()


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.performance.decisions", description=__doc__)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--url", help="an empty database of your own")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="where the database is made")
    parser.add_argument("--facts", action="store_true", help="make a loan of every yes")
    arguments = parser.parse_args()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="decisions-", dir=arguments.folder)))
        url = held.enter_context(database(arguments.store, arguments.url, folder))
        engine = open_store(url)
        upgrade(engine)
        fill(engine)
        engine.dispose()
        by_kiosk = through_the_broker(url, folder, tells_facts=arguments.facts)
        alone, bare = at_central_alone(url), bare_commits(url)
    print(f"{A_SECOND} questions a second, {PATRONS:,} patrons, {ITEMS:,} items, {arguments.store}")
    print(by_kiosk.told("as the kiosk sees it, mosquitto between"))
    print(alone.told("central alone"))
    print(bare.told("bare commits"))
    print(
        json.dumps(
            {"store": arguments.store, "by_kiosk": asdict(by_kiosk), "alone": asdict(alone), "bare": asdict(bare)}
        )
    )


if __name__ == "__main__":
    main()

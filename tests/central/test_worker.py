"""The worker: commits before it tells, waits for a store that is away, and never fails for ever on one message."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text

from kiosk.central.inbox import MOST_WAITING, Inbox
from kiosk.central.messages import Heard, LineUp, Strange, Telling
from kiosk.central.store import open_store, upgrade
from kiosk.central.store.tables import set_aside, stations
from kiosk.central.worker import Worker
from kiosk.model.ids import AskId, Epoch, ItemId
from kiosk.model.questions import AskItem
from kiosk.wire import (
    Ack,
    Channel,
    HealthReport,
    StationState,
    StationStatus,
    decode_ack,
    encode_ask,
    encode_health,
    encode_status,
)
from tests.central.conftest import Postgres
from tests.central.library import BOOKS, DESK, Central, Kiosk, fill, made
from tests.real_parts import PATIENCE_S, wait_until

Start = Callable[[Engine], "Running"]


class Running:
    """A worker with its inbox, and what it told."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.inbox = Inbox()
        self.told: queue.Queue[Telling] = queue.Queue()
        self.rung: list[str] = []
        self.worker = Worker(engine, DESK, "main", self.inbox, self.told.put, lambda: self.rung.append("bell"))
        self.worker.start()

    def hears(self, kiosk: Kiosk, payload: bytes | None = None, channel: Channel = Channel.FACTS) -> None:
        message = kiosk.message() if payload is None else payload
        self.inbox.put(Heard(kiosk.station, channel, message, datetime.now(UTC)))

    def next_ack(self) -> tuple[str, int]:
        telling = self.told.get(timeout=PATIENCE_S)
        ack = decode_ack(telling.payload)
        assert isinstance(ack, Ack)
        return telling.station.station, ack.seq


def test_to_be_woken_before_it_waits_counts() -> None:
    inbox = Inbox()
    inbox.wake()
    waiting = threading.Thread(target=inbox.take, args=(10 * PATIENCE_S,), daemon=True)
    waiting.start()
    waiting.join(PATIENCE_S)
    assert not waiting.is_alive()


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Running] = []

    def begin(engine: Engine) -> Running:
        started.append(Running(engine))
        return started[-1]

    yield begin
    for running in started:
        running.worker.stop()


@pytest.fixture
def kiosk() -> Kiosk:
    kiosk = Kiosk()
    for n, book in enumerate(BOOKS[:3]):
        kiosk.does(made(f"i{n}", "wei", book), minute=n)
    return kiosk


def test_pages_and_gates_are_woken_by_facts_and_not_by_questions(store: Engine, start: Start, kiosk: Kiosk) -> None:
    running = start(store)
    for n in range(5):
        question = encode_ask(kiosk.station, AskId(f"a{n}"), AskItem(ItemId("snow")), datetime.now(UTC))
        running.hears(kiosk, question, Channel.ASK)
        assert running.told.get(timeout=PATIENCE_S).ask == f"a{n}"
    running.hears(kiosk)
    running.next_ack()
    running.worker.stop()
    assert running.rung == ["bell"]


def test_what_is_told_has_been_committed(store: Engine, start: Start, kiosk: Kiosk) -> None:
    running = start(store)
    running.hears(kiosk)
    assert running.next_ack() == ("kiosk-1", 3)
    assert len(Central(store).on_loan()) == 3


def test_a_question_goes_before_facts_that_wait(kiosk: Kiosk) -> None:
    inbox = Inbox()
    for channel in (Channel.STATUS, Channel.FACTS, Channel.ASK):
        inbox.put(Heard(kiosk.station, channel, b"", datetime.now(UTC)))
    order = [message.channel for message in inbox.take(0).messages if isinstance(message, Heard)]
    assert order == [Channel.ASK, Channel.FACTS, Channel.STATUS]


def test_the_inbox_is_bounded_and_keeps_of_each_state_the_newest(kiosk: Kiosk) -> None:
    inbox = Inbox()
    for n in range(MOST_WAITING + 5):
        inbox.put(Heard(kiosk.station, Channel.FACTS, b"", datetime.now(UTC)))
        inbox.put(Heard(kiosk.station, Channel.STATUS, b"%d" % n, datetime.now(UTC)))
    assert (inbox.waiting(), inbox.dropped) == (MOST_WAITING + 1, 5)
    states: list[bytes] = []
    while work := inbox.take(0):
        states += [one.payload for one in work.messages if isinstance(one, Heard) and one.channel is Channel.STATUS]
    assert states == [b"%d" % (MOST_WAITING + 4)]


def test_too_many_bytes_are_dropped_and_room_comes_back(kiosk: Kiosk) -> None:
    inbox = Inbox()
    for _ in range(40):
        inbox.put(Heard(kiosk.station, Channel.FACTS, b"x" * 1_000_000, datetime.now(UTC)))
    assert inbox.dropped > 0
    before = inbox.dropped
    while inbox.take(0):
        pass
    inbox.put(Heard(kiosk.station, Channel.FACTS, b"x" * 1_000_000, datetime.now(UTC)))
    assert inbox.dropped == before


def test_stations_that_are_known_are_told_where_central_stands(store: Engine, start: Start, kiosk: Kiosk) -> None:
    Central(store).hears(kiosk)
    repaired = Kiosk(epoch="e2")
    repaired.does(made("j", "amy", "dune"))
    Central(store, now=Central(store).now + timedelta(minutes=1)).hears(repaired)
    running = start(store)
    running.inbox.put(LineUp())
    telling = running.told.get(timeout=PATIENCE_S)
    assert decode_ack(telling.payload) == Ack(Epoch("e2"), 1)


def test_status_and_health_are_kept(store: Engine, start: Start, kiosk: Kiosk) -> None:
    running = start(store)
    now = datetime.now(UTC)
    status = StationStatus(StationState.ALIVE, "b", 1, "0.1.0", now, clean=False)
    health = HealthReport("b", 1, (("pad", "ok"),), "ok", 0, 0, None, None, None)
    running.hears(kiosk, encode_status(kiosk.station, status), Channel.STATUS)
    running.hears(kiosk, encode_health(kiosk.station, health, now), Channel.HEALTH)
    running.hears(kiosk)
    running.next_ack()
    running.worker.stop()
    with store.connect() as connection:
        row = connection.execute(select(stations)).one()
    assert '"state": "alive"' in row.status
    assert '"pad": "ok"' in row.health


def test_poison_on_every_topic_is_set_aside_and_the_work_goes_on(store: Engine, start: Start, kiosk: Kiosk) -> None:
    running = start(store)
    for channel in (Channel.FACTS, Channel.ASK, Channel.STATUS, Channel.HEALTH, Channel.ACK):
        for poison in (b"", b"\xff", b"{}", b'{"specversion":"1.0","dataschema":"lk/9","type":"x"}'):
            running.hears(kiosk, poison + b" " * len(channel), channel)
    running.inbox.put(Strange("lk/v1/other", b"?", datetime.now(UTC)))
    running.hears(kiosk)
    assert running.next_ack() == ("kiosk-1", 3)
    running.worker.stop()
    assert running.worker.counts.set_aside >= 15


def test_a_message_that_the_store_refuses_does_not_hold_up_the_others(
    store: Engine, start: Start, kiosk: Kiosk
) -> None:
    """A trigger stands for whatever a database may refuse that nobody thought of."""
    _refuse_loans_of(store, BOOKS[1])
    other = Kiosk("kiosk-2")
    other.does(made("j", "amy", "dune"))
    running = start(store)
    running.hears(kiosk)
    running.hears(other)
    assert sorted([running.next_ack(), running.next_ack()]) == [("kiosk-1", 3), ("kiosk-2", 1)]
    central = Central(store)
    assert sorted(central.on_loan()) == sorted([BOOKS[0], BOOKS[2], "dune"])
    assert central.noted() == [("not-applied", BOOKS[1])]


def test_facts_that_cannot_even_be_stored_count_as_received(store: Engine, start: Start, kiosk: Kiosk) -> None:
    _refuse_facts_of(store, BOOKS[1])
    running = start(store)
    running.hears(kiosk)
    assert running.next_ack() == ("kiosk-1", 3)
    central = Central(store)
    assert central.noted() == [("not-understood", None)]
    assert sorted(central.on_loan()) == sorted([BOOKS[0], BOOKS[2]])
    with store.connect() as connection:
        assert connection.scalars(select(set_aside.c.payload)).all() == [kiosk.message()]
    kiosk.does(made("next", "amy", "dune"), minute=9)
    running.hears(kiosk)
    assert running.next_ack() == ("kiosk-1", 4)


def _refuse_loans_of(engine: Engine, item: str) -> None:
    _refuse(engine, "loans", item)


def _refuse_facts_of(engine: Engine, item: str) -> None:
    _refuse(engine, "facts", item)


def _refuse(engine: Engine, table: str, item: str) -> None:
    if engine.dialect.name == "sqlite":
        make = (
            f"CREATE TRIGGER refuses BEFORE INSERT ON {table} WHEN NEW.item = '{item}' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    else:
        make = f"ALTER TABLE {table} ADD CONSTRAINT refuses CHECK (item IS NULL OR item <> '{item}')"
    with engine.begin() as connection:
        connection.execute(text(make))


def test_a_busy_sqlite_is_waited_for(tmp_path: Path, start: Start, kiosk: Kiosk) -> None:
    path = tmp_path / "busy.sqlite"
    engine = open_store(f"sqlite:///{path}")
    upgrade(engine)
    fill(engine)

    def impatient(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=20")

    event.listen(engine, "connect", impatient)
    engine.dispose()
    hog = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    hog.execute("BEGIN IMMEDIATE")
    running = start(engine)
    running.hears(kiosk)
    wait_until(lambda: running.worker.counts.store_failures >= 2)
    assert not running.worker.counts.store_works
    hog.execute("COMMIT")
    hog.close()
    assert running.next_ack() == ("kiosk-1", 3)
    assert running.worker.counts.store_works


def test_a_postgres_that_goes_and_comes_back_loses_nothing(own_postgres: Postgres, start: Start, kiosk: Kiosk) -> None:
    engine = open_store(own_postgres.new_database())
    upgrade(engine)
    fill(engine)
    running = start(engine)
    running.hears(kiosk, kiosk.message(1, 1))
    assert running.next_ack() == ("kiosk-1", 1)
    own_postgres.stop()
    running.hears(kiosk)
    running.hears(kiosk, encode_ask(kiosk.station, AskId("a"), AskItem(ItemId("snow")), datetime.now(UTC)), Channel.ASK)
    wait_until(lambda: running.worker.counts.store_failures >= 2)
    own_postgres.start()
    kinds = [running.told.get(timeout=PATIENCE_S).channel for _ in range(2)]
    assert sorted(kinds) == [Channel.ACK, Channel.ANSWER]
    assert len(Central(engine).on_loan()) == 3
    engine.dispose()


def test_two_centrals_on_one_store_apply_each_fact_once(store: Engine, start: Start) -> None:
    """They hear the same messages, as they would without a share group."""
    one, two = start(store), start(store)
    kiosks = [Kiosk(f"kiosk-{n}", f"e{n}") for n in range(4)]
    for kiosk in kiosks:
        for n in range(5):
            kiosk.does(made(f"{kiosk.name}-{n}", "wei", BOOKS[n]), minute=n)
        for running in (one, two):
            running.hears(kiosk)
    for running in (one, two):
        assert sorted(running.next_ack() for _ in kiosks) == [(kiosk.name, 5) for kiosk in kiosks]
    assert len(Central(store).ends()) == 20

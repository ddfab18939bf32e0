"""A kiosk's uplink and central over real brokers: every fact once, whoever dies in between (I5; B01, B02, N02)."""

from __future__ import annotations

import queue
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, select

from kiosk.central.inbox import Inbox
from kiosk.central.line import Line
from kiosk.central.settings import SharedBroker
from kiosk.central.stations import Presence, every_station
from kiosk.central.store import open_store
from kiosk.central.store.tables import facts, loans, set_aside
from kiosk.central.worker import Worker
from kiosk.model.ids import AskId, Epoch, ItemId, PatronRef
from kiosk.model.questions import AskBorrow, AskIdentify, Identified, MayBorrow
from kiosk.station.uplink_events import AnswerArrived, LinkDown, LinkUp
from kiosk.wire import Ack, Channel, Station, StationState, StationStatus, decode_ack, encode_status
from tests.central import library
from tests.central.library import DESK, MONDAY, UID, Central, made
from tests.central.running import CentralProcess
from tests.central.telling import Kiosk
from tests.real_parts import PATIENCE_S, wait_until
from tests.uplink.conftest import RunningBroker

STATION = Station("main", "kiosk-1")


@pytest.fixture
def start_kiosk(tmp_path: Path) -> Iterator[Callable[..., Kiosk]]:
    started: list[Kiosk] = []

    def start(port: int, name: str = "kiosk-1") -> Kiosk:
        started.append(Kiosk(tmp_path, port, Station("main", name)))
        return started[-1]

    yield start
    for kiosk in started:
        kiosk.close()


class RunningCentral:
    """Line and worker in this process, on a store."""

    def __init__(self, engine: Engine, port: int, share_group: str | None = None) -> None:
        self.inbox = Inbox()
        self.line = Line("main", SharedBroker(port=port, share_group=share_group), self.inbox.put)
        self.worker = Worker(engine, DESK, "main", self.inbox, self.line.tell, lambda: None)
        self.worker.start()
        self.line.open()

    def stop(self) -> None:
        self.line.close()
        self.worker.stop()


@pytest.fixture
def start_central(store: Engine) -> Iterator[Callable[..., RunningCentral]]:
    started: list[RunningCentral] = []

    def start(port: int, share_group: str | None = None) -> RunningCentral:
        started.append(RunningCentral(store, port, share_group))
        return started[-1]

    yield start
    for central in started:
        central.stop()


def seqs(engine: Engine, station: str = "kiosk-1") -> list[int]:
    """The facts of a station in the order in which central took them."""
    with engine.connect() as connection:
        return list(connection.scalars(select(facts.c.seq).where(facts.c.station == station).order_by(facts.c.id)))


def test_facts_arrive_once_in_order_and_questions_are_answered(
    store: Engine,
    broker: RunningBroker,
    start_central: Callable[..., RunningCentral],
    start_kiosk: Callable[..., Kiosk],
) -> None:
    start_central(broker.port)
    kiosk = start_kiosk(broker.port)
    kiosk.wait_for(LinkUp)
    kiosk.uplink.ask(AskId("who"), AskIdentify("04a1b2c3"))
    who = kiosk.wait_for(AnswerArrived)
    assert isinstance(who, AnswerArrived)
    assert isinstance(who.answer, Identified)
    kiosk.uplink.ask(AskId("i0"), AskBorrow(PatronRef("wei"), ItemId("snow"), UID))
    may = kiosk.wait_for(AnswerArrived)
    assert isinstance(may, AnswerArrived)
    assert isinstance(may.answer, MayBorrow)
    for n in range(120):
        kiosk.lends(f"i{n}", "wei", "snow")
    kiosk.wait_released()
    assert seqs(store) == list(range(1, 121))
    assert Central(store).on_loan() == {"snow": "wei"}


def test_a_broker_that_comes_late_and_goes_costs_nothing(
    store: Engine,
    broker: RunningBroker,
    start_central: Callable[..., RunningCentral],
    start_kiosk: Callable[..., Kiosk],
) -> None:
    broker.kill()
    start_central(broker.port)
    kiosk = start_kiosk(broker.port)
    kiosk.lends("i0", "wei", "snow")
    broker.start()
    kiosk.wait_for(LinkUp)
    kiosk.wait_released()
    broker.kill()
    kiosk.wait_for(LinkDown)
    for n in range(1, 30):
        kiosk.lends(f"i{n}", "wei", "snow")
    broker.start()
    kiosk.wait_released()
    assert seqs(store) == list(range(1, 31))


def test_poison_of_strangers_does_not_disturb_it(
    store: Engine,
    broker: RunningBroker,
    stranger: mqtt.Client,
    start_central: Callable[..., RunningCentral],
    start_kiosk: Callable[..., Kiosk],
) -> None:
    central = start_central(broker.port)
    kiosk = start_kiosk(broker.port)
    kiosk.wait_for(LinkUp)
    for topic in ("lk/v1/main/kiosk-1/up/facts", "lk/v1/main/NO/up/facts", "lk/v1/main/kiosk-9/up/ask"):
        for poison in (b"", b"\xff\xfe", b"[" * 50_000, b"x" * 100_000):
            stranger.publish(topic, poison, qos=1).wait_for_publish(PATIENCE_S)
    kiosk.lends("i0", "wei", "snow")
    kiosk.wait_released()
    assert seqs(store) == [1]
    wait_until(lambda: central.worker.counts.set_aside >= 11)
    with store.connect() as connection:
        assert len(connection.execute(select(set_aside.c.id)).all()) >= 8


def test_two_centrals_share_the_stations(
    store: Engine,
    broker: RunningBroker,
    start_central: Callable[..., RunningCentral],
    start_kiosk: Callable[..., Kiosk],
) -> None:
    """Neither broker keeps a station to one process, so both may hear of one; the store keeps it right all the same."""
    for _ in range(2):
        start_central(broker.port, "desk")
    kiosks = [start_kiosk(broker.port, f"kiosk-{n}") for n in range(3)]
    for kiosk in kiosks:
        kiosk.wait_for(LinkUp)
    for n in range(40):
        for number, kiosk in enumerate(kiosks):
            kiosk.lends(f"{number}-{n}", "wei", "snow")
    for number, kiosk in enumerate(kiosks):
        kiosk.wait_released()
        assert seqs(store, f"kiosk-{number}") == list(range(1, 41))


def test_a_store_restored_from_a_backup_is_told_everything_again(
    tmp_path: Path, central_process: CentralProcess, start_kiosk: Callable[..., Kiosk], broker: RunningBroker
) -> None:
    central_process.settings["broker.port"] = str(broker.port)
    central_process.start()
    kiosk = start_kiosk(broker.port)
    for n in range(10):
        kiosk.lends(f"i{n}", "P001", "35555000012346")
    kiosk.wait_released()
    central_process.stop()
    backup = {path: path.read_bytes() for path in tmp_path.glob("running.sqlite*")}
    central_process.start()
    for n in range(10, 40):
        kiosk.lends(f"i{n}", "P001", "35555000012346")
    kiosk.wait_released()
    central_process.stop()
    for path in tmp_path.glob("running.sqlite*"):
        path.unlink()
    for path, content in backup.items():
        path.write_bytes(content)
    central_process.start()
    kiosk.lends("last", "P001", "35555000012346")
    engine = open_store(f"sqlite:///{tmp_path / 'running.sqlite'}")
    wait_until(lambda: len(seqs(engine)) >= 41, "not every fact came back")
    assert seqs(engine) == list(range(1, 42))
    engine.dispose()


@pytest.fixture
def stranger(broker: RunningBroker) -> Iterator[mqtt.Client]:
    """Another client of the broker."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def test_a_central_that_starts_tells_every_known_station_where_it_stands(
    store: Engine, broker: RunningBroker, stranger: mqtt.Client, start_central: Callable[..., RunningCentral]
) -> None:
    told = Station("main", "kiosk-7")
    told_before = library.Kiosk("kiosk-7")
    told_before.does(made("i0", "wei", "snow"))
    Central(store).hears(told_before)
    heard: queue.Queue[bytes] = queue.Queue()
    subscribed = threading.Event()
    stranger.on_subscribe = lambda *_: subscribed.set()
    stranger.on_message = lambda _client, _data, message: heard.put(bytes(message.payload))
    stranger.subscribe(told.topic(Channel.ACK), qos=1)
    assert subscribed.wait(PATIENCE_S)
    start_central(broker.port)
    assert decode_ack(heard.get(timeout=PATIENCE_S)) == Ack(Epoch("e1"), 1)


@pytest.mark.parametrize("group", [None, "desk"])
def test_a_central_that_starts_hears_which_stations_live(
    store: Engine,
    broker: RunningBroker,
    stranger: mqtt.Client,
    start_central: Callable[..., RunningCentral],
    group: str | None,
) -> None:
    """Their status is retained, which a shared subscription never hears."""
    alive = encode_status(STATION, StationStatus(StationState.ALIVE, "b", 1, "0.1.0", MONDAY, clean=False))
    stranger.publish(STATION.topic(Channel.STATUS), alive, qos=1, retain=True).wait_for_publish(PATIENCE_S)
    start_central(broker.port, group)

    def presence() -> list[Presence]:
        with store.connect() as connection:
            return [seen.presence for seen in every_station(connection, datetime.now(UTC))]

    wait_until(lambda: presence() == [Presence.ON_LINE], "the retained status was not heard")


class Proxy:
    """A wire between central and broker that lets nothing of central's through once it is told to."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.deaf = threading.Event()
        self.swallowed = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, from_central: bool) -> None:
        try:
            while data := source.recv(65_536):
                if from_central and self.deaf.is_set():
                    if b"down/ack" in data:
                        self.swallowed.set()
                    continue
                sink.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, sink):
                end.close()

    def close(self) -> None:
        self._listener.close()


def test_killed_between_commit_and_acknowledgement_it_applies_nothing_twice(
    tmp_path: Path, central_process: CentralProcess, start_kiosk: Callable[..., Kiosk], broker: RunningBroker
) -> None:
    """SIGKILL when the facts are committed and their acknowledgement has left, but reached nobody."""
    proxy = Proxy(broker.port)
    central_process.settings["broker.port"] = str(proxy.port)
    central_process.start()
    kiosk = start_kiosk(broker.port)
    kiosk.wait_for(LinkUp)
    proxy.deaf.set()
    for n in range(8):
        kiosk.lends(f"i{n}", "P001", f"35555000012{346 + n}")
    assert proxy.swallowed.wait(PATIENCE_S)
    central_process.kill()
    engine = open_store(f"sqlite:///{tmp_path / 'running.sqlite'}")
    committed = seqs(engine)
    assert committed, "the facts were committed before the acknowledgement was sent"
    view = kiosk.ledger.outbox()
    assert view.acked_seq() == 0
    view.close()
    proxy.deaf.clear()
    central_process.start()
    kiosk.wait_released()
    assert seqs(engine) == list(range(1, 9))
    with engine.connect() as connection:
        intents = sorted(connection.scalars(select(loans.c.intent).where(loans.c.station == "kiosk-1")))
    engine.dispose()
    proxy.close()
    assert intents == [f"i{n}" for n in range(8)]


def test_killed_at_any_moment_it_has_every_fact_once(
    tmp_path: Path, central_process: CentralProcess, start_kiosk: Callable[..., Kiosk], broker: RunningBroker
) -> None:
    central_process.settings["broker.port"] = str(broker.port)
    kiosk = start_kiosk(broker.port)
    for life in range(4):
        central_process.start()
        for n in range(15):
            kiosk.lends(f"{life}-{n}", "P001", "35555000012346")
            if n == 4 * life:
                process = central_process.process
                assert isinstance(process, subprocess.Popen)
                process.send_signal(signal.SIGKILL)
        central_process.kill()
    central_process.start()
    kiosk.wait_released()
    engine = open_store(f"sqlite:///{tmp_path / 'running.sqlite'}")
    assert seqs(engine) == list(range(1, 61))
    engine.dispose()

"""The uplink on real brokers: B01, B02, B05, B06, N01, N02, N03 of the fault table."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.ledger import Ledger
from kiosk.model.circulation import Item
from kiosk.model.ids import AskId, Epoch, ItemId
from kiosk.model.questions import Answer, AskItem, ItemKnown, Question
from kiosk.station.uplink import Uplink
from kiosk.station.uplink_events import AnswerArrived, AskDeadline, LinkDown, LinkUp, Sidelined, UplinkEvent
from kiosk.wire import (
    Ack,
    Channel,
    HealthReport,
    StationState,
    StationStatus,
    decode_health,
    decode_status,
    encode_ack,
)


class Kiosk(Protocol):
    ledger: Ledger
    uplink: Uplink
    events: queue.Queue[UplinkEvent]

    def tells(self, count: int) -> None: ...
    def next_event(self, timeout_s: float = 15.0) -> UplinkEvent: ...
    def wait_for(self, kind: type[UplinkEvent]) -> UplinkEvent: ...
    def wait_released(self, seq: int) -> int: ...


class Broker(Protocol):
    kind: str
    port: int

    def start(self) -> None: ...
    def kill(self) -> None: ...


class Central(Protocol):
    last: dict[Epoch, int]
    applied: list[int]
    asked: list[object]
    statuses: queue.Queue[bytes]
    healths: queue.Queue[bytes]
    answer: Callable[[Question], Answer | None]
    deaf: int

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def say(self, channel: Channel, payload: bytes) -> None: ...
    def wait_applied(self, count: int) -> list[int]: ...


Start = Callable[[int], Kiosk]
TITLE = ItemKnown(Item(ItemId("b"), "雪国"))


def in_order(count: int) -> list[int]:
    return list(range(1, count + 1))


def test_every_fact_arrives_once_and_in_order(kiosk: Kiosk, central: Central) -> None:
    assert kiosk.next_event() == LinkUp()
    kiosk.tells(120)
    assert central.wait_applied(120) == in_order(120)
    assert kiosk.wait_released(120) == 120


def test_facts_of_a_day_off_line_are_told_at_the_first_contact(
    ledger: Ledger, add: Callable[[Ledger], None], start_kiosk: Start, broker: Broker, central: Central
) -> None:
    for _ in range(90):
        add(ledger)
    start_kiosk(broker.port)
    assert central.wait_applied(90) == in_order(90)


def test_a_broker_without_central_is_no_link(kiosk: Kiosk) -> None:
    kiosk.uplink.ask(AskId("a"), AskItem(ItemId("b")))
    assert kiosk.next_event() == AskDeadline(AskId("a"))
    with pytest.raises(queue.Empty):
        kiosk.next_event(timeout_s=0.5)


def test_central_answers_a_question(kiosk: Kiosk, central: Central) -> None:
    central.answer = lambda question: TITLE
    kiosk.wait_for(LinkUp)
    kiosk.uplink.ask(AskId("a"), AskItem(ItemId("b")))
    assert kiosk.next_event() == AnswerArrived(AskId("a"), TITLE)


def test_a_slow_central_misses_the_deadline_and_its_late_answer_is_dropped(kiosk: Kiosk, central: Central) -> None:
    may_answer = threading.Event()

    def slowly(question: Question) -> Answer:
        may_answer.wait(60)
        return TITLE

    central.answer = slowly
    kiosk.wait_for(LinkUp)
    began_s = time.monotonic()
    kiosk.uplink.ask(AskId("late"), AskItem(ItemId("b")), deadline_s=0.3)
    assert kiosk.next_event() == AskDeadline(AskId("late"))
    assert time.monotonic() - began_s >= 0.3
    may_answer.set()
    kiosk.uplink.ask(AskId("next"), AskItem(ItemId("b")), deadline_s=10)
    assert kiosk.next_event() == AnswerArrived(AskId("next"), TITLE)


def test_a_broker_that_comes_back_empty_costs_a_resend_and_nothing_else(
    kiosk: Kiosk, central: Central, broker: Broker
) -> None:
    kiosk.wait_for(LinkUp)
    kiosk.tells(5)
    assert central.wait_applied(5) == in_order(5)
    broker.kill()
    assert isinstance(kiosk.wait_for(LinkDown), LinkDown)
    kiosk.tells(30)
    kiosk.uplink.ask(AskId("a"), AskItem(ItemId("b")))
    assert kiosk.wait_for(AskDeadline) == AskDeadline(AskId("a"))
    broker.start()
    kiosk.wait_for(LinkUp)
    assert central.wait_applied(35) == in_order(35)


def test_facts_that_central_did_not_get_are_told_again(kiosk: Kiosk, central: Central) -> None:
    kiosk.wait_for(LinkUp)
    central.deaf = 1
    kiosk.tells(10)
    assert central.wait_applied(10) == in_order(10)
    assert kiosk.wait_released(10) == 10


def test_central_restored_from_a_backup_is_told_everything_again(kiosk: Kiosk, central: Central) -> None:
    kiosk.wait_for(LinkUp)
    kiosk.tells(40)
    assert kiosk.wait_released(40) == 40
    epoch = kiosk.ledger.epoch
    central.last[epoch] = 7
    central.say(Channel.ACK, encode_ack("lk/main/central", Ack(epoch, 7), datetime.now(UTC)))
    assert central.wait_applied(73)[40:] == list(range(8, 41))
    assert kiosk.wait_released(40) == 40


def test_poison_on_our_topics_is_counted_and_the_talk_goes_on(kiosk: Kiosk, central: Central) -> None:
    kiosk.wait_for(LinkUp)
    for poison in (b"", b"\xff\xfe", b"[" * 50_000, b"x" * 100_000, b'{"specversion":"9"}', b'{"type":"lk.sing"}'):
        central.say(Channel.ACK, poison)
        central.say(Channel.ANSWER, poison)
    kiosk.tells(3)
    assert central.wait_applied(3) == in_order(3)


def test_birth_orderly_end_and_heartbeat(ledger: Ledger, start_kiosk: Start, broker: Broker, central: Central) -> None:
    kiosk = start_kiosk(broker.port)
    born = decode_status(central.statuses.get(timeout=15))
    assert isinstance(born, StationStatus)
    assert (born.state, born.session, born.software, born.clean) == (StationState.ALIVE, 1, "0.1.0", False)
    health = decode_health(central.healths.get(timeout=15))
    assert isinstance(health, HealthReport)
    assert health.disk_free_kb is not None
    kiosk.uplink.stop()
    gone = decode_status(central.statuses.get(timeout=15))
    assert isinstance(gone, StationStatus)
    assert (gone.state, gone.clean) == (StationState.GONE, True)


def test_stopping_ends_every_thread(kiosk: Kiosk, central: Central) -> None:
    kiosk.wait_for(LinkUp)
    ours = [thread for thread in threading.enumerate() if thread.name.startswith("uplink")]
    assert ours
    kiosk.uplink.stop()
    assert not [thread for thread in ours if thread.is_alive()]


def test_stopping_without_a_broker_ends_every_thread(start_kiosk: Start) -> None:
    kiosk = start_kiosk(1)
    kiosk.uplink.ask(AskId("a"), AskItem(ItemId("b")))
    assert kiosk.next_event() == AskDeadline(AskId("a"))
    ours = [thread for thread in threading.enumerate() if thread.name.startswith("uplink")]
    assert ours
    kiosk.uplink.stop()
    assert not [thread for thread in ours if thread.is_alive()]


def test_another_client_with_our_name_is_an_alarm_and_no_war(kiosk: Kiosk, central: Central, broker: Broker) -> None:
    for _ in range(3):
        kiosk.wait_for(LinkUp)
        twin = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="lk-main-kiosk-1", protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        twin.connect("127.0.0.1", broker.port)
        twin.loop_start()
        assert isinstance(kiosk.next_event(), LinkDown)
    alarm = kiosk.next_event()
    assert isinstance(alarm, Sidelined)
    assert "another client" in alarm.reason
    kiosk.wait_for(LinkUp)
    kiosk.tells(2)
    assert central.wait_applied(2) == in_order(2)


VANISHES = """
import os, queue, signal, sys
from pathlib import Path
from kiosk.ledger import Ledger
from kiosk.station.uplink import Uplink, UplinkSettings
from kiosk.station.uplink_events import LinkUp
from kiosk.station.uplink_line import Address
from kiosk.wire import Station

folder, station = Path(sys.argv[1]), Station("main", "kiosk-1")
events = queue.Queue()
settings = UplinkSettings.of(station, Address("127.0.0.1", int(sys.argv[2])), "0.1.0", folder)
Uplink(settings, Ledger.open(folder / "other.sqlite", station).outbox(), events.put)
while events.get() != LinkUp():
    pass
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_station_that_vanishes_is_told_by_the_broker(broker: Broker, central: Central, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", VANISHES, str(tmp_path), str(broker.port)], check=False)
    states = [decode_status(central.statuses.get(timeout=15)) for _ in range(2)]
    assert all(isinstance(status, StationStatus) for status in states)
    assert [(status.state, status.clean) for status in states if isinstance(status, StationStatus)] == [
        (StationState.ALIVE, False),
        (StationState.GONE, False),
    ]

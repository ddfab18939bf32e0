"""Simulated stations: what they say is what central understands, and a line that fails loses nothing of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from firmware_sim.fleet.running import Run, run
from firmware_sim.fleet.station import SAY_AGAIN_S, WINDOW, FleetStation
from kiosk.model.facts import ItemReturned
from kiosk.wire import (
    Channel,
    HealthReport,
    Station,
    StationState,
    StationStatus,
    decode_facts,
    decode_health,
    decode_status,
)
from tests.central.running import CentralProcess, central_command
from tests.real_parts import free_port
from tests.uplink.conftest import RunningBroker

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
NAME = Station("main", "sim-1")


def station(facts: int = 0) -> FleetStation:
    one = FleetStation("main", "sim-1", "e1")
    for _ in range(facts):
        one.made_one(0.0)
    return one


def ack(seq: int, epoch: str = "e1") -> bytes:
    return json.dumps({"data": {"epoch": epoch, "seq": seq}}).encode()


def test_every_message_is_one_that_the_contract_knows() -> None:
    one = station(3)
    birth, hello = one.born(AT)
    health, facts = one.due(0.0, AT)
    alive, gone = decode_status(birth.payload), decode_status(one.will().payload)
    assert isinstance(alive, StationStatus)
    assert isinstance(gone, StationStatus)
    assert (alive.software, alive.state, gone.state) == ("firmware-sim", StationState.ALIVE, StationState.GONE)
    assert (birth.retain, hello.retain) == (True, False)
    well = decode_health(health.payload)
    assert isinstance(well, HealthReport)
    assert well.outbox == 3
    greeting, told = decode_facts(NAME, hello.payload), decode_facts(NAME, facts.payload)
    assert (greeting.facts, [fact.seq for fact in told.facts]) == ((), [1, 2, 3])
    assert all(isinstance(fact.fact, ItemReturned) for fact in told.facts)
    assert facts.topic == NAME.topic(Channel.FACTS)


def test_no_more_than_twenty_facts_are_ahead_of_the_acknowledgement() -> None:
    one = station(50)
    _, facts = one.due(0.0, AT)
    assert len(json.loads(facts.payload)) == WINDOW
    assert one.due(1.0, AT) == []
    one.heard(ack(5), 1.0)
    (more,) = one.due(1.0, AT)
    assert [fact["data"]["seq"] for fact in json.loads(more.payload)] == [21, 22, 23, 24, 25]
    assert one.waited_s == [1.0] * 5


def test_what_is_not_acknowledged_is_told_again_and_what_is_another_journals_is_not_heard() -> None:
    one = station(2)
    one.due(0.0, AT)
    for strange in (b"", b"[]", ack(2, "e0"), ack(3), ack(0)):
        one.heard(strange, 1.0)
    assert one.acked == 0
    (again,) = one.due(SAY_AGAIN_S + 1, AT)
    assert len(json.loads(again.payload)) == 2


def test_thirty_stations_on_a_real_broker_and_a_real_central(tmp_path: Path) -> None:
    broker = RunningBroker("mosquitto", free_port(), tmp_path / "broker")
    broker.start()
    url = f"sqlite:///{tmp_path / 'central.sqlite'}"
    settings = {"http.port": "0", "broker.port": str(broker.port), "sip2.port": "0"}
    central = CentralProcess(central_command(url), tmp_path / "central.log", settings)
    central.start()
    try:
        told = run(Run(("127.0.0.1", broker.port), "main", 30, 3, 0.1, 60.0))
    finally:
        central.stop()
        broker.kill()
    assert (told["connected"], told["told"], told["acknowledged"], told["lost"]) == (30, 90, 90, 0)

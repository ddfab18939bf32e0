"""An order at the command line, and the running fleet that says it to a station until it has answered."""

from __future__ import annotations

import json
import queue
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kiosk.wire import key_id_of
from kiosk.wire.signing import own_key
from tests.fleet.contract import faults
from tests.fleet.house import FleetProcess, Teller
from tests.real_parts import PATIENCE_S, wait_until
from tests.uplink.conftest import RunningBroker


@pytest.fixture
def sending(broker: RunningBroker, keys: Path, tmp_path: Path) -> Iterator[FleetProcess]:
    """A fleet with keys, and two operators."""
    fleet = FleetProcess(
        f"sqlite:///{tmp_path / 'fleet.sqlite'}", broker.port, tmp_path / "fleet.log", {"keys": str(keys)}
    )
    fleet.account("ann")
    fleet.account("bob")
    fleet.start()
    yield fleet
    fleet.stop()


def ordered(client: httpx.Client, **fields: str) -> str:
    """The order's number."""
    told = sends(client, "/orders", **fields)
    assert told.status_code == 303, told.text
    return told.headers["location"].removeprefix("/orders/")


def sends(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    csrf = client.get("/alarms").text.split('name="csrf" value="')[1].split('"')[0]
    return client.post(path, data={"csrf": csrf, **fields})


def state(client: httpx.Client, order: str) -> str:
    return client.get(f"/orders/{order}").text.split('data-state="')[1].split('"')[0]


def heard_of(client: httpx.Client, station: str) -> None:
    """Wait until the fleet has heard of it: an order for nobody is refused."""
    wait_until(lambda: client.get(f"/station/main/{station}").status_code == 200, f"{station} is not on the page")


def test_a_message_is_ordered_on_the_page_signed_said_and_done(
    sending: FleetProcess, keys: Path, teller: Teller
) -> None:
    said: queue.Queue[bytes] = queue.Queue()
    teller.obeys("kiosk-1", said.put)
    teller.born("kiosk-1")
    ann = sending.signed_in("ann")
    heard_of(ann, "kiosk-1")
    order = ordered(ann, kind="message", stations="kiosk-1", minutes="120", **{"text-en": "Closed at noon"})
    payload = said.get(timeout=PATIENCE_S)
    assert faults("lk/v1/main/kiosk-1/down/command", payload) == []
    command = json.loads(payload)
    told = json.loads(command["data"])
    assert told["arguments"] == {"texts": {"en": "Closed at noon"}, "for_s": 7200}
    assert told["key"] == key_id_of(own_key(keys).public_key())
    assert command["signature"]
    assert state(ann, order) == "running"
    teller.done("kiosk-1", command["id"])
    wait_until(lambda: state(ann, order) == "finished", "the order does not end")


def test_a_station_cut_off_in_the_middle_of_a_roll_out_stops_it_and_a_killed_fleet_still_knows(
    sending: FleetProcess, teller: Teller
) -> None:
    said: queue.Queue[bytes] = queue.Queue()
    for number in range(1, 4):
        teller.obeys(f"kiosk-{number}", said.put)
        teller.born(f"kiosk-{number}")
        teller.health(f"kiosk-{number}")
    ann, bob = sending.signed_in("ann"), sending.signed_in("bob")
    heard_of(ann, "kiosk-3")
    settings = {"version": "7", "settings": "site = 'main'"}
    order = ordered(ann, kind="configure", stations="kiosk-1 kiosk-2 kiosk-3", **settings)
    assert sends(bob, f"/orders/{order}/agree").status_code == 303
    first = json.loads(said.get(timeout=PATIENCE_S))
    teller.result("kiosk-1", first["id"], "running")
    wait_until(lambda: ">running<" in bob.get(f"/orders/{order}").text, "the page does not tell that it runs")
    teller.gone("kiosk-1")  # it starts anew, which is no fault; what it says then is lost with the broker's session
    teller.born("kiosk-1", "b2")
    teller.health("kiosk-1", boot="b2", commands={first["id"]: "done"})
    wait_until(lambda: ">done<" in bob.get(f"/orders/{order}").text, "its heartbeat does not tell the result")
    assert state(bob, order) == "running"  # it is watched now
    teller.gone("kiosk-1", "b2")
    wait_until(lambda: state(bob, order) == "stopped", "the roll-out does not stop")
    sending.stop(signal.SIGKILL)
    sending.start()
    again = sending.signed_in("bob")
    assert state(again, order) == "stopped"
    assert "1 of 3 stations" in " ".join(again.get(f"/orders/{order}").text.split())
    assert said.empty()  # nobody else was told anything


def test_a_command_survives_a_broker_that_restarts_empty(
    sending: FleetProcess, broker: RunningBroker, teller: Teller
) -> None:
    said: queue.Queue[bytes] = queue.Queue()
    teller.born("kiosk-1")
    ann = sending.signed_in("ann")
    heard_of(ann, "kiosk-1")
    broker.kill()
    wait_until(lambda: ann.get("/health").status_code == 503, "the fleet does not see that the broker is away")
    order = ordered(ann, kind="rescan", stations="kiosk-1")
    broker.start()
    teller.obeys("kiosk-1", said.put)
    wait_until(lambda: ann.get("/health").status_code == 200, "the fleet does not come back")
    command = json.loads(said.get(timeout=PATIENCE_S))
    teller.done("kiosk-1", command["id"])
    wait_until(lambda: state(ann, order) == "finished", "the order does not end")
    assert ann.get("/station/main/kiosk-1").status_code == 200  # what is known of it did not go with the broker

"""Machines that no library has bought on purpose: one that floods, and two that have one name, on mosquitto."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.fleet.house import FleetProcess, Teller, birth
from tests.real_parts import PATIENCE_S, wait_until
from tests.uplink.conftest import RunningBroker


@contextmanager
def a_machine(port: int, name: str, boot: str) -> Iterator[list[str]]:
    """One that tells of its birth whenever the broker lets it in, under the client's name that a station has."""
    said: list[str] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"lk-main-{name}", protocol=mqtt.MQTTv5)
    client.reconnect_delay_set(1, 1)

    def born(one: mqtt.Client, *_: object) -> None:
        said.append(boot)
        one.publish(f"lk/v1/main/{name}/up/status", birth(name, boot), 1, retain=True)

    client.on_connect = born
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield said
    finally:
        client.disconnect()
        client.loop_stop()


def test_two_machines_with_one_name_are_seen_and_alarmed(
    fleet: FleetProcess, broker: RunningBroker, teller: Teller
) -> None:
    client = fleet.signed_in()
    with ExitStack() as both:
        for boot in ("b1", "b2"):  # the broker throws out the one for the other, by turns, for ever
            both.enter_context(a_machine(broker.port, "kiosk-1", boot))
        wait_until(lambda: "Two machines use this name" in client.get("/alarms").text, "no takeover is told")
    assert "Two machines with one name" in client.get("/exceptions").text
    page = client.get("/station/main/kiosk-1").text
    assert "Two machines with one name" in page


def test_a_flood_of_one_drowns_nobody_else(fleet: FleetProcess, broker: RunningBroker, teller: Teller) -> None:
    client = fleet.signed_in()
    with Teller(broker.port) as mad:
        for number in range(3_000):
            mad.soon("kiosk-9", temperature_c=40 + number % 9)
        teller.born("kiosk-2")
        teller.device("kiosk-2", "printer", "gone", "paper-out")
        wait_until(lambda: "Receipt printer is gone" in client.get("/rows").text, "the fault was not seen")
        wait_until(lambda: "Sends too much" in client.get("/exceptions").text, "the flood was not told")
        mad.settled(PATIENCE_S)
    wait_until(lambda: client.get("/health").status_code == 200)
    assert "kiosk-2" in client.get("/rows").text

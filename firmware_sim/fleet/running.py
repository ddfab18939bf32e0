"""Runs many stations on one thread: a selector over their sockets, and a clock for what is due."""

from __future__ import annotations

import secrets
import selectors
import statistics
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim.fleet.station import FleetStation, Told

BEAT_S = 0.02
KEEP_ALIVE_S = 60
MISC_S = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    broker: tuple[str, int]
    site: str
    kiosks: int
    facts: int
    every_s: float
    patience_s: float


@dataclass(slots=True)
class Client:
    """A station and its line."""

    station: FleetStation
    line: mqtt.Client
    up: bool = False
    next_fact_s: float = 0.0
    lost: int = field(default=0)

    def publish(self, told: list[Told]) -> None:
        for one in told:
            self.line.publish(one.topic, one.payload, qos=1, retain=one.retain)


def run(wanted: Run) -> dict[str, object]:
    """Until everything is acknowledged or the patience is over; counts, and milliseconds from made to acknowledged."""
    epoch = secrets.token_hex(8)
    selector = selectors.DefaultSelector()
    begun_s = time.monotonic()
    clients = [_connected(wanted, number, epoch, selector) for number in range(wanted.kiosks)]
    lines_s = time.monotonic() - begun_s
    last_fact_s = time.monotonic() + wanted.facts * wanted.every_s
    ends_s = last_fact_s + wanted.patience_s
    misc_s = 0.0
    while time.monotonic() < ends_s and not all(_is_done(client, wanted.facts) for client in clients):
        _turn(selector)
        now_s = time.monotonic()
        for client in clients:
            if client.up:
                _tell(client, wanted, now_s)
            if now_s >= misc_s:
                client.line.loop_misc()
        misc_s = now_s + MISC_S if now_s >= misc_s else misc_s
    took_s = time.monotonic() - begun_s
    summary = _summary(clients, lines_s, took_s)
    for client in clients:
        client.line.disconnect()
        client.line.loop_write()
    selector.close()
    return summary


def _connected(wanted: Run, number: int, epoch: str, selector: selectors.BaseSelector) -> Client:
    name = f"sim-{number + 1}"
    line = mqtt.Client(CallbackAPIVersion.VERSION2, f"{name}-{epoch}", protocol=mqtt.MQTTv5)
    client = Client(FleetStation(wanted.site, name, epoch), line)
    client.next_fact_s = time.monotonic() + wanted.every_s * number / wanted.kiosks  # not all in the same instant
    will = client.station.will()
    line.will_set(will.topic, will.payload, qos=1, retain=True)

    def connected(*_: object) -> None:
        client.line.subscribe(client.station.hears, 1)
        client.publish(client.station.born(datetime.now(UTC)))
        client.up = True

    def lost(*_: object) -> None:
        client.up, client.lost = False, client.lost + 1

    def heard(_: object, __: object, message: mqtt.MQTTMessage) -> None:
        client.station.heard(bytes(message.payload), time.monotonic())

    line.on_connect, line.on_disconnect, line.on_message = connected, lost, heard
    line.connect(*wanted.broker, keepalive=KEEP_ALIVE_S)
    selector.register(line.socket() or -1, selectors.EVENT_READ, client)
    return client


def _turn(selector: selectors.BaseSelector) -> None:
    for key, _ in selector.select(BEAT_S):
        client: Client = key.data
        client.line.loop_read()
        if client.line.socket() is None:
            selector.unregister(key.fileobj)


def _tell(client: Client, wanted: Run, now_s: float) -> None:
    if client.station.made < wanted.facts and now_s >= client.next_fact_s:
        client.station.made_one(now_s)
        client.next_fact_s = now_s + wanted.every_s
    client.publish(client.station.due(now_s, datetime.now(UTC)))
    if client.line.want_write():
        client.line.loop_write()


def _is_done(client: Client, facts: int) -> bool:
    return client.station.acked >= facts or (client.lost > 0 and not client.up)


def _summary(clients: list[Client], lines_s: float, took_s: float) -> dict[str, object]:
    waited = sorted(one * 1000 for client in clients for one in client.station.waited_s)
    told = sum(client.station.made for client in clients)
    summary: dict[str, object] = {
        "connected": sum(client.up for client in clients),
        "lost": sum(client.lost for client in clients),
        "told": told,
        "acknowledged": sum(client.station.acked for client in clients),
        "connecting_s": round(lines_s, 2),
        "took_s": round(took_s, 2),
        "facts_a_second": round(len(waited) / max(took_s - lines_s, 0.001), 1),
    }
    if len(waited) > 1:
        cuts = statistics.quantiles(waited, n=100)
        summary |= {"ms_p50": round(cuts[49], 1), "ms_p95": round(cuts[94], 1), "ms_most": round(waited[-1], 1)}
    return summary

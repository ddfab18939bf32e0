"""The fleet's line to the broker: paho's client and its thread, which only hands over what it hears."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from kiosk.settings.broker import BrokerSettings
from kiosk.wire import LARGEST_BYTES, Channel, MessageRefused, Station, every_station, parse_topic

KEEP_ALIVE_S = 10
CONNECT_S = 5.0
FIRST_DELAY_S, LONGEST_DELAY_S = 1, 30
MOST_UNSENT = 1_000
HEARD = (
    Channel.STATUS,
    Channel.HEALTH,
    Channel.DEVICE,
    Channel.ALARM,
    Channel.COUNT,
    Channel.RESULT,
    Channel.PICTURE,
    Channel.LOG,
)
"""Nothing that names a patron: the broker's ACL says the same (`kiosk.wire.acl`)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, and when it came."""

    station: Station
    channel: Channel
    payload: bytes
    at: datetime
    retained: bool = False


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The broker lets us hear, or is away."""

    up: bool
    at: datetime


class FleetLine:
    """One line for the life of the process. `report` is called on paho's thread and must neither wait nor raise."""

    def __init__(self, sites: tuple[str, ...], address: BrokerSettings, report: Callable[[Heard | LineChanged], None]):
        """Raises `OSError` where the password's file or the authority's cannot be read."""
        self._sites = sites
        self._address = address
        self._report = report
        self.up = False
        self.strange_topics = 0
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"lk-{sites[0]}-fleet", protocol=mqtt.MQTTv5)
        client.connect_timeout = CONNECT_S
        client.reconnect_delay_set(FIRST_DELAY_S, LONGEST_DELAY_S)
        client.max_queued_messages_set(MOST_UNSENT)
        client.username_pw_set(address.username, address.password())
        if address.tls:
            client.tls_set_context(address.trusted())
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    def start(self) -> None:
        """Begin to connect, and connect again for ever; returns at once."""
        asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho declares no types for it
        asked.MaximumPacketSize = 2 * LARGEST_BYTES
        self._client.connect_async(
            self._address.host, self._address.port, KEEP_ALIVE_S, clean_start=True, properties=asked
        )
        self._client.loop_start()

    def stop(self) -> None:
        """End the connection and paho's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, station: Station, channel: Channel, payload: bytes) -> bool:
        """Say it where the line is up, and whether it is; who needs an answer asks again."""
        if not self._client.is_connected():
            return False
        self._client.publish(station.topic(channel), payload, qos=1)
        return True

    def keep(self, topic: str, payload: bytes) -> bool:
        """Have the broker keep it, where the line is up, and whether it is. An empty payload takes it away."""
        if not self._client.is_connected():
            return False
        self._client.publish(topic, payload, qos=1, retain=True)
        return True

    def _on_connect(
        self, client: mqtt.Client, _: object, flags: mqtt.ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            log.error("the broker does not let us in: %s", code)
            return
        topics = [every_station(site, channel) for site in self._sites for channel in HEARD]
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in topics])

    def _on_subscribe(
        self, client: mqtt.Client, _: object, mid: int, codes: list[ReasonCode], properties: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            log.error("the broker does not let us hear the stations: its ACL needs a user of kind fleet (kiosk acl)")
            return
        log.info("connected to the broker")
        self.up = True
        self._report(LineChanged(True, datetime.now(UTC)))

    def _on_disconnect(
        self,
        client: mqtt.Client,
        _: object,
        flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self.up:
            log.warning("the connection to the broker ended: %s", code)
        self.up = False
        self._report(LineChanged(False, datetime.now(UTC)))

    def _on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        try:
            station, channel = parse_topic(message.topic)  # paho decodes the topic here
        except (UnicodeDecodeError, MessageRefused):
            self.strange_topics += 1
            return
        self._report(Heard(station, channel, bytes(message.payload), datetime.now(UTC), bool(message.retain)))


def _no_delay(client: mqtt.Client, _: object, opened: Any) -> None:  # paho gives a socket, or one wrapped in TLS
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

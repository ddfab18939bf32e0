"""The gate's second line to the broker: what central tells all gates, what kiosks tell central, and alarms at once.

The first one is the uplink that every station has. This one may miss something and may fail to tell something: facts
carry all of it again.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from kiosk.station.uplink_line import CONNECT_S, KEEP_ALIVE_S, LARGEST_PACKET, Address
from kiosk.wire import Channel, Station, all_stations, every_station
from kiosk.wire.signed_facts import PROPERTY

FIRST_DELAY_S, LONGEST_DELAY_S = 1, 30
MOST_UNSENT = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LineHeard:
    """A message, as it came."""

    topic: str
    payload: bytes
    signature: str | None = None
    """Of facts, as it was told beside them."""


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The broker lets us hear, or is away."""

    up: bool


class GateLine:
    """One line for the life of the process. `report` is called on paho's thread; it may wait, not raise."""

    def __init__(
        self,
        station: Station,
        address: Address,
        report: Callable[[LineHeard | LineChanged], None],
        *,
        counts_commands: bool = True,
    ) -> None:
        """`counts_commands`: hear commands, which a gate without a fleet refuses; with one the uplink hears them."""
        self._station = station
        self._counts_commands = counts_commands
        self._address = address
        self._report = report
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"lk-{station.site}-{station.station}-ear",
            protocol=mqtt.MQTTv5,
        )
        client.connect_timeout = CONNECT_S
        client.reconnect_delay_set(FIRST_DELAY_S, LONGEST_DELAY_S)
        client.max_queued_messages_set(MOST_UNSENT)
        client.username_pw_set(address.username, address.password)
        if address.tls is not None:
            client.tls_set_context(address.tls)
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    def start(self) -> None:
        """Begin to connect, and connect again for ever; returns at once."""
        asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho declares no types for it
        asked.MaximumPacketSize = LARGEST_PACKET
        self._client.connect_async(
            self._address.host, self._address.port, KEEP_ALIVE_S, clean_start=True, properties=asked
        )
        self._client.loop_start()

    def stop(self) -> None:
        """End the connection and paho's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def tell(self, channel: Channel, payload: bytes) -> None:
        """Publish where the line is up."""
        if self._client.is_connected():
            self._client.publish(self._station.topic(channel), payload, qos=1)

    def _on_connect(
        self, client: mqtt.Client, _: object, flags: mqtt.ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            log.error("the broker does not let us in: %s", code)
            return
        everybody = all_stations(self._station.site)
        topics = [everybody.topic(Channel.POLICY), everybody.topic(Channel.LEDGER)]
        topics.append(every_station(self._station.site, Channel.FACTS))
        if self._counts_commands:
            topics.append(self._station.topic(Channel.COMMAND))
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in topics])

    def _on_subscribe(
        self, client: mqtt.Client, _: object, mid: int, codes: list[ReasonCode], properties: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            log.error("the broker does not let us hear central and the kiosks: the gate's user needs to read them")
        self._report(LineChanged(not any(code.is_failure for code in codes)))

    def _on_disconnect(
        self,
        client: mqtt.Client,
        _: object,
        flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._report(LineChanged(False))

    def _on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic  # paho decodes it here
        except UnicodeDecodeError:
            return
        told = getattr(message.properties, "UserProperty", ())  # paho has the attribute where there is one
        signature = next((value for name, value in told if name == PROPERTY), None)
        self._report(LineHeard(topic, bytes(message.payload), signature))


def _no_delay(client: mqtt.Client, _: object, opened: Any) -> None:  # paho gives a socket, or one wrapped in TLS
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

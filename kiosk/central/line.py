"""Central's line to the broker: paho's client and its thread, which only hands over what it hears.

It connects, and connects again, for ever; a broker that is not there yet is no reason not to start.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from kiosk.central.messages import Heard, LineUp, Strange, Telling
from kiosk.central.settings import SharedBroker
from kiosk.wire import LARGEST_BYTES, Channel, MessageRefused, every_station, parse_topic

KEEP_ALIVE_S = 10
CONNECT_S = 5.0
FIRST_DELAY_S, LONGEST_DELAY_S = 1, 30
"""paho doubles its waits from the one to the other, and begins anew after each connection."""
ANSWER_EXPIRY_S = 10
MOST_UNSENT = 10_000
"""Messages on their way to the broker. More are dropped, and asked for again."""
LARGEST_PACKET = 2 * LARGEST_BYTES
STEADY_S = 20.0
SHORT_LIVES = 3
"""So many connections lost within `STEADY_S`, and the operator is told: another central may use our name."""
SHARED = (Channel.FACTS, Channel.ASK, Channel.HEALTH)
"""Divided between central processes where they share; status is retained, and shared subscriptions never hear what is
retained (MQTT 5.0, 4.8.2), so that every process hears it."""

log = logging.getLogger(__name__)


class Line:
    """One line for the life of the process. `report` is called on paho's thread and must neither wait nor raise."""

    def __init__(self, site: str, settings: SharedBroker, report: Callable[[Heard | Strange | LineUp], None]) -> None:
        self._site = site
        self._settings = settings
        self._report = report
        self._up_s: float | None = None
        self._short_lives = 0
        self._away_told = False
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=_client_id(site, settings), protocol=mqtt.MQTTv5)
        client.connect_timeout = CONNECT_S
        client.reconnect_delay_set(FIRST_DELAY_S, LONGEST_DELAY_S)
        client.max_queued_messages_set(MOST_UNSENT)
        client.username_pw_set(settings.username, settings.password())
        if settings.tls:
            client.tls_set_context(settings.trusted())
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    @property
    def up(self) -> bool:
        """Connected and subscribed."""
        return self._up_s is not None

    def open(self) -> None:
        """Begin to connect; returns at once."""
        asked = _properties(PacketTypes.CONNECT)
        asked.MaximumPacketSize = LARGEST_PACKET  # the broker keeps larger ones from us: MQTT 5.0, 3.1.2.11.4
        self._client.connect_async(
            self._settings.host, self._settings.port, KEEP_ALIVE_S, clean_start=True, properties=asked
        )
        self._client.loop_start()

    def close(self) -> None:
        """End the connection and paho's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def tell(self, telling: Telling) -> None:
        """Publish, where the line is up; a station that misses it asks or tells again."""
        if not self._client.is_connected():
            return
        properties = None
        if telling.ask is not None:
            properties = _properties(PacketTypes.PUBLISH)
            properties.CorrelationData = telling.ask.encode()
            properties.MessageExpiryInterval = ANSWER_EXPIRY_S
        topic, lasts = telling.station.topic(telling.channel), telling.channel is Channel.POLICY
        self._client.publish(topic, telling.payload, qos=1, retain=lasts, properties=properties)

    def _on_connect(
        self, client: mqtt.Client, _: object, flags: mqtt.ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            log.error("the broker does not let us in: %s", code)
            return
        group = self._settings.share_group
        topics = [
            f"$share/{group}/{topic}" if group and channel in SHARED else topic
            for channel in (Channel.STATUS, *SHARED)
            for topic in (every_station(self._site, channel),)
        ]
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in topics])

    def _on_connect_fail(self, client: mqtt.Client, _: object) -> None:
        if not self._away_told:
            why = ", or its certificate is not believed" if self._settings.tls else ""
            where = (self._settings.host, self._settings.port, why)
            log.warning("no broker at %s:%d%s; trying again and again", *where)
            self._away_told = True

    def _on_subscribe(
        self, client: mqtt.Client, _: object, mid: int, codes: list[ReasonCode], properties: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            log.error("the broker does not let us hear the stations: %s", ", ".join(map(str, codes)))
            return
        log.info("connected to the broker")
        self._up_s, self._away_told = time.monotonic(), False
        self._report(LineUp())

    def _on_disconnect(
        self,
        client: mqtt.Client,
        _: object,
        flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self._up_s is not None and code.is_failure:
            log.warning("the connection to the broker ended: %s", code)
            steady = time.monotonic() - self._up_s >= STEADY_S
            self._short_lives = 0 if steady else self._short_lives + 1
            if self._short_lives == SHORT_LIVES:
                log.error("the broker ended %d connections at once: does another central run?", SHORT_LIVES)
        self._up_s = None

    def _on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        at = datetime.now(UTC)
        payload = bytes(message.payload)
        try:
            topic = message.topic  # paho decodes it here
            station, channel = parse_topic(topic)
        except UnicodeDecodeError:
            self._report(Strange("(a topic that is not UTF-8)", payload, at))
        except MessageRefused:
            self._report(Strange(topic, payload, at))
        else:
            self._report(Heard(station, channel, payload, at, bool(message.retain), _correlation(message)))


def _client_id(site: str, settings: SharedBroker) -> str:
    """One name for the one central; where several share the work, each has its own."""
    own = f"-{socket.gethostname()[:32]}-{os.getpid()}" if settings.share_group else ""
    return f"lk-{site}-central{own}"


def _no_delay(client: mqtt.Client, _: object, opened: Any) -> None:  # paho gives a socket, or one wrapped in TLS
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _correlation(message: mqtt.MQTTMessage) -> bytes:
    told: bytes = getattr(message.properties, "CorrelationData", b"")
    return told


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho declares no types for it

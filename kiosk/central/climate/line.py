"""The line to the broker that the sensors speak to: it listens, and says nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from kiosk.settings.broker import BrokerSettings

KEEP_ALIVE_S = 30
CONNECT_S = 5.0
FIRST_DELAY_S, LONGEST_DELAY_S = 1, 30

log = logging.getLogger(__name__)

Hears = Callable[[str, bytes, bool, datetime], None]
"""Topic, payload, whether it is a retained one, and when it came. Called on paho's thread: it must not wait."""


class SensorLine:
    """One line for the life of the process; a broker that is away is tried again for ever."""

    def __init__(self, site: str, settings: BrokerSettings, topics: tuple[str, ...], hears: Hears) -> None:
        self._settings = settings
        self._topics = topics
        self._hears = hears
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"lk-{site}-climate", protocol=mqtt.MQTTv5)
        client.connect_timeout = CONNECT_S
        client.reconnect_delay_set(FIRST_DELAY_S, LONGEST_DELAY_S)
        client.username_pw_set(settings.username, settings.password())
        if settings.tls:
            client.tls_set_context(settings.trusted())
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        self._client = client

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._client.connect_async(self._settings.host, self._settings.port, KEEP_ALIVE_S, clean_start=True)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: mqtt.Client, _: object, flags: mqtt.ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            log.error("the broker does not let the climate's line in: %s", code)
            return
        client.subscribe([(topic, SubscribeOptions(qos=0)) for topic in self._topics])

    def _on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic  # paho decodes it here
        except UnicodeDecodeError:
            return
        self._hears(topic, bytes(message.payload), bool(message.retain), datetime.now(UTC))

"""What goes over the broker, for the technician: the bench subscribes to everything and keeps the last messages."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from itertools import islice

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware_sim.changes import Changes, What

KEPT = 500
LONGEST_SHOWN = 16_384
"""Bytes of a payload that are kept."""
EVERYTHING = "#"
KEEP_ALIVE_S = 20
SOONEST_S, LATEST_S = 1, 15
"""Between attempts to reach a broker that is away."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `text` is its payload, cut where it is long; hex digits, and `is_hex`, where it is no UTF-8."""

    number: int
    time_s: float
    topic: str
    qos: int
    retain: bool
    size: int
    text: str
    is_hex: bool


class MessageLog:
    """Connected to a broker (host and port) as long as it runs, as far as there is one."""

    def __init__(self, address: tuple[str, int], changes: Changes) -> None:
        self._host, self._port = address
        self._changes = changes
        self._lock = threading.Lock()
        self._messages: deque[Message] = deque(maxlen=KEPT)
        self._count = 0
        self._began_s = time.monotonic()
        self.connected = False
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.reconnect_delay_set(SOONEST_S, LATEST_S)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    def start(self) -> None:
        """Begin to listen, whether there is a broker yet or not."""
        self._client.connect_async(self._host, self._port, KEEP_ALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def why(self) -> str:
        """Why nothing comes, where that is so."""
        return "" if self.connected else f"no broker answers on {self._host}:{self._port}; it is tried again by itself"

    def since(self, number: int) -> list[dict[str, object]]:
        """Messages above this number that are still kept, oldest first."""
        with self._lock:
            new = min(max(0, self._count - number), len(self._messages))
            found = list(islice(reversed(self._messages), new))
        return [asdict(one) for one in reversed(found)]

    def _on_connect(
        self, client: mqtt.Client, data: object, flags: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self.connected = not reason.is_failure
        client.subscribe(EVERYTHING, qos=1)
        self._changes.tell(What.MESSAGES)

    def _on_disconnect(
        self, client: mqtt.Client, data: object, flags: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self.connected = False
        self._changes.tell(What.MESSAGES)

    def _on_message(self, client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
        shown = message.payload[:LONGEST_SHOWN]
        try:
            text, is_hex = shown.decode(errors="strict" if len(shown) == len(message.payload) else "ignore"), False
        except UnicodeDecodeError:
            text, is_hex = shown.hex().upper(), True
        with self._lock:
            self._count += 1
            now_s = round(time.monotonic() - self._began_s, 3)
            size = len(message.payload)
            self._messages.append(
                Message(self._count, now_s, message.topic, message.qos, message.retain, size, text, is_hex)
            )
        self._changes.tell(What.MESSAGES)

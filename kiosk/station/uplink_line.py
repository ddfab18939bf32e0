"""One life of one MQTT connection: paho's client and its thread, from connecting to the loss.

Callbacks run on paho's thread and do nothing but hand over; nothing they do can raise and end that thread.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from kiosk.model.ids import AskId
from kiosk.wire import LARGEST_BYTES, Channel, Station, all_stations
from kiosk.wire.signed_facts import PROPERTY, sign_facts

KEEP_ALIVE_S = 10
"""A half-open connection is noticed within one and a half of it."""
CONNECT_S = 5.0
ASK_EXPIRY_S = 10
EXPIRY_S = {Channel.HEALTH: 90, Channel.DEVICE: 86_400, Channel.RESULT: 3_600, Channel.PICTURE: 10, Channel.LOG: 600}
"""How long a broker may keep what nobody has taken yet."""
AT_MOST_ONCE = frozenset({Channel.HEALTH, Channel.PICTURE})
TAKEN_OVER = 142
"""MQTT 5.0, table 2-6, 0x8E: session taken over."""
LARGEST_PACKET = 2 * LARGEST_BYTES


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is and who we are to it."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: ssl.SSLContext | None = None
    """Whose certificate is believed; None: the line is in clear."""


@dataclass(frozen=True, slots=True)
class LineUp:
    """Connected, and subscribed to what central says."""


@dataclass(frozen=True, slots=True)
class LineLost:
    """Connecting failed, or the connection ended. `operator` is set where somebody has to look."""

    reason: str
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A message on one of our topics."""

    topic: str
    payload: bytes


LineEvent = LineUp | LineLost | Heard


class Line:
    """Tries once to connect; reports `LineUp`, then `Heard`s, and `LineLost` at the end. A new try is a new `Line`."""

    def __init__(
        self,
        station: Station,
        address: Address,
        will: bytes,
        report: Callable[[Line, LineEvent], None],
        *,
        hears_commands: bool = False,
        key: Ed25519PrivateKey | None = None,
    ) -> None:
        """`key` signs what is told as facts."""
        self._station = station
        self._key = key
        self._hears_commands = hears_commands
        self._address = address
        self._report = report
        self._lost = threading.Event()
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"lk-{station.site}-{station.station}",
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        client.username_pw_set(address.username, address.password)
        if address.tls is not None:
            client.tls_set_context(address.tls)
        client.will_set(station.topic(Channel.STATUS), will, qos=1, retain=True)
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client
        self._connector = threading.Thread(target=self._connect, name="uplink-connect", daemon=True)

    def open(self) -> None:
        """Begin; returns at once."""
        self._connector.start()

    def close(self, farewell: bytes | None) -> None:
        """End the connection and both threads. `farewell` is left on the status topic when the line is up."""
        self._connector.join()
        if farewell is not None and not self._lost.is_set() and self._client.is_connected():
            told = self._client.publish(self._station.topic(Channel.STATUS), farewell, qos=1, retain=True)
            if told.rc == mqtt.MQTT_ERR_SUCCESS:
                told.wait_for_publish(CONNECT_S)
        self._lost.set()
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, channel: Channel, payload: bytes, ask: AskId | None = None) -> None:
        """Hand a message to paho. Dropped when the connection is gone, which `LineLost` then tells."""
        properties = None
        if ask is not None:
            properties = _properties(PacketTypes.PUBLISH)
            properties.ResponseTopic = self._station.topic(Channel.ANSWER)
            properties.CorrelationData = ask.encode()
            properties.MessageExpiryInterval = ASK_EXPIRY_S
        elif channel in EXPIRY_S:
            properties = _properties(PacketTypes.PUBLISH)
            properties.MessageExpiryInterval = EXPIRY_S[channel]
        elif channel is Channel.FACTS and self._key is not None:
            properties = _properties(PacketTypes.PUBLISH)
            signature = sign_facts(self._key, self._station.topic(channel), payload)
            properties.UserProperty = (PROPERTY, signature)
        if self._client.is_connected():
            qos = 0 if channel in AT_MOST_ONCE else 1
            self._client.publish(
                self._station.topic(channel), payload, qos, retain=channel is Channel.STATUS, properties=properties
            )

    def _connect(self) -> None:
        asked = _properties(PacketTypes.CONNECT)
        asked.MaximumPacketSize = LARGEST_PACKET  # the broker keeps larger ones from us: MQTT 5.0, 3.1.2.11.4
        try:
            self._client.connect(
                self._address.host, self._address.port, KEEP_ALIVE_S, clean_start=True, properties=asked
            )
        except (OSError, ValueError) as failure:
            refused = isinstance(failure, ssl.SSLCertVerificationError)
            self._end(LineLost(f"no broker at {self._address.host}:{self._address.port}: {failure}", operator=refused))
            return
        self._client.loop_start()

    def _on_connect(
        self, client: mqtt.Client, _: object, flags: mqtt.ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            self._end(LineLost(f"the broker does not let us in: {code}", operator=True))
            return
        topics = [self._station.topic(Channel.ACK), self._station.topic(Channel.ANSWER)]
        topics.append(all_stations(self._station.site).topic(Channel.POLICY))
        if self._hears_commands:
            topics.append(self._station.topic(Channel.COMMAND))
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in topics])

    def _on_subscribe(
        self, client: mqtt.Client, _: object, mid: int, codes: list[ReasonCode], properties: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            self._end(LineLost("the broker does not let us hear central", operator=True))
        else:
            self._report(self, LineUp())

    def _on_disconnect(
        self,
        client: mqtt.Client,
        _: object,
        flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if flags.is_disconnect_packet_from_server and code.value == TAKEN_OVER:
            self._end(LineLost("another client uses this station's name at the broker", operator=True))
        else:
            self._end(LineLost(f"the connection to the broker ended: {code}"))

    def _on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        self._report(self, Heard(message.topic, bytes(message.payload)))

    def _end(self, lost: LineLost) -> None:
        if not self._lost.is_set():
            self._lost.set()
            self._report(self, lost)


def _no_delay(client: mqtt.Client, _: object, opened: Any) -> None:  # paho gives a socket, or one wrapped in TLS
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho declares no types for it

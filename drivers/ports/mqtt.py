"""The thread between a broker and a driver core that speaks in messages: the pump (`drivers.ports.pump`) for MQTT.

paho's client is driven from here, without a thread of its own. Orders are published with QoS 0 and never retained: what
did not arrive is told again by the core, and an order that waits in a broker would switch a lamp an hour later.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.errors import PortGone
from drivers.messages import Message, MessageConversation
from drivers.ports.driver_thread import Command, DriverThread, Event
from drivers.ports.reopening import Reopening

KEEP_ALIVE_S = 10
CONNECT_S = 3.0
LONGEST_WAIT_S = 1.0
"""paho wants to look after its keep-alive so often."""
LARGEST_PAYLOAD = 4_096
"""Longer messages are none of a signal board's."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who we are to it."""

    host: str
    port: int = 1_883
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class MqttPump(DriverThread[Event, Command]):
    """Drives one core behind one broker on a thread of its own. `stop` leaves outputs as they are."""

    def __init__(
        self,
        core: MessageConversation[Event, Command],
        broker: Broker,
        deliver: Callable[[Event], None],
        *,
        name: str = "mqtt",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(core, deliver, name=name, clock=clock)
        self._core = core
        self._broker = broker
        self._ready = False
        """Connected and subscribed."""
        self._lost = ""
        """Why paho's callbacks found the connection useless."""

    def _run(self) -> None:
        reopening = Reopening()
        while not self._stopping.is_set():
            client = self._new_client()
            try:
                self._connect(client)
                reopening.opened(self._clock())
                self._tell(self._core.line_opened(self._clock()))
                self._converse(client)
            except PortGone as gone:
                self._tell(self._core.line_lost(str(gone), self._clock()))
                self._pause(reopening.lost(self._clock()), self._core.tick)
            finally:
                client.disconnect()

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, clean_session=True, protocol=mqtt.MQTTv311)
        client.connect_timeout = CONNECT_S
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _connect(self, client: mqtt.Client) -> None:
        """Until the broker has taken our subscriptions. Raises `PortGone`."""
        self._ready, self._lost = False, ""
        try:
            client.connect(self._broker.host, self._broker.port, KEEP_ALIVE_S)
        except (OSError, UnicodeError) as trouble:  # a name that is none, such as 10.0..1, is a UnicodeError
            raise PortGone(f"{self._named()} cannot be reached: {trouble}") from None
        end_s = self._clock() + CONNECT_S
        while not self._ready and not self._stopping.is_set():
            left_s = end_s - self._clock()
            if left_s <= 0:
                raise PortGone(f"{self._named()} does not answer")
            self._serve(client, left_s)
            self._take_orders()

    def _converse(self, client: mqtt.Client) -> None:
        while not self._stopping.is_set():
            for message in self._core.take_outgoing():
                client.publish(message.topic, message.payload, qos=0, retain=False)
            self._serve(client, self._wait_s())
            self._take_orders()
            due_s = self._core.due_s()
            if due_s is not None and due_s <= self._clock():
                self._tell(self._core.tick(self._clock()))

    def _serve(self, client: mqtt.Client, wait_s: float) -> None:
        """Let paho read and write once. Raises `PortGone`."""
        line = client.socket()
        if line is None:
            raise PortGone(f"{self._named()} closed the connection")
        at = line.fileno()
        writes = [at] if client.want_write() else []
        readable, writable, _ = select.select([at, self._orders.fileno()], writes, [], min(wait_s, LONGEST_WAIT_S))
        outcomes = [client.loop_read()] if at in readable else []
        if writable:
            outcomes.append(client.loop_write())
        outcomes.append(client.loop_misc())
        failed = [code for code in outcomes if code != MQTTErrorCode.MQTT_ERR_SUCCESS]
        if self._lost:
            raise PortGone(self._lost)
        if failed:
            raise PortGone(f"connection to {self._named()} ended: {mqtt.error_string(failed[0])}")

    def _on_connect(
        self, client: mqtt.Client, _: object, flags: mqtt.ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            self._lost = f"{self._named()} does not let us in: {code}"
        else:
            client.subscribe([(topic, 0) for topic in self._core.subscriptions])

    def _on_subscribe(
        self, client: mqtt.Client, _: object, mid: int, codes: list[ReasonCode], properties: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            self._lost = f"{self._named()} does not let us hear the board: its access list says no"
        self._ready = True

    def _on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        if len(message.payload) > LARGEST_PAYLOAD:
            return
        try:
            topic = message.topic  # paho decodes it here
        except UnicodeDecodeError:
            return
        told = Message(topic, bytes(message.payload), bool(message.retain))
        self._tell(self._core.receive(told, self._clock()))

    def _wait_s(self) -> float:
        due_s = self._core.due_s()
        return LONGEST_WAIT_S if due_s is None else max(0.0, due_s - self._clock())

    def _named(self) -> str:
        return f"mqtt://{self._broker.host}:{self._broker.port}"

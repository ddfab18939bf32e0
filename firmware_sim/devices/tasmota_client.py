"""A Tasmota board on a broker: an MQTT client of its own, whose firmware is `tasmota.TasmotaFirmware`.

Sources: as there; topics are the usual `%prefix%/%topic%/` (tasmota.github.io/docs, "MQTT", FullTopic).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import assert_never

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim.devices.tasmota import Publication, TasmotaFirmware
from firmware_sim.faults.words import TasmotaFault

KEEPALIVE_S = 30
"""As the firmware's `Status 6` shows."""
RETRY_S = 1
"""Between attempts to reach the broker; the firmware waits ten seconds or more."""
MOST_WAITING = 256
"""Messages that are not done yet; more are lost, as in a small machine."""


class TasmotaBoard:
    """One board. `start` and `stop` once each; everything else may be called from any thread."""

    def __init__(self, host: str, port: int, topic: str, *, relays: int = 1) -> None:
        """`topic`: the board's own name in its topics, like `lamp`."""
        self._address = (host, port)
        self._topic = topic
        self._firmware = TasmotaFirmware(relays)
        self._lock = threading.Lock()
        self._fault = TasmotaFault.NONE
        self._heard: queue.Queue[tuple[str, str] | None] = queue.Queue(MOST_WAITING)
        self._client: mqtt.Client | None = None
        self._subscribed = threading.Event()
        self.switched_now: Callable[[], None] = lambda: None
        """Called when a relay may have opened or closed."""
        self._taken = 0
        self._done = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"tasmota {topic}", daemon=True)

    @property
    def relays(self) -> tuple[bool, ...]:
        """Which relays are closed, the first one first."""
        with self._lock:
            return self._firmware.relays

    def start(self) -> None:
        """Plug it in; it looks for its broker for as long as it takes."""
        self._thread.start()
        self._plug_in()

    def stop(self) -> None:
        """Switch it off for good; its last will says so."""
        self._stopping = True
        self._pull_out()
        self._wake()
        self._thread.join()

    def wait_online(self, timeout_s: float) -> bool:
        """Wait until it takes commands; False if it does not within the time."""
        return self._subscribed.wait(timeout_s)

    def wait_taken(self, commands: int, timeout_s: float) -> bool:
        """Wait until it has dealt with so many commands since it was made, obeyed or not; False if it has not."""
        with self._done:
            return self._done.wait_for(lambda: self._taken >= commands, timeout_s)

    def set_fault(self, fault: TasmotaFault) -> None:
        """Have this fault instead of any other."""
        before, self._fault = self._fault, fault
        if fault is before:
            return
        match fault:
            case TasmotaFault.UNPLUG:
                self._pull_out()
                with self._lock:
                    self._firmware.lose_power()
                self.switched_now()
            case TasmotaFault.NONE | TasmotaFault.SILENT | TasmotaFault.DEAF:
                if before is TasmotaFault.UNPLUG:
                    self._plug_in()
            case _:
                assert_never(fault)

    def _plug_in(self) -> None:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"DVES_{self._topic}")
        client.will_set(f"tele/{self._topic}/LWT", "Offline", qos=1, retain=True)
        client.reconnect_delay_set(RETRY_S, RETRY_S)
        client.on_connect = lambda c, *_: self._connected(c)
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_disconnect = lambda *_: self._subscribed.clear()
        client.on_message = lambda _, __, message: self._take(message)
        client.connect_async(*self._address, keepalive=KEEPALIVE_S)
        client.loop_start()
        self._client = client

    def _pull_out(self) -> None:
        """End its connection as a power cut does: without a word, so that the broker tells its will."""
        client, self._client = self._client, None
        if client is None:
            return
        client.loop_stop()
        line = client.socket()
        if line is not None:
            line.close()
        self._subscribed.clear()

    def _connected(self, client: mqtt.Client) -> None:
        client.subscribe(f"cmnd/{self._topic}/#")
        with self._lock:
            told = self._firmware.online()
        self._publish(client, told)

    def _take(self, message: mqtt.MQTTMessage) -> None:
        name = message.topic.removeprefix(f"cmnd/{self._topic}/")
        try:
            self._heard.put_nowait((name, message.payload.decode("utf-8", "replace")))
        except queue.Full:
            return

    def _wake(self) -> None:
        try:
            self._heard.put_nowait(None)
        except queue.Full:
            # Then the thread is awake.
            return

    def _run(self) -> None:
        while not self._stopping:
            with self._lock:
                due_s = self._firmware.due_s()
            try:
                heard = self._heard.get(timeout=None if due_s is None else max(0.0, due_s - time.monotonic()))
            except queue.Empty:
                heard = None
            now_s = time.monotonic()
            with self._lock:
                told = self._firmware.tick(now_s)
                if heard is not None and self._fault is not TasmotaFault.DEAF:
                    told += self._firmware.command(*heard, now_s)
            if told:
                self.switched_now()
            client = self._client
            if client is not None and self._fault is not TasmotaFault.SILENT:
                self._publish(client, told)
            if heard is not None:
                with self._done:
                    self._taken += 1
                    self._done.notify_all()

    def _publish(self, client: mqtt.Client, told: list[Publication]) -> None:
        for one in told:
            client.publish(f"{one.prefix}/{self._topic}/{one.name}", one.payload, retain=one.retained)

"""A simulated device on a real line, a driver on the other end, and noise of the tests' own between them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from firmware_sim.devices.device import Device
from firmware_sim.lines.line import Line
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.lines.pseudo_terminal import PseudoTerminal
from firmware_sim.lines.tcp import TcpListener
from firmware_sim.lines.wire_log import WireLog
from tests.real_parts import PATIENCE_S

Event = TypeVar("Event")


class Noisy:
    """A device behind a bad cable: each byte, both ways, may have a bit turned or be lost."""

    def __init__(self, device: Device, rate: float, seed: int) -> None:
        self._device = device
        self.rate = rate
        self._random = random.Random(seed)
        self.spoilt = 0
        self.host_came = threading.Event()

    def receive(self, data: bytes, now_s: float) -> None:
        self._device.receive(self._spoil(data), now_s)

    def tick(self, now_s: float) -> None:
        self._device.tick(now_s)

    def due_s(self) -> float | None:
        return self._device.due_s()

    def take_outgoing(self) -> bytes:
        return self._spoil(self._device.take_outgoing())

    def connected(self, now_s: float) -> None:
        self.host_came.set()
        self._device.connected(now_s)

    def _spoil(self, data: bytes) -> bytes:
        spoilt = bytearray()
        for byte in data:
            if self._random.random() >= self.rate:
                spoilt.append(byte)
                continue
            self.spoilt += 1
            if self._random.random() < 0.7:
                spoilt.append(byte ^ (1 << self._random.randrange(8)))
        return bytes(spoilt)


@contextmanager
def on_a_pty(device: Device, path: Path, baud: int, frame: Frame, lock: threading.Lock) -> Iterator[Line]:
    """The device at `path`, its bytes at the wire's own speed."""
    line = Line(
        "device",
        device,
        lock,
        PseudoTerminal(path, baud),
        byte_time_s(baud, frame),
        WireLog(time.monotonic),
        time.monotonic,
    )
    line.start()
    try:
        yield line
    finally:
        line.stop()


@contextmanager
def on_a_socket(device: Device, path: Path, lock: threading.Lock) -> Iterator[Line]:
    """The device on a free port of loopback: `line.address`."""
    line = Line("device", device, lock, TcpListener(path), 0.0, WireLog(time.monotonic), time.monotonic)
    line.start()
    try:
        yield line
    finally:
        line.stop()


class Heard(Generic[Event]):
    """What a driver has told, as its thread tells it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._told = threading.Condition()

    def deliver(self, event: Event) -> None:
        with self._told:
            self.events.append(event)
            self._told.notify_all()

    def await_(self, holds: Callable[[list[Event]], bool]) -> list[Event]:
        """Everything told, as soon as `holds` is true of it; fails the test when that takes too long."""
        with self._told:
            assert self._told.wait_for(lambda: holds(self.events), PATIENCE_S), self.events
            return list(self.events)

    def forget(self) -> None:
        with self._told:
            self.events.clear()

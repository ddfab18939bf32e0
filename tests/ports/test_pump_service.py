"""A core behind a service hears that the service went; another hears of its port."""

from __future__ import annotations

import queue

import pytest

from drivers.errors import PortGone, ServiceDown
from drivers.ports.pump import Pump

WAIT_S = 5.0


class Core:
    """Tells what it hears of its port."""

    def receive(self, data: bytes, now_s: float) -> list[str]:
        return []

    def submit(self, command: str, now_s: float) -> None: ...

    def tick(self, now_s: float) -> list[str]:
        return []

    def due_s(self) -> float | None:
        return None

    def take_outgoing(self) -> bytes:
        return b""

    def port_opened(self, now_s: float) -> list[str]:
        return ["opened"]

    def port_lost(self, reason: str, now_s: float) -> list[str]:
        return [f"port: {reason}"]


class CoreBehindService(Core):
    """And of the service before it."""

    def service_lost(self, reason: str, now_s: float) -> list[str]:
        return [f"service: {reason}"]


class NeverThere:
    """A port that cannot be opened."""

    def __init__(self, why: PortGone) -> None:
        self._why = why

    def open(self) -> None:
        raise self._why

    def fileno(self) -> int:
        raise self._why

    def read(self) -> bytes:
        raise self._why

    def write(self, data: bytes) -> int:
        raise self._why

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("core", "why", "told"),
    [
        (CoreBehindService(), ServiceDown("no pcscd"), "service: no pcscd"),
        (CoreBehindService(), PortGone("no reader"), "port: no reader"),
        (Core(), ServiceDown("no pcscd"), "port: no pcscd"),
    ],
)
def test_what_went_is_told_to_a_core_that_can_hear_it(core: Core, why: PortGone, told: str) -> None:
    said: queue.Queue[str] = queue.Queue()
    pump = Pump[str, str](core, NeverThere(why), said.put)
    pump.start()
    assert said.get(timeout=WAIT_S) == told
    pump.stop()

"""A notifying gate over a real connection: pump, listening port and core together."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator

import pytest

from drivers.gates.feig.notifying import FeigNotifyingGate
from drivers.gates.feig.settings import Acknowledge, NotifyingSettings
from drivers.gates.protocol import GateCommand, GateEvent, PeopleCounted, Stored, TagPassed
from drivers.health import Recovered
from drivers.ports.listening import ListeningPort
from drivers.ports.pump import Pump

WAIT_S = 10.0
ONE_BOOK = bytes.fromhex("1b0022003100010012030008e0040150123456780e1e1f4001b30c")
PEOPLE = bytes.fromhex("170077000000000c00000009000000000000000001a4a5")
ACKNOWLEDGE, ACKNOWLEDGED = bytes.fromhex("05ff32dfed"), bytes.fromhex("06003200a9cd")


class Controller:
    """Whoever hears the gate."""

    def __init__(self, port: int) -> None:
        self._events: queue.Queue[GateEvent] = queue.Queue()
        core = FeigNotifyingGate(NotifyingSettings(None, Acknowledge.AFTER_STORED))
        self.pump: Pump[GateEvent, GateCommand] = Pump(core, ListeningPort("127.0.0.1", port), self._events.put)
        self.pump.start()

    def hears(self, kind: type[GateEvent]) -> GateEvent:
        while not isinstance(event := self._events.get(timeout=WAIT_S), kind):
            pass
        return event

    def has_heard_nothing_more(self) -> bool:
        return self._events.empty()


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        number = holder.getsockname()[1]
        assert isinstance(number, int)
        return number


@pytest.fixture
def controller(port: int) -> Iterator[Controller]:
    made = Controller(port)
    yield made
    made.pump.stop()


def calls(port: int) -> socket.socket:
    """The reader connects; it tries again until the controller listens."""
    for _ in range(1_000):
        try:
            reader = socket.create_connection(("127.0.0.1", port), WAIT_S)
        except ConnectionRefusedError:
            continue
        reader.settimeout(WAIT_S)
        return reader
    raise AssertionError("nobody listens")


def test_a_book_is_acknowledged_when_it_is_stored_and_its_repetition_at_once(controller: Controller, port: int) -> None:
    with calls(port) as reader:
        reader.sendall(ONE_BOOK[:11])
        reader.sendall(ONE_BOOK[11:])
        assert isinstance(controller.hears(Recovered), Recovered)
        tag = controller.hears(TagPassed)
        assert isinstance(tag, TagPassed)
        controller.pump.submit(Stored(tag.number))
        assert reader.recv(100) == ACKNOWLEDGE
    with calls(port) as reader:
        reader.sendall(ONE_BOOK)
        assert reader.recv(100) == ACKNOWLEDGE
        reader.sendall(ACKNOWLEDGED + PEOPLE)
        assert controller.hears(PeopleCounted) == PeopleCounted((12, 9, 0, 0), unit=1)
        assert controller.has_heard_nothing_more()

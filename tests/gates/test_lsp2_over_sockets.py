"""An LSP2 gate over a real connection: a stream out of step is closed, and the next one is read."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator

import pytest

from drivers.gates.lsp2.core import Lsp2Gate
from drivers.gates.lsp2.settings import Lsp2Settings
from drivers.gates.protocol import ClockRead, GateCommand, GateEvent, TagPassed
from drivers.ports.pump import Pump
from drivers.ports.tcp import TcpPort
from tests.gates.lsp2_gate import BOOK, Pedestal, record

WAIT_S = 10.0


class Served:
    """A pedestal on a port; its second answer on the first connection is out of step."""

    def __init__(self) -> None:
        self.pedestal = Pedestal(records=[record(1)])
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with line:
                answered = 0
                while question := line.recv(100):
                    slips = self.connections == 1 and answered == 1
                    answer = self.pedestal.answers(question)
                    line.sendall(b"\0" + answer if slips else answer)
                    answered += 1

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.stop()


def test_a_stream_out_of_step_costs_one_connection_and_no_record(served: Served) -> None:
    told: queue.Queue[GateEvent] = queue.Queue()
    core = Lsp2Gate(Lsp2Settings(first_index=0))
    pump: Pump[GateEvent, GateCommand] = Pump(core, TcpPort("127.0.0.1", served.port), told.put)
    pump.start()
    events = [told.get(timeout=WAIT_S)]
    while not isinstance(events[-1], TagPassed):
        events.append(told.get(timeout=WAIT_S))
    pump.stop()
    assert events[-1] == TagPassed(None, data=BOOK, at="2026-11-24T10:03:01", tag_type=b"\0\1")
    assert [event for event in events if isinstance(event, ClockRead)] == [ClockRead("2026-11-24T10:03:11")] * 2
    assert served.connections == 2

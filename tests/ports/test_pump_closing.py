"""A core that finds its stream broken has its port closed; a port that does not stay is asked for less often."""

from __future__ import annotations

import queue
import socket

from drivers.ports.pump import Pump
from drivers.ports.reopening import FIRST_RETRY_S, LONGEST_RETRY_S, Reopening
from drivers.ports.tcp import TcpPort

WAIT_S = 5.0


class Particular:
    """A core that wants its port closed when it hears a wrong word."""

    def __init__(self) -> None:
        self._reason: str | None = None
        self._outgoing = b""

    def receive(self, data: bytes, now_s: float) -> list[str]:
        if b"wrong" in data:
            self._reason = "a wrong word"
            self._outgoing = b"goodbye"
        return [data.decode()] if data else []

    def submit(self, command: str, now_s: float) -> None: ...

    def tick(self, now_s: float) -> list[str]:
        return []

    def due_s(self) -> float | None:
        return None

    def take_outgoing(self) -> bytes:
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def close_wanted(self) -> str | None:
        return self._reason

    def port_opened(self, now_s: float) -> list[str]:
        self._reason = None
        return ["opened"]

    def port_lost(self, reason: str, now_s: float) -> list[str]:
        return [f"lost: {reason}"]


def test_a_port_is_closed_when_the_core_wants_it_and_opened_again() -> None:
    said: queue.Queue[str] = queue.Queue()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pump = Pump(Particular(), TcpPort("127.0.0.1", listener.getsockname()[1]), said.put)
        pump.start()
        device, _ = listener.accept()
        with device:
            device.settimeout(WAIT_S)
            device.sendall(b"wrong")
            assert [said.get(timeout=WAIT_S) for _ in range(3)] == ["opened", "wrong", "lost: a wrong word"]
            assert device.recv(100) == b"", "the port is closed before it is waited, and nothing more is sent"
        again, _ = listener.accept()
        with again:
            assert said.get(timeout=WAIT_S) == "opened"
            again.sendall(b"right")
            assert said.get(timeout=WAIT_S) == "right"
        pump.stop()


def pauses(stays_s: float, times: int) -> list[float]:
    """How long is waited for a port that each time stays so long."""
    reopening, now_s, waited = Reopening(), 0.0, []
    for _ in range(times):
        reopening.opened(now_s)
        now_s += stays_s
        waited.append(reopening.lost(now_s))
        now_s += waited[-1]
    return waited


def test_a_port_that_stays_a_while_is_opened_again_soon_each_time() -> None:
    assert pauses(stays_s=60.0, times=4) == [FIRST_RETRY_S] * 4


def test_a_port_that_goes_at_once_is_waited_for_longer_each_time() -> None:
    assert pauses(stays_s=0.01, times=8) == [0.2, 0.4, 0.8, 1.6, 3.2, LONGEST_RETRY_S, LONGEST_RETRY_S, LONGEST_RETRY_S]


def test_a_port_that_cannot_be_opened_is_waited_for_longer_each_time() -> None:
    reopening = Reopening()
    assert [reopening.lost(now_s) for now_s in (0.0, 100.0, 200.0)] == [0.2, 0.4, 0.8]


def test_a_port_that_came_back_for_good_is_as_new() -> None:
    reopening = Reopening()
    for now_s in range(10):
        reopening.lost(now_s)
    reopening.opened(10.0)
    assert reopening.lost(100.0) == FIRST_RETRY_S

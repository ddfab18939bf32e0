"""A gate that calls its host over real sockets: the host listens, late or again, and is notified."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.feig_gate import AfterNews, FeigGate, Notifying
from firmware_sim.devices.gate import OUT
from firmware_sim.lines.line import Line
from firmware_sim.lines.tcp_caller import TcpCaller
from firmware_sim.lines.wire_log import WireLog
from tests.firmware_sim.feig_host import a_book, a_tag, request
from tests.real_parts import PATIENCE_S

LOOPBACK = "127.0.0.1"
CLEAR = request(0x32)
PEOPLE = 23
"""Bytes of the people counter's event, which comes first."""
ONE_BOOK = 27


class Called:
    """A gate and the host that it calls."""

    def __init__(self, after_news: AfterNews) -> None:
        # Bound before anybody listens, so that no other takes the port.
        self.listener = socket.socket()
        self.listener.bind((LOOPBACK, 0))
        self.listener.settimeout(PATIENCE_S)
        clock = DeviceClock(datetime(2026, 11, 24, 14, 30, 8), time.monotonic())
        self.gate = FeigGate(clock, Notifying(after_news=after_news, keep_alive_s=0))
        self.lock = threading.Lock()
        port = self.listener.getsockname()[1]
        end = TcpCaller(LOOPBACK, port, self.gate.wants_line, time.monotonic, retry_s=0.05)
        self.line = Line("exit", self.gate, self.lock, end, 0.0, WireLog(time.monotonic), time.monotonic)
        self.line.start()

    def listens(self) -> None:
        self.listener.listen()

    def taken(self) -> socket.socket:
        """The next call, taken."""
        host, _ = self.listener.accept()
        host.settimeout(PATIENCE_S)
        return host

    def walk(self) -> None:
        with self.lock:
            self.gate.carry_through([a_book("B1", a_tag())], OUT, time.monotonic())
        self.line.wake()


@pytest.fixture(params=[AfterNews.KEEP, AfterNews.CLOSE])
def called(request: pytest.FixtureRequest) -> Iterator[Called]:
    called = Called(request.param)
    yield called
    called.line.stop()
    called.listener.close()


def received(host: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = host.recv(count - len(data))
        assert piece, data.hex()
        data += piece
    return data


def test_a_host_that_listens_only_later_is_told_what_passed_before(called: Called) -> None:
    called.walk()
    called.listens()
    with called.taken() as host:
        assert received(host, PEOPLE + ONE_BOOK)[-ONE_BOOK + 2] == 0x22
        host.sendall(CLEAR)
        assert received(host, 6)[2:4] == b"\x32\x00"


def test_who_hangs_up_without_an_acknowledge_is_called_and_told_again(called: Called) -> None:
    called.listens()
    called.walk()
    with called.taken() as host:
        first = received(host, PEOPLE + ONE_BOOK)[PEOPLE:]
    with called.taken() as host:
        assert received(host, ONE_BOOK) == first


@pytest.mark.parametrize("called", [AfterNews.CLOSE], indirect=True)
def test_a_gate_that_closes_hangs_up_after_the_acknowledge_and_calls_for_the_next_book(called: Called) -> None:
    called.listens()
    for _ in range(2):
        called.walk()
        with called.taken() as host:
            received(host, PEOPLE + ONE_BOOK)
            host.sendall(CLEAR)
            assert len(received(host, 6)) == 6
            assert host.recv(1) == b""


@pytest.mark.parametrize("called", [AfterNews.KEEP], indirect=True)
def test_unplugged_it_leaves_its_host_and_plugged_in_it_calls_again(called: Called) -> None:
    called.listens()
    with called.taken() as host:
        called.line.unplug()
        assert host.recv(1) == b""
    called.line.plug_in()
    with called.taken() as host:
        called.walk()
        assert len(received(host, PEOPLE + ONE_BOOK)) == PEOPLE + ONE_BOOK

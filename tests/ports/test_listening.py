"""A device that connects to us, over real sockets and with the pump as it is."""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
from collections.abc import Iterator

import pytest

from drivers.errors import BadSetting, PortGone
from drivers.ports.address import open_port
from drivers.ports.listening import ListeningPort
from drivers.ports.pump import Pump
from drivers.ports.serial import LineSettings

WAIT_S = 10.0
HERE = "127.0.0.1"
TCP_REPAIR = 19
"""linux/tcp.h: a socket in repair that is closed says nothing to its peer, as after a power cut."""


class Echo:
    """A core that says back what it heard."""

    def __init__(self) -> None:
        self._outgoing = b""

    def receive(self, data: bytes, now_s: float) -> list[str]:
        self._outgoing += data
        return [f"heard {data.decode()}"] if data else []

    def submit(self, command: str, now_s: float) -> None:
        self._outgoing += command.encode()

    def tick(self, now_s: float) -> list[str]:
        return []

    def due_s(self) -> float | None:
        return None

    def take_outgoing(self) -> bytes:
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def port_opened(self, now_s: float) -> list[str]:
        return ["opened"]

    def port_lost(self, reason: str, now_s: float) -> list[str]:
        return [f"lost: {reason}"]


@pytest.fixture
def free_port() -> int:
    with socket.create_server((HERE, 0)) as holder:
        number = holder.getsockname()[1]
        assert isinstance(number, int)
        return number


@pytest.fixture
def said() -> queue.Queue[str]:
    return queue.Queue()


@pytest.fixture
def pump(free_port: int, said: queue.Queue[str]) -> Iterator[Pump[str, str]]:
    pump = Pump(Echo(), ListeningPort(HERE, free_port), said.put)
    pump.start()
    assert said.get(timeout=WAIT_S) == "opened"
    yield pump
    pump.stop()


def a_device(port: int) -> socket.socket:
    return socket.create_connection((HERE, port), WAIT_S)


def test_bytes_go_both_ways_with_whoever_connects(pump: Pump[str, str], free_port: int, said: queue.Queue[str]) -> None:
    with a_device(free_port) as device:
        device.sendall(b"notification")
        assert said.get(timeout=WAIT_S) == "heard notification"
        assert device.recv(100) == b"notification"
        pump.submit("more")
        assert device.recv(100) == b"more"


def test_a_device_that_hangs_up_each_time_is_never_turned_away(
    pump: Pump[str, str], free_port: int, said: queue.Queue[str]
) -> None:
    """Without acknowledge a reader forgets what it sent."""
    for number in range(10):
        with a_device(free_port) as device:
            device.sendall(b"%d" % number)
    assert [said.get(timeout=WAIT_S) for _ in range(10)] == [f"heard {number}" for number in range(10)]


def test_what_was_meant_for_one_connection_never_goes_to_the_next(
    pump: Pump[str, str], free_port: int, said: queue.Queue[str]
) -> None:
    """An acknowledge that comes late would make the reader forget what nobody has heard."""
    with a_device(free_port) as device:
        device.sendall(b"first")
        assert device.recv(100) == b"first"
    pump.submit("an acknowledge")
    with a_device(free_port) as device:
        device.sendall(b"second")
        assert said.get(timeout=WAIT_S) == "heard first"
        assert said.get(timeout=WAIT_S) == "heard second"
        assert device.recv(100) == b"second"


def test_the_next_device_waits_until_the_first_has_gone(
    pump: Pump[str, str], free_port: int, said: queue.Queue[str]
) -> None:
    with a_device(free_port) as first, a_device(free_port) as second:
        first.sendall(b"first")
        assert said.get(timeout=WAIT_S) == "heard first"
        second.sendall(b"second")
        first.sendall(b"more")
        assert said.get(timeout=WAIT_S) == "heard more"
        first.close()
        assert said.get(timeout=WAIT_S) == "heard second"


def test_a_connection_that_lost_its_device_is_found_and_replaced(
    pump: Pump[str, str], free_port: int, said: queue.Queue[str]
) -> None:
    first = a_device(free_port)
    first.sendall(b"first")
    assert said.get(timeout=WAIT_S) == "heard first"
    try:
        first.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    except PermissionError:
        pytest.fail("a power cut at the peer needs CAP_NET_ADMIN: run as root")
    first.close()
    with a_device(free_port) as second:
        second.sendall(b"second")
        assert said.get(timeout=WAIT_S) == "heard second"


def test_a_device_that_breaks_off_is_forgotten(pump: Pump[str, str], free_port: int, said: queue.Queue[str]) -> None:
    with a_device(free_port) as first:
        first.sendall(b"first")
        assert said.get(timeout=WAIT_S) == "heard first"
        first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with a_device(free_port) as second:
        second.sendall(b"second")
        assert said.get(timeout=WAIT_S) == "heard second"


def test_only_the_named_device_is_let_in(free_port: int, said: queue.Queue[str]) -> None:
    pump = Pump(Echo(), ListeningPort(HERE, free_port, peer="127.0.0.2"), said.put)
    pump.start()
    assert said.get(timeout=WAIT_S) == "opened"
    with a_device(free_port) as stranger, contextlib.suppress(ConnectionResetError):
        stranger.sendall(b"forged")
        assert stranger.recv(100) == b""
    with socket.create_connection((HERE, free_port), WAIT_S, source_address=("127.0.0.2", 0)) as device:
        device.sendall(b"real")
        assert said.get(timeout=WAIT_S) == "heard real"
    pump.stop()


def test_a_stopped_pump_leaves_the_port_to_others(free_port: int, said: queue.Queue[str]) -> None:
    for _ in range(3):
        pump = Pump(Echo(), ListeningPort(HERE, free_port), said.put)
        pump.start()
        assert said.get(timeout=WAIT_S) == "opened"
        with a_device(free_port) as device:
            device.sendall(b"x")
            assert said.get(timeout=WAIT_S) == "heard x"
            pump.stop()


def test_an_address_that_is_taken_is_told(free_port: int) -> None:
    with socket.create_server((HERE, free_port)), pytest.raises(PortGone, match="cannot be listened at"):
        ListeningPort(HERE, free_port).open()


def test_a_port_that_is_not_open_says_so(free_port: int) -> None:
    port = ListeningPort(HERE, free_port)
    port.close()
    with pytest.raises(PortGone, match="not open"):
        port.fileno()


def test_the_address_names_it() -> None:
    assert isinstance(open_port("tcp-listen://0.0.0.0:10005", LineSettings()), ListeningPort)
    assert isinstance(open_port("tcp-listen://0.0.0.0:10005?peer=192.168.1.20", LineSettings()), ListeningPort)


@pytest.mark.parametrize(
    "address",
    [
        "tcp-listen://",
        "tcp-listen://host",
        "tcp-listen://host:1?peer=",
        "tcp-listen://host:1?peer=gate.example",
        "tcp-listen://host:1?door=1",
        "tcp-listen://host:1?peer=1.2.3.4&peer=1.2.3.5",
    ],
)
def test_an_address_that_cannot_be_is_refused(address: str) -> None:
    with pytest.raises(BadSetting):
        open_port(address, LineSettings())

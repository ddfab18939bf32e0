"""The relay between kiosk or central and the broker, on real sockets: what it does to bytes, and to who waits."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.demo.relay import Relay
from kiosk.demo.scenario import RoadState
from tests.real_parts import PATIENCE_S

SILENCE_S = 0.05
"""A test that bytes do not pass waits so long; more would only be slower."""
SLOW_S = 0.02


class Far:
    """Who listens behind the relay."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE_S)
        self.port: int = self.listener.getsockname()[1]

    def met(self) -> socket.socket:
        connection, _ = self.listener.accept()
        connection.settimeout(PATIENCE_S)
        return connection


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    far = Far()
    yield far
    far.listener.close()


@pytest.fixture(scope="module")
def shared(far: Far) -> Iterator[Relay]:
    relay = Relay(far.port)
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture
def relay(shared: Relay) -> Iterator[Relay]:
    yield shared
    shared.set(RoadState.CUT)
    shared.set(RoadState.OK)


def calling(relay: Relay) -> socket.socket:
    return socket.create_connection(("127.0.0.1", relay.port), PATIENCE_S)


def pair(relay: Relay, far: Far) -> tuple[socket.socket, socket.socket]:
    near = calling(relay)
    return near, far.met()


def all_of(connection: socket.socket) -> bytes:
    """Until the other side says no more."""
    heard = b""
    while data := connection.recv(65_536):
        heard += data
    return heard


def says_nothing(connection: socket.socket) -> bool:
    connection.settimeout(SILENCE_S)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(PATIENCE_S)
    return False


@settings(deadline=None, max_examples=25)
@given(
    there=st.lists(st.binary(min_size=1, max_size=200_000), max_size=4),
    back=st.lists(st.binary(min_size=1, max_size=5_000), max_size=4),
    slow=st.booleans(),
)
def test_bytes_arrive_unchanged_and_in_order(
    shared: Relay, far: Far, there: list[bytes], back: list[bytes], slow: bool
) -> None:
    shared.set(RoadState.SLOW if slow else RoadState.OK, SLOW_S)
    near, behind = pair(shared, far)
    with near, behind:

        def say() -> None:
            for data in there:
                near.sendall(data)
            near.shutdown(socket.SHUT_WR)

        saying = threading.Thread(target=say)
        saying.start()
        for data in back:
            behind.sendall(data)
        behind.shutdown(socket.SHUT_WR)
        assert all_of(behind) == b"".join(there)
        assert all_of(near) == b"".join(back)
        saying.join(PATIENCE_S)


def test_much_for_a_reader_that_takes_its_time_is_kept_back_and_not_lost(relay: Relay, far: Far) -> None:
    near, behind = pair(relay, far)
    much = bytes(range(256)) * 80_000
    with near, behind:

        def say() -> None:
            near.sendall(much)
            near.shutdown(socket.SHUT_WR)

        saying = threading.Thread(target=say)
        saying.start()
        saying.join(SILENCE_S)
        assert all_of(behind) == much
        saying.join(PATIENCE_S)


@pytest.mark.parametrize("delay_ticks", range(1, 16))
def test_bytes_that_fall_due_between_two_readings_of_the_clock_are_sent(far: Far, delay_ticks: int) -> None:
    """A clock of which every reading takes a tick: somewhere among these delays, the moment is any two readings."""
    tick_s = 0.001
    ticks = itertools.count()
    relay = Relay(far.port, now_s=lambda: next(ticks) * tick_s)
    relay.start()
    try:
        relay.set(RoadState.SLOW, delay_ticks * tick_s)
        near, behind = pair(relay, far)
        with near, behind:
            near.sendall(b"due")
            assert behind.recv(3) == b"due"
    finally:
        relay.stop()


def test_a_cut_line_is_felt_at_both_ends_and_by_who_comes(relay: Relay, far: Far) -> None:
    near, behind = pair(relay, far)
    with near, behind:
        relay.set(RoadState.CUT)
        for end in (near, behind):
            with pytest.raises(ConnectionResetError):
                end.recv(1)
        with pytest.raises(ConnectionResetError), calling(relay) as late:  # also while it still connects
            late.recv(1)
    relay.set(RoadState.OK)
    near, behind = pair(relay, far)
    with near, behind:
        near.sendall(b"again")
        assert behind.recv(5) == b"again"


def test_a_half_open_line_takes_everything_and_tells_nobody(relay: Relay, far: Far) -> None:
    near, behind = pair(relay, far)
    with near, behind:
        near.sendall(b"before")
        assert behind.recv(6) == b"before"
        relay.set(RoadState.HALF_OPEN)
        near.sendall(b"lost")
        behind.sendall(b"lost too")
        with calling(relay) as late:
            late.sendall(b"hello?")
            assert says_nothing(late)
        assert says_nothing(behind)
        assert says_nothing(near)


def test_an_end_that_leaves_a_half_open_line_is_not_missed(relay: Relay, far: Far) -> None:
    near, behind = pair(relay, far)
    with near:
        relay.set(RoadState.HALF_OPEN)
        behind.close()
        assert says_nothing(near)


def test_a_mended_line_does_not_go_on_with_a_hole_in_what_was_said(relay: Relay, far: Far) -> None:
    near, behind = pair(relay, far)
    with near, behind:
        relay.set(RoadState.HALF_OPEN)
        near.sendall(b"lost")
        relay.set(RoadState.OK)
        for end in (near, behind):
            with pytest.raises(ConnectionResetError):
                end.recv(1)


def test_what_a_slow_line_still_holds_comes_when_it_is_mended(relay: Relay, far: Far) -> None:
    relay.set(RoadState.SLOW, 3_600.0)
    near, behind = pair(relay, far)
    with near, behind:
        near.sendall(b"first ")
        assert says_nothing(behind)
        relay.set(RoadState.OK)
        near.sendall(b"second")
        near.shutdown(socket.SHUT_WR)
        assert all_of(behind) == b"first second"


def test_nobody_behind_ends_the_connection_and_the_relay_goes_on() -> None:
    far = Far()
    relay = Relay(far.port)
    relay.start()
    try:
        far.listener.close()
        with calling(relay) as near:
            assert near.recv(1) == b""
        far.listener = socket.create_server(("127.0.0.1", far.port))
        far.listener.settimeout(PATIENCE_S)
        near, behind = pair(relay, far)
        with near, behind:
            behind.sendall(b"back")
            assert near.recv(4) == b"back"
    finally:
        relay.stop()
        far.listener.close()


def test_what_was_said_before_a_process_was_killed_arrives_also_on_a_slow_line(relay: Relay, far: Far) -> None:
    relay.set(RoadState.SLOW, SLOW_S)
    near, behind = pair(relay, far)
    with behind:
        near.sendall(b"last words")
        near.close()
        assert all_of(behind) == b"last words"

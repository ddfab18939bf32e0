"""A line to the broker that can be spoilt: a TCP relay on loopback, on a thread that sleeps while nothing comes.

`ok` passes everything on; `cut` resets both sides and whoever comes; `half-open` takes every byte and says nothing to
anybody, also to who connects meanwhile; `slow` delays each direction, in order. A connection of which bytes were
swallowed cannot go on: mending the line resets it, as a router does that has forgotten it.
"""

from __future__ import annotations

import queue
import selectors
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.demo.scenario import RoadState

LOOPBACK = "127.0.0.1"
READ_BYTES = 65_536
MOST_WAITING = 1 << 20
"""Bytes under way in one direction, above which its sender has to wait."""
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER that makes `close` a reset, so that the peer learns of it now."""
ORDER_S = 5.0


@dataclass(slots=True, eq=False)
class Side:
    """One socket of a connection, and what is under way to it."""

    socket: socket.socket
    peer: Side | None = None
    """None: what it says is swallowed."""
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)
    """When it is due, and what; empty bytes are the end of what the peer says."""
    bytes_waiting: int = 0
    connecting: bool = False
    has_ended: bool = False
    """It says no more."""
    was_told_end: bool = False


class Relay:
    """Listens when it is made; `start` begins to pass on to `target_port`. `set` may be called from any thread."""

    def __init__(self, target_port: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self.state = RoadState.OK
        self._target_port = target_port
        self._now_s = now_s
        self._delay_s = 0.0
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]] = queue.SimpleQueue()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._sides: set[Side] = set()
        self._running = False
        self._round_s = 0.0
        """One reading of the clock for what is sent, what is watched and how long to sleep. Were each to read it anew,
        bytes that fall due between two readings would be neither watched nor waited for."""
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        self._running = True
        self._thread.start()

    def set(self, state: RoadState, delay_s: float = 0.0) -> None:
        """Be in this state, each way `delay_s` slower where that is `slow`. It is so when this returns."""
        self._order(lambda: self._become(state, delay_s))

    def stop(self) -> None:
        """Close everything. Safe to call at any time."""
        if self._running:
            self._order(self._end)
            self._thread.join(ORDER_S)
        self._listener.close()
        self._wake.close()
        self._waker.close()
        self._selector.close()

    def _order(self, do: Callable[[], None]) -> None:
        done = threading.Event()
        self._orders.put((do, done))
        self._waker.send(b"\0")
        done.wait(ORDER_S)

    def _become(self, state: RoadState, delay_s: float) -> None:
        if state is RoadState.CUT or (self.state is RoadState.HALF_OPEN and state is not RoadState.HALF_OPEN):
            self._reset_all()
        self.state = state
        self._delay_s = delay_s if state is RoadState.SLOW else 0.0
        for side in list(self._sides):
            if state is RoadState.HALF_OPEN:
                side.peer = None
                side.waiting.clear()
                side.bytes_waiting = 0
            elif state is RoadState.OK:
                side.waiting = deque((0.0, data) for _, data in side.waiting)
            self._watch(side)

    def _end(self) -> None:
        self._reset_all()
        self._running = False

    def _reset_all(self) -> None:
        for side in list(self._sides):
            self._reset(side)

    def _run(self) -> None:
        while self._running:
            events = self._selector.select(self._due_in_s())
            self._round_s = self._now_s()
            for key, ready in events:
                if key.fileobj is self._wake:
                    self._wake.recv(READ_BYTES)
                elif key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.data, Side) and key.data in self._sides:
                    self._serve(key.data, ready)
            while not self._orders.empty():
                do, done = self._orders.get()
                do()
                done.set()
            for side in list(self._sides):
                if side in self._sides:
                    self._send(side)

    def _due_in_s(self) -> float | None:
        """Until something that is slow is due; None where only a socket can bring news."""
        dues = [side.waiting[0][0] for side in self._sides if side.waiting and not side.connecting]
        later = [due_s for due_s in dues if due_s > self._round_s]
        return max(0.0, min(later) - self._now_s()) if later else None

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        near = Side(client)
        if self.state is RoadState.CUT:
            self._sides.add(near)
            self._reset(near)
            return
        self._take(near)
        if self.state is RoadState.HALF_OPEN:
            return
        far = Side(socket.socket(), connecting=True)
        near.peer, far.peer = far, near
        far.socket.setblocking(False)
        far.socket.connect_ex((LOOPBACK, self._target_port))
        self._take(far)

    def _take(self, side: Side) -> None:
        side.socket.setblocking(False)
        side.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sides.add(side)
        self._selector.register(side.socket, self._wanted(side), side)

    def _wanted(self, side: Side) -> int:
        if side.connecting:
            return selectors.EVENT_WRITE
        wanted = 0
        if not side.has_ended and (side.peer is None or side.peer.bytes_waiting < MOST_WAITING):
            wanted |= selectors.EVENT_READ
        if side.waiting and side.waiting[0][0] <= self._round_s:
            wanted |= selectors.EVENT_WRITE
        return wanted

    def _watch(self, side: Side) -> None:
        wanted = self._wanted(side)
        watched = side.socket.fileno() in self._selector.get_map()
        if watched and wanted:
            self._selector.modify(side.socket, wanted, side)
        elif watched:
            self._selector.unregister(side.socket)
        elif wanted:
            self._selector.register(side.socket, wanted, side)

    def _serve(self, side: Side, ready: int) -> None:
        if side.connecting:
            if side.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._break(side)
                return
            side.connecting = False
            self._watch(side)
        elif ready & selectors.EVENT_READ:
            self._hear(side)

    def _hear(self, side: Side) -> None:
        try:
            data = side.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._break(side)
            return
        side.has_ended = not data
        if side.peer is not None:
            self._pass(side.peer, data)
        elif side.has_ended:
            self._close(side)
            return
        self._watch(side)

    def _pass(self, side: Side, data: bytes) -> None:
        """Put it on its way; what comes after never overtakes, also where the line has become quicker meanwhile."""
        due_s = self._now_s() + self._delay_s if self._delay_s else 0.0
        side.waiting.append((max(due_s, side.waiting[-1][0] if side.waiting else 0.0), data))
        side.bytes_waiting += len(data)

    def _send(self, side: Side) -> None:
        """Everything that is due and that the socket takes."""
        while side.waiting and not side.connecting and side.waiting[0][0] <= self._round_s:
            due_s, data = side.waiting[0]
            if not data:
                side.waiting.popleft()
                self._tell_end(side)
                return
            try:
                sent = side.socket.send(data)
            except BlockingIOError:
                break
            except OSError:
                self._break(side)
                return
            side.bytes_waiting -= sent
            if sent < len(data):
                side.waiting[0] = (due_s, data[sent:])
            else:
                side.waiting.popleft()
        self._watch(side)
        if side.peer is not None:
            self._watch(side.peer)

    def _tell_end(self, side: Side) -> None:
        """All that its peer said has been handed over."""
        peer = side.peer
        if peer is None:
            self._close(side)
        elif side.has_ended and peer.was_told_end:
            self._close(side)
            self._close(peer)
        else:
            side.was_told_end = True
            try:
                side.socket.shutdown(socket.SHUT_WR)
            except OSError:
                self._break(side)
                return
            self._watch(side)

    def _break(self, side: Side) -> None:
        """A socket has failed: its peer gets what is still under way, and then the end."""
        peer = side.peer
        self._reset(side)
        if peer is not None and peer in self._sides:
            peer.peer = None
            if not peer.was_told_end:
                self._pass(peer, b"")
            else:
                self._close(peer)

    def _reset(self, side: Side) -> None:
        side.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self._close(side)

    def _close(self, side: Side) -> None:
        self._sides.discard(side)
        if side.socket.fileno() in self._selector.get_map():
            self._selector.unregister(side.socket)
        side.socket.close()

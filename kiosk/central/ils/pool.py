"""A few connections to a library system, shared, and a breaker: one that does not answer is not asked for a while.

Two failures in a row, and the system counts as away; a probe in the background (status, 99) finds when it is back.
Meanwhile whoever asks is told at once, so that no kiosk ever waits for a dead system.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.central.ils.connection import STATUS, Address, Connection
from kiosk.central.ils.port import IlsAway
from kiosk.wire.sip2 import Message

FAILURES = 2
PROBE_S = 5.0
JOIN_S = 10.0
SHORTEST_S = 0.1
"""Nothing is sent where less is left: no answer in so short a time would count as a failure of the system."""

log = logging.getLogger(__name__)


class Pool:
    """Connections are opened when they are needed, and probed by a thread of its own from `start` to `stop`."""

    def __init__(self, address: Address, probe_s: float = PROBE_S) -> None:
        self._address = address
        self._probe_s = probe_s
        self._free: list[Connection] = []
        self._lock = threading.Condition()
        self._busy = 0
        self._failures = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._probe, name="ils-probe", daemon=True)

    @property
    def is_up(self) -> bool:
        """Whether it answered when it was asked last."""
        return self._failures < FAILURES

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(JOIN_S)
        with self._lock:
            for connection in self._free:
                connection.close()
            self._free.clear()

    def ask(self, message: Message, by_s: float | None = None) -> Message:
        """The answer, by the instant `by_s` of `time.monotonic` where one is given. Raises `IlsAway` at once where the
        system counts as away or the time is over already, `NoAnswer` where none came."""
        if not self.is_up:
            raise IlsAway("the library system does not answer")
        return self._ask(message, by_s)

    def _ask(self, message: Message, by_s: float | None = None) -> Message:
        settings = self._address.settings
        deadline_s = time.monotonic() + settings.patience_s
        if by_s is not None:
            deadline_s = min(deadline_s, by_s)
            if deadline_s - time.monotonic() < SHORTEST_S:
                raise IlsAway("nobody waits for this any more")
        with self._slot(deadline_s):
            connection = self._taken()
            try:
                left_s = deadline_s - time.monotonic()
                if connection is None:
                    connection = Connection(self._address, min(settings.answer_s, max(0.05, left_s)))
                    left_s = deadline_s - time.monotonic()
                answer = connection.ask(message, min(settings.answer_s, max(0.05, left_s)))
            except IlsAway as away:
                if connection is not None:
                    connection.close()
                self._failed(away)
                raise
            self._answered(connection)
            return answer

    @contextmanager
    def _slot(self, deadline_s: float) -> Iterator[None]:
        """One of the connections, waited for."""
        with self._lock:
            while self._busy >= self._address.settings.connections:
                if not self._lock.wait(max(0.0, deadline_s - time.monotonic())) and time.monotonic() >= deadline_s:
                    raise IlsAway("every connection to the library system is busy")
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1
                self._lock.notify()

    def _taken(self) -> Connection | None:
        """An idle connection that the other side has not closed meanwhile."""
        with self._lock:
            while self._free:
                connection = self._free.pop()
                if connection.is_open():
                    return connection
                connection.close()
        return None

    def _answered(self, connection: Connection) -> None:
        with self._lock:
            self._free.append(connection)
        if not self.is_up:
            log.warning("the library system answers again")
        self._failures = 0

    def _failed(self, away: IlsAway) -> None:
        """Other idle connections are as old as this one: they go with it."""
        was_up = self.is_up
        self._failures += 1
        with self._lock:
            idle, self._free = self._free, []
        for connection in idle:
            connection.close()
        if was_up and not self.is_up:
            log.error("the library system counts as away: %s", away)

    def _probe(self) -> None:
        while not self._stopping.wait(self._probe_s):
            quiet = self._quiet()
            if self.is_up and not quiet:
                continue
            try:
                self._ask(STATUS)
            except IlsAway:
                continue

    def _quiet(self) -> bool:
        """Whether an idle connection has to say that it lives."""
        oldest_s = time.monotonic() - self._address.settings.keep_alive_s
        with self._lock:
            return any(connection.used_s < oldest_s for connection in self._free)

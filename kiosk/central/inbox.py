"""What waits between the broker's thread and the worker: bounded, questions first, of each state the newest."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from kiosk.central.messages import Heard, LineUp, Strange
from kiosk.wire import Channel

MOST_WAITING = 2_000
"""Questions and messages of facts."""
MOST_BYTES = 32 * 1024 * 1024
MOST_STATES = 20_000
"""Stations with a status, and as many with a heartbeat."""
MOST_AT_ONCE = 100
"""Messages of one piece of work: they share a transaction."""

Message = Heard | Strange


@dataclass(frozen=True, slots=True)
class Work:
    """What the worker does in one transaction: questions, then facts, then states."""

    messages: tuple[Message, ...]
    greeted: bool = False
    """The line has come up: every known station is to hear where central stands."""

    def __bool__(self) -> bool:
        return bool(self.messages) or self.greeted


@dataclass(slots=True)
class Inbox:
    """Putting never waits: what finds no place is dropped and counted, and whoever told it tells it again."""

    dropped: int = 0
    _asks: deque[Message] = field(default_factory=deque)
    _facts: deque[Message] = field(default_factory=deque)
    _states: dict[tuple[str, Channel], Heard] = field(default_factory=dict)
    _greeted: bool = False
    _woken: bool = False
    _bytes: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def put(self, message: Message | LineUp) -> None:
        """Hand over; called by the broker's thread."""
        with self._changed:
            match message:
                case LineUp():
                    self._greeted = True
                case Heard(channel=Channel.STATUS | Channel.HEALTH):
                    self._put_state(message)
                case Heard(channel=Channel.ASK):
                    self._put_in(self._asks, message)
                case _:
                    self._put_in(self._facts, message)
            self._changed.notify()

    def take(self, timeout_s: float) -> Work:
        """What waits, at most `MOST_AT_ONCE` of it; empty when nothing came in time or `wake` was called."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._waits(), timeout_s)
            self._woken = False
            taken: list[Message] = []
            for waiting in (self._asks, self._facts):
                while waiting and len(taken) < MOST_AT_ONCE:
                    taken.append(waiting.popleft())
            self._bytes -= sum(len(message.payload) for message in taken)
            while self._states and len(taken) < MOST_AT_ONCE:
                taken.append(self._states.pop(next(iter(self._states))))
            greeted, self._greeted = self._greeted, False
            return Work(tuple(taken), greeted)

    def wake(self) -> None:
        """End a `take` that waits, or the next one that would."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def waiting(self) -> int:
        """Messages that nobody has taken yet."""
        with self._changed:
            return len(self._asks) + len(self._facts) + len(self._states)

    def _waits(self) -> bool:
        return bool(self._asks or self._facts or self._states or self._greeted)

    def _put_in(self, waiting: deque[Message], message: Message) -> None:
        if len(waiting) >= MOST_WAITING or self._bytes + len(message.payload) > MOST_BYTES:
            self.dropped += 1
            return
        waiting.append(message)
        self._bytes += len(message.payload)

    def _put_state(self, message: Heard) -> None:
        place = (message.station.station, message.channel)
        if place not in self._states and len(self._states) >= MOST_STATES:
            self.dropped += 1
            return
        self._states[place] = message

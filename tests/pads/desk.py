"""A desk for tests: a core, a reader of the tests' own, the line between them, and a clock that jumps. Virtual time.

Readers are written from their makers' pages and share no code with the drivers.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from drivers.conversation import Conversation

Event = TypeVar("Event")
Command = TypeVar("Command")


@dataclass
class Tag:
    uid: str
    afi: int = 0x07
    dsfid: int = 0x06
    block_size: int = 4
    memory: bytearray = field(default_factory=lambda: bytearray(range(112)))
    afi_locked: bool = False
    knows_system_information: bool = True
    minus_one: bool = True
    """Size and count go out as the tag sends them on the air."""
    eas: bool = False
    eas_locked: bool = False
    writes: int = 0

    @property
    def blocks(self) -> int:
        return len(self.memory) // self.block_size


def a_book(number: int, **kwargs: int | bool | bytearray) -> Tag:
    return Tag(f"E0040150{number:08X}", **kwargs)  # type: ignore[arg-type]


@dataclass
class Line:
    """What becomes of requests and answers on their way."""

    pieces: Callable[[bytes], Iterable[tuple[float, bytes]]] = lambda answer: [(0.0, answer)]
    """Which bytes of an answer arrive, and how long after the reader sent them."""
    carries: Callable[[bytes], bool] = lambda request: True
    """Whether a request reaches the reader."""
    in_order: bool = True
    """A reader answers one request after the other: a late answer makes the next ones late, too."""


class WireReader(Protocol):
    """What a desk needs of a reader."""

    tags: dict[str, Tag]
    alive: bool
    """Whether it answers at all."""
    byte_s: float
    """Time that one byte takes on its line."""
    pause_s: float
    """It must be left alone this long after each answer."""

    def answer(self, frame: bytes) -> bytes | None:
        """What it says to a request, None for nothing. Fails on a frame that no driver should send."""
        ...

    def air_s(self, request: bytes) -> float:
        """Time between request and answer."""
        ...


SomeReader = TypeVar("SomeReader", bound=WireReader)


class ReaderDesk(Generic[Event, Command, SomeReader]):
    """A core, a reader, the line between them, and a clock that jumps from one event to the next."""

    def __init__(self, core: Conversation[Event, Command], reader: SomeReader, line: Line | None = None) -> None:
        self.core = core
        self.reader = reader
        self.line = line or Line()
        self.now_s = 100.0
        self.events: list[Event] = []
        self.exchange_s = 0.0
        """Time that requests and answers spent on the line and on the air, since the start."""
        self.sent: list[tuple[float, bytes]] = []
        self._arrivals: list[tuple[float, int, bytes]] = []
        self._number = 0
        self._answer_ended_s = 0.0

    def open(self) -> None:
        self.events += self.core.port_opened(self.now_s)
        self._carry()

    def lose(self, reason: str = "unplugged") -> list[Event]:
        self._arrivals.clear()
        self._answer_ended_s = 0.0
        return self._told(self.core.port_lost(reason, self.now_s))

    def orders(self, command: Command) -> None:
        self.core.submit(command, self.now_s)

    def hears(self, data: bytes) -> None:
        """Bytes that nobody asked for."""
        self.later(0.0, data)

    def later(self, after_s: float, data: bytes) -> None:
        self._number += 1
        heapq.heappush(self._arrivals, (self.now_s + after_s, self._number, data))

    def run(self, for_s: float) -> list[Event]:
        """Let time pass; returns what was told meanwhile."""
        before, until_s = len(self.events), self.now_s + for_s
        at_once = 0
        while True:
            next_s = min(self._arrivals[0][0] if self._arrivals else until_s, self._due_s(until_s))
            if next_s >= until_s:
                break
            at_once = at_once + 1 if next_s <= self.now_s else 0
            assert at_once < 100, "the core never comes to rest"
            self.now_s = max(self.now_s, next_s)
            if self._arrivals and self._arrivals[0][0] <= self.now_s:
                self._told(self.core.receive(heapq.heappop(self._arrivals)[2], self.now_s))
            else:
                self._told(self.core.tick(self.now_s))
            self._carry()
        self.now_s = until_s
        return self.events[before:]

    def _due_s(self, until_s: float) -> float:
        due_s = self.core.due_s()
        return until_s if due_s is None else due_s

    def _told(self, events: list[Event]) -> list[Event]:
        self.events += events
        return events

    def _carry(self) -> None:
        request = self.core.take_outgoing()
        if not request:
            return
        since_answer_s = self.now_s - self._answer_ended_s
        if self.line.in_order and since_answer_s >= 0:
            assert since_answer_s >= self.reader.pause_s - 1e-9, "a pause between an answer and the next request"
        self.sent.append((self.now_s, request))
        answer = self.reader.answer(request) if self.line.carries(request) else None
        if answer is None:
            return
        took_s = (len(request) + len(answer)) * self.reader.byte_s + self.reader.air_s(request)
        self.exchange_s += took_s
        for after_s, piece in self.line.pieces(answer):
            arrives_s = self.now_s + took_s + after_s
            self._answer_ended_s = max(self._answer_ended_s, arrives_s) if self.line.in_order else arrives_s
            self.later(self._answer_ended_s - self.now_s, piece)

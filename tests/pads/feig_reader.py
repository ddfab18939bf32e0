"""A FEIG reader of the tests' own, in virtual time: tags on it, a line of 38,400 baud 8E1, and what goes wrong there.

It is written from the manual's page (FEIG H20800-16e-ID-B) and shares no code with the driver.
"""

from __future__ import annotations

import heapq
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fastcrc import crc16

from drivers.conversation import Conversation

Event = TypeVar("Event")
Command = TypeVar("Command")

BYTE_S = 11 / 38_400
PSST_S = 0.005
TAGS_AN_ANSWER = 4
NOBODY, WRITE_ERROR, UNKNOWN_COMMAND, RF_ERROR, OVERFLOW, MORE, ISO_ERROR = 0x01, 0x03, 0x80, 0x83, 0x93, 0x94, 0x95
NO_SUCH_BLOCK, LOCKED = 0x10, 0x12
INVENTORY, READ, WRITE, WRITE_AFI, SYSTEM = 0x01, 0x23, 0x24, 0x27, 0x2B
CPR_M02 = bytes.fromhex("010700D0500018")


def with_crc(content: bytes) -> bytes:
    return content + struct.pack("<H", crc16.mcrf4xx(content))


def asked(body: str) -> bytes:
    """A request to any reader, from COMMAND on."""
    content = bytes.fromhex(body)
    return with_crc(bytes((len(content) + 4, 0xFF)) + content)


def answered(body: str | bytes) -> bytes:
    """An answer of reader 0, from COMMAND on."""
    content = bytes.fromhex(body) if isinstance(body, str) else body
    if len(content) + 4 > 255:
        return with_crc(struct.pack(">BHB", 2, len(content) + 6, 0) + content)
    return with_crc(bytes((len(content) + 4, 0)) + content)


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


class Reader:
    """Knows its tags; takes request frames and gives answer frames."""

    def __init__(self, *tags: Tag) -> None:
        self.tags = {tag.uid: tag for tag in tags}
        self.alive = True
        self.scan_mode = False
        self.only_advanced = False
        self.reports_once = False
        self.most_answer_bytes = 256
        self.foreign_records: list[bytes] = []
        self.missed_uids: set[str] = set()
        self.inventory_status = 0x00
        self.before: Callable[[bytes], None] = lambda request: None
        """Called with each request before it is done."""
        self.requests: list[bytes] = []
        self._left: list[bytes] = []
        self._reported: set[str] = set()

    def answer(self, frame: bytes) -> bytes | None:
        advanced = frame[:1] == b"\x02"
        content = frame[(3 if advanced else 1) : -2]
        assert frame == with_crc(frame[:-2]), "the driver sends sound frames"
        assert frame[0] == len(frame) or int.from_bytes(frame[1:3]) == len(frame)
        self.requests.append(frame)
        self.before(frame)
        if not self.alive or content[0] not in (0xFF, 0x00):
            return None
        command, data = content[1], content[2:]
        if self.only_advanced and not advanced:
            return answered(bytes((command, UNKNOWN_COMMAND)))
        return answered(bytes((command,)) + self._done(command, data))

    def _done(self, command: int, data: bytes) -> bytes:
        match command:
            case 0x52:
                return b"\0"
            case 0x65:
                return b"\0" + CPR_M02
            case 0x66:
                return b"\0" + CPR_M02 + struct.pack(">HH", 256, self.most_answer_bytes)
            case 0x69:
                self._reported.clear()
                return b"\0"
            case 0xB0 if self.scan_mode:
                return b"\x82"
            case 0xB0 if data[0] == INVENTORY:
                return self._inventory(more=bool(data[1] & 0x80))
            case 0xB0:
                tag = self.tags.get(data[2:10].hex().upper())
                return bytes((NOBODY,)) if tag is None else self._on_tag(tag, data[0], data[10:])
            case _:
                return bytes((UNKNOWN_COMMAND,))

    def _inventory(self, *, more: bool) -> bytes:
        if not more:
            shown = [uid for uid in self.tags if uid not in self.missed_uids]
            if self.reports_once:
                shown = [uid for uid in shown if uid not in self._reported]
            self._reported |= set(shown)
            records = [b"\x03" + bytes((self.tags[uid].dsfid,)) + bytes.fromhex(uid) for uid in shown]
            self._left = self.foreign_records + records
        now, self._left = self._left[:TAGS_AN_ANSWER], self._left[TAGS_AN_ANSWER:]
        if not now:
            return bytes((self.inventory_status or NOBODY,))
        status = MORE if self._left else self.inventory_status
        return bytes((status, len(now))) + b"".join(now)

    def _on_tag(self, tag: Tag, sub_command: int, data: bytes) -> bytes:
        match sub_command:
            case 0x2B if not tag.knows_system_information:
                return bytes((ISO_ERROR, 0x01))
            case 0x2B:
                sizes = bytes((tag.block_size - tag.minus_one, (tag.blocks - tag.minus_one) & 0xFF))
                return bytes((0, tag.dsfid)) + bytes.fromhex(tag.uid) + bytes((tag.afi,)) + sizes + b"\x01"
            case 0x23:
                first, count = data
                if first + count > tag.blocks or (count * (tag.block_size + 1)) + 8 > self.most_answer_bytes:
                    return bytes((ISO_ERROR, NO_SUCH_BLOCK))
                size = tag.block_size
                return bytes((0, count, size)) + b"".join(
                    b"\0" + bytes(tag.memory[block * size : block * size + size])[::-1]
                    for block in range(first, first + count)
                )
            case 0x24:
                first, count, size = data[:3]
                assert (size, len(data)) == (tag.block_size, 3 + count * size)
                tag.writes += 1
                for index in range(count):
                    block = data[3 + index * size : 3 + index * size + size][::-1]
                    tag.memory[(first + index) * size : (first + index + 1) * size] = block
                return b"\0"
            case 0x27 if tag.afi_locked:
                return bytes((ISO_ERROR, LOCKED))
            case 0x27:
                tag.writes += 1
                tag.afi = data[0]
                return b"\0"
            case _:
                return bytes((UNKNOWN_COMMAND,))

    def air_s(self, request: bytes) -> float:
        """Time between request and answer; the manual's page gives 33, 117 and 222 ms for 1, 5 and 10 tags read."""
        command, data = request[2], request[3:-2]
        if command != 0xB0:
            return 0.001
        if data[0] == INVENTORY:
            return 0.012 + 0.008 * min(len(self.tags), TAGS_AN_ANSWER)
        return {SYSTEM: 0.006, READ: 0.004 + 0.0012 * data[-1], WRITE_AFI: 0.02}.get(data[0], 0.05)


class Desk(Generic[Event, Command]):
    """A core, a reader, the line between them, and a clock that jumps from one event to the next."""

    def __init__(self, core: Conversation[Event, Command], reader: Reader, line: Line | None = None) -> None:
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
            assert since_answer_s >= PSST_S - 1e-9, "5 ms between an answer and the next request"
        self.sent.append((self.now_s, request))
        answer = self.reader.answer(request) if self.line.carries(request) else None
        if answer is None:
            return
        took_s = (len(request) + len(answer)) * BYTE_S + self.reader.air_s(request)
        self.exchange_s += took_s
        for after_s, piece in self.line.pieces(answer):
            arrives_s = self.now_s + took_s + after_s
            self._answer_ended_s = max(self._answer_ended_s, arrives_s) if self.line.in_order else arrives_s
            self.later(self._answer_ended_s - self.now_s, piece)

"""FEIG gates of the tests' own: one whose table is polled, one that calls. They share no code with the drivers.

Written from docs/devices.md section 11 and devices-hf.md 1.1.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from fastcrc import crc16

from drivers.gates.protocol import GateCommand, GateEvent, Stored, TagPassed
from drivers.health import Faulted, Recovered

LR1002 = bytes.fromhex("010700D04A0018")


def with_crc(content: bytes) -> bytes:
    return content + struct.pack("<H", crc16.mcrf4xx(content))


def answered(body: str | bytes, *, advanced: bool = False) -> bytes:
    """An answer of reader 0, from COMMAND on."""
    content = bytes.fromhex(body) if isinstance(body, str) else body
    if advanced or len(content) + 4 > 255:
        return with_crc(struct.pack(">BHB", 2, len(content) + 6, 0) + content)
    return with_crc(bytes((len(content) + 4, 0)) + content)


def a_record(number: int, *, antenna: int = 1) -> bytes:
    """A book that goes through: identity, time, antenna."""
    time = bytes(divmod(number // 60 % 1_440, 60)) + (number % 60 * 1_000).to_bytes(2)
    body = b"\x03\x00\x08" + bytes.fromhex(f"E0040150{number:08X}") + time + bytes((antenna,))
    return (len(body) + 2).to_bytes(2) + body


def uid(number: int) -> str:
    return f"E0040150{number:08X}"


def records_answer(records: list[bytes], status: int = 0) -> bytes:
    return bytes((0x22, status, 0x31)) + len(records).to_bytes(2) + b"".join(records)


@dataclass
class Table:
    """Records of a reader, and which of them were sent last."""

    records: list[bytes] = field(default_factory=list)
    capacity: int = 300
    overflowed: bool = False
    sent: int = 0
    cleared: list[bytes] = field(default_factory=list)

    def add(self, record: bytes) -> None:
        if len(self.records) < self.capacity:
            self.records.append(record)
        else:
            self.overflowed = True

    def give(self, most: int) -> bytes:
        given = self.records[:most]
        self.sent = len(given)
        if not given:
            return b"\x22\x92"
        if self.overflowed:
            return records_answer(given, 0x93)
        return records_answer(given, 0x94 if len(self.records) > most else 0x00)

    def clear(self) -> None:
        self.cleared += self.records[: self.sent]
        del self.records[: self.sent]
        self.sent = 0
        self.overflowed = False


class BufferedReader:
    """Answers what it is asked."""

    def __init__(self) -> None:
        self.table = Table()
        self.alive = True
        self.only_advanced = False
        self.mode_off = False
        self.warning = 0
        self.asked: list[str] = []

    def answers(self, frame: bytes) -> bytes | None:
        advanced = frame[:1] == b"\x02"
        content = frame[(3 if advanced else 1) : -2]
        assert frame == with_crc(frame[:-2])
        assert frame[0] == len(frame) or int.from_bytes(frame[1:3]) == len(frame)
        self.asked.append(frame.hex())
        if not self.alive:
            return None
        command, data = content[1], content[2:]
        if self.only_advanced and not advanced:
            return answered(bytes((command, 0x80)))
        return answered(self._done(command, data), advanced=advanced)

    def _done(self, command: int, data: bytes) -> bytes:
        match command:
            case 0x52:
                return b"\x52\0"
            case 0x65:
                return b"\x65\0" + LR1002
            case 0x66:
                return b"\x66\0" + LR1002 + struct.pack(">HH", 4_096, 4_096)
            case 0x22 | 0x31 | 0x32 if self.mode_off:
                return bytes((command, 0x80))
            case 0x22:
                given = self.table.give(int.from_bytes(data))
                return given if not self.warning else given[:1] + bytes((self.warning,)) + given[2:]
            case 0x31:
                return b"\x31\0" + struct.pack(">HHH", self.table.capacity, 0, len(self.table.records))
            case 0x32:
                self.table.clear()
                return b"\x32\0"
            case _:
                raise AssertionError(f"the driver asks {command:02X}")


class NotifyingReader:
    """Calls the host: sends its records, and the same again until they are acknowledged (H71011-0e, 12.2)."""

    REPEAT_S = 5.0

    def __init__(self, *, keep_alive_s: float | None = None) -> None:
        self.table = Table()
        self.alive = True
        self.only_advanced = False
        self.heard: list[str] = []
        self._keep_alive_s = keep_alive_s
        self._waits_until_s: float | None = None
        self._beat_s = 0.0

    def answers(self, frame: bytes) -> bytes | None:
        advanced = frame[:1] == b"\x02"
        content = frame[(3 if advanced else 1) : -2]
        assert frame == with_crc(frame[:-2])
        assert content[1:] == b"\x32", "a reader that notifies is only acknowledged"
        self.heard.append(frame.hex())
        if not self.alive:
            return None
        if self.only_advanced and not advanced:
            return answered("32 80")
        self.table.clear()
        self._waits_until_s = None
        return answered("32 00", advanced=advanced)

    def acts(self, now_s: float) -> list[bytes]:
        """What it says by itself now."""
        said: list[bytes] = []
        if not self.alive:
            return said
        if self._keep_alive_s is not None and now_s >= self._beat_s:
            self._beat_s = now_s + self._keep_alive_s
            said.append(answered("6e 00 01 02 03"))
        if self.table.records and (self._waits_until_s is None or now_s >= self._waits_until_s):
            self._waits_until_s = now_s + self.REPEAT_S
            said.append(answered(self.table.give(16)))
        return said

    def due_s(self) -> float | None:
        dues = [] if self._keep_alive_s is None else [self._beat_s]
        if self.table.records and self._waits_until_s is not None:
            dues.append(self._waits_until_s)
        return min(dues, default=None) if self.alive else None


Trick = Callable[[bytes], list[tuple[float, bytes]]]
TRICKS: dict[str, Trick] = {
    "whole": lambda frame: [(0.0, frame)],
    "lost": lambda frame: [],
    "torn": lambda frame: [(0.0, frame[: len(frame) // 2])],
    "flip": lambda frame: [(0.0, frame[:-3] + bytes((frame[-3] ^ 4,)) + frame[-2:])],
    "noise": lambda frame: [(0.0, b"\x02\xff\x00" + frame)],
    "long": lambda frame: [(0.0, b"\x02\x0f\x00" + frame)],
    "twice": lambda frame: [(0.0, frame), (0.001, frame)],
    "late": lambda frame: [(0.4, frame)],
    "too-late": lambda frame: [(1.2, frame)],
}
"""What a line makes of a frame: pieces, and how much later each of them comes."""


def is_well_told(events: list[GateEvent]) -> bool:
    """No fault is told twice without something else between, and the last word is that all is well."""
    health = [event for event in events if isinstance(event, Faulted | Recovered)]
    codes = [event.code if isinstance(event, Faulted) else None for event in health]
    twice = any(one == other for one, other in pairwise(codes) if one is not None)
    return not twice and isinstance(health[-1], Recovered)


class Core(Protocol):
    """What both gates' drivers are."""

    def receive(self, data: bytes, now_s: float) -> list[GateEvent]: ...
    def submit(self, command: GateCommand, now_s: float) -> None: ...
    def tick(self, now_s: float) -> list[GateEvent]: ...
    def due_s(self) -> float | None: ...
    def take_outgoing(self) -> bytes: ...
    def port_opened(self, now_s: float) -> list[GateEvent]: ...
    def port_lost(self, reason: str, now_s: float) -> list[GateEvent]: ...


class Desk:
    """A core, its reader, the line between, and a store that keeps what is told. In virtual time."""

    def __init__(self, core: Core, answers: Callable[[bytes], bytes | None], *, store_s: float | None = 0.005) -> None:
        self.core = core
        self.now_s = 20.0
        self.events: list[GateEvent] = []
        self.stored = 0
        self.store_s = store_s
        """How long the store takes; None: it is stuck."""
        self.pieces: Callable[[bytes], Iterable[tuple[float, bytes]]] = lambda frame: [(0.0, frame)]
        self.carries: Callable[[bytes], bool] = lambda frame: True
        self.hung_up: list[str] = []
        self._answers = answers
        self._arriving: list[tuple[float, bytes]] = []
        self._storing: list[tuple[float, int]] = []
        self._open = False
        self.caller: NotifyingReader | None = None
        """A reader that speaks by itself."""

    def open(self) -> None:
        self._open = True
        self._take(self.core.port_opened(self.now_s))

    def lose(self, reason: str = "unplugged") -> None:
        self._open = False
        self._arriving.clear()
        self._take(self.core.port_lost(reason, self.now_s))

    def says(self, frame: bytes) -> None:
        """The reader speaks. What is late makes the next frame late, too: a line keeps the order."""
        for late_s, piece in self.pieces(frame) if self._open else ():
            before_s = self._arriving[-1][0] if self._arriving else self.now_s
            self._arriving.append((max(self.now_s + 0.002 + late_s, before_s), piece))

    def hears(self, data: bytes) -> None:
        self._take(self.core.receive(data, self.now_s))

    def run(self, for_s: float) -> None:
        end_s = self.now_s + for_s
        for _ in range(200_000):
            self._serve()
            caller_s = None if self.caller is None else self.caller.due_s()
            dues = [each for each in (self.core.due_s(), caller_s) if each is not None]
            dues += [at_s for at_s, _ in (*self._arriving[:1], *self._storing[:1])]
            if not dues or min(dues) > end_s:
                break
            self.now_s = max(self.now_s, min(dues))
            self._step()
        else:
            raise AssertionError("the core wants to be called without an end")
        self.now_s = end_s

    def _step(self) -> None:
        while self._arriving and self._arriving[0][0] <= self.now_s:
            self._take(self.core.receive(self._arriving.pop(0)[1], self.now_s))
        while self._storing and self._storing[0][0] <= self.now_s:
            _, number = self._storing.pop(0)
            self.stored = max(self.stored, number)
            self.core.submit(Stored(number), self.now_s)
        due_s = self.core.due_s()
        if due_s is not None and due_s <= self.now_s:
            self._take(self.core.tick(self.now_s))

    def _take(self, events: list[GateEvent]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, TagPassed) and self.store_s is not None:
                self._storing.append((self.now_s + self.store_s, event.number))

    def store_all(self) -> None:
        """The store gets on again."""
        numbers = [event.number for event in self.events if isinstance(event, TagPassed)]
        if numbers:
            self._storing.append((self.now_s, max(numbers)))

    def _serve(self) -> None:
        for said in () if self.caller is None else self.caller.acts(self.now_s):
            self.says(said)
        frame = self.core.take_outgoing()
        if frame and self._open and self.carries(frame):
            answer = self._answers(frame)
            if answer is not None:
                self.says(answer)
        wanted = getattr(self.core, "close_wanted", lambda: None)()
        if wanted is not None:
            self.hung_up.append(wanted)
            self.lose(wanted)
            self.open()

    def passed(self) -> list[TagPassed]:
        return [event for event in self.events if isinstance(event, TagPassed)]

"""An LLRP reader of the tests' own, in virtual time, and the line to it.

Written from the standard's layouts (EPCglobal LLRP 1.1, chapter 17); shares no code with the driver.
"""

from __future__ import annotations

import heapq
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

Event = TypeVar("Event")
Command = TypeVar("Command")
Command_contra = TypeVar("Command_contra", contravariant=True)

EPOCH_US = 1_600_000_000_000_000
SUCCESS, PARAMETER_ERROR, UNSUPPORTED = 0, 100, 109
KEEPALIVE, REPORT, NOTIFICATION = 62, 61, 63
DELETE_ROSPEC, ADD_ROSPEC, START_ROSPEC, SET_CONFIG, CAPABILITIES, GET_CONFIG = 21, 20, 22, 3, 1, 2
ADD_ACCESS, DELETE_ACCESS, ENABLE_ACCESS, DISABLE_ACCESS = 40, 41, 42, 43
NAME = "Impinj, model 700, firmware 7.1"


def message(kind: int, message_id: int, body: bytes = b"") -> bytes:
    return struct.pack(">HII", 0x0400 | kind, 10 + len(body), message_id) + body


def tlv(kind: int, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">HH", kind, 4 + len(body)) + body


def status(code: int, text: str = "") -> bytes:
    return tlv(287, struct.pack(">HH", code, len(text.encode())) + text.encode())


def event(*parameters: bytes, at_us: int = EPOCH_US) -> bytes:
    return message(NOTIFICATION, 0, tlv(246, tlv(128, struct.pack(">Q", at_us)), *parameters))


def greeting(outcome: int = 0) -> bytes:
    return event(tlv(256, struct.pack(">H", outcome)))


def antenna_event(antenna: int, *, connected: bool) -> bytes:
    return event(tlv(255, struct.pack(">BH", connected, antenna)))


def exception(text: str) -> bytes:
    return event(tlv(252, struct.pack(">H", len(text.encode())) + text.encode()))


def rospec_ended() -> bytes:
    return event(tlv(249, struct.pack(">BII", 1, 1, 0)))


def cut(data: bytes) -> list[tuple[int, bytes]]:
    """TLVs of a host's message."""
    found: list[tuple[int, bytes]] = []
    while data:
        kind, size = struct.unpack_from(">HH", data)
        assert 4 <= size <= len(data), "the driver sends sound parameters"
        found.append((kind, data[4:size]))
        data = data[size:]
    return found


@dataclass
class Tag:
    """A tag in the field: bank 01 from the PC on, and bank 11."""

    uii: bytes
    pc: int = 0
    user: bytes = b""
    antenna: int = 1
    locked: bool = False
    deaf: bool = False
    """It is seen, but does no operation."""
    forgets: int = 0
    """So many writes are answered with success and not kept."""
    writes: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pc = self.pc or len(self.uii) // 2 << 11

    def bank(self, number: int) -> bytes:
        return b"\xab\xcd" + self.pc.to_bytes(2) + self.uii if number == 1 else self.user

    def write(self, word: int, value: int) -> None:
        self.writes.append((word, value))
        if self.forgets:
            self.forgets -= 1
        elif word == 1:
            self.pc = value
        else:
            at = 2 * (word - 2)
            self.uii = self.uii[:at] + value.to_bytes(2) + self.uii[at + 2 :]


@dataclass
class AccessSpec:
    pattern: tuple[int, str]
    operations: list[tuple[int, bytes]]
    times: int
    enabled: bool = False

    def fits(self, tag: Tag) -> bool:
        at, bits = self.pattern
        memory = "".join(f"{byte:08b}" for byte in tag.bank(1))
        return not bits or memory[at : at + len(bits)] == bits


class Reader:
    """Takes what a host sends, gives what the reader sends."""

    def __init__(self, *tags: Tag) -> None:
        self.tags = list(tags)
        self.outcome = 0
        self.silent = False
        self.tells_pc = True
        self.tells_time = True
        self.report_s = 0.02
        self.refuses: dict[int, int] = {}
        self.ignores: set[int] = set()
        self.antennas_off: set[int] = set()
        self.spoils: Callable[[bytes], bytes] = lambda report: report
        self.before: Callable[[int, bytes], None] = lambda kind, body: None
        self.heard: list[tuple[int, bytes]] = []
        self.acks: list[int] = []
        self.reports = 0
        self.closed = True
        self._forget()

    def _forget(self) -> None:
        self._bytes = b""
        self.running = self.enabled = False
        self.rospec: bytes | None = None
        self.specs: dict[int, AccessSpec] = {}
        self.keepalive_s = 0.0
        self._keepalive_due_s = self._report_due_s = 0.0

    def connected(self, now_s: float) -> bytes:
        self._forget()
        self.closed = self.outcome != 0
        return b"" if self.silent else greeting(self.outcome)

    def hear(self, data: bytes, now_s: float) -> bytes:
        self._bytes += data
        said = b""
        while len(self._bytes) >= 10:
            first, length, message_id = struct.unpack_from(">HII", self._bytes)
            if len(self._bytes) < length:
                break
            assert first >> 10 == 1, "version 1 is spoken"
            body, self._bytes = self._bytes[10:length], self._bytes[length:]
            said += self._answer(first & 0x3FF, message_id, body, now_s)
        return said

    def due_s(self) -> float | None:
        dues = [self._report_due_s] if self.running else []
        dues += [self._keepalive_due_s] if self.keepalive_s else []
        return None if self.closed or self.silent or not dues else min(dues)

    def tick(self, now_s: float) -> bytes:
        said = b""
        if self.running and now_s >= self._report_due_s:
            self._report_due_s = now_s + self.report_s
            said += b"".join(self._report(tag, now_s) for tag in list(self.tags))
        if self.keepalive_s and now_s >= self._keepalive_due_s:
            self._keepalive_due_s = now_s + self.keepalive_s
            said += message(KEEPALIVE, round(now_s))
        return said

    def _answer(self, kind: int, message_id: int, body: bytes, now_s: float) -> bytes:
        self.heard.append((kind, body))
        self.before(kind, body)
        if self.silent or kind in self.ignores:
            return b""
        if kind == 72:
            self.acks.append(message_id)
            return b""
        if kind == 64:
            return b""
        if kind in self.refuses:
            return message(kind + 10, message_id, status(self.refuses[kind], "will not"))
        code, more = self._done(kind, body, now_s)
        if code == UNSUPPORTED:
            return message(100, message_id, status(code))
        return message(kind + 10, message_id, status(code) + more)

    def _done(self, kind: int, body: bytes, now_s: float) -> tuple[int, bytes]:
        number = int.from_bytes(body[:4]) if len(body) == 4 else None
        match kind:
            case 1:
                firmware = struct.pack(">HHIIH", 2, 0x4000, 25_882, 700, 3) + b"7.1"
                return SUCCESS, tlv(137, firmware)
            case 2:
                antennas = [struct.pack(">BHh", 0x80 * (at not in self.antennas_off), at, 6) for at in (1, 2, 3, 4)]
                return SUCCESS, b"".join(tlv(221, antenna) for antenna in antennas)
            case 3:
                periods = [content for each, content in cut(body[1:]) if each == 220]
                self.keepalive_s = struct.unpack(">BI", periods[0])[1] / 1000
                self._keepalive_due_s = now_s + self.keepalive_s
                return SUCCESS, b""
            case 20 if self.rospec is None:
                ((each, self.rospec),) = cut(body)
                return (SUCCESS if each == 177 else PARAMETER_ERROR), b""
            case 21 if number == 0:
                self.rospec, self.running, self.enabled = None, False, False
                return SUCCESS, b""
            case 24 if self.rospec is not None:
                self.enabled = True
                return SUCCESS, b""
            case 22 if self.enabled and number == 1:
                self.running, self._report_due_s = True, now_s + self.report_s
                return SUCCESS, b""
            case 40 | 41 | 42 | 43:
                return self._access(kind, body), b""
            case 20 | 21 | 22 | 24:
                return PARAMETER_ERROR, b""
            case _:
                return UNSUPPORTED, b""

    def _access(self, kind: int, body: bytes) -> int:
        if kind == ADD_ACCESS:
            ((_, spec),) = cut(body)
            number, antenna, protocol, state, _ = struct.unpack_from(">IHBBI", spec)
            assert (antenna, protocol, state) == (0, 1, 0), "any antenna, Gen2, not enabled"
            parts = dict(cut(spec[12:]))
            (_, tag_spec), *operations = cut(parts[209])
            if number in self.specs:
                return PARAMETER_ERROR
            self.specs[number] = AccessSpec(_pattern(tag_spec), operations, struct.unpack(">BH", parts[208])[1])
            return SUCCESS
        number = int.from_bytes(body)
        chosen = [each for each in self.specs if number in (0, each)]
        if kind == DELETE_ACCESS:
            for each in chosen:
                del self.specs[each]
        for each in chosen if kind != DELETE_ACCESS else []:
            self.specs[each].enabled = kind == ENABLE_ACCESS
        return SUCCESS if chosen or number == 0 else PARAMETER_ERROR

    def _report(self, tag: Tag, now_s: float) -> bytes:
        self.reports += 1
        seen_us = struct.pack(">Q", EPOCH_US + round(now_s * 1e6))
        content = _epc(tag.uii) + b"\x81" + struct.pack(">H", tag.antenna) + b"\x86\xce"
        content += b"\x82" + seen_us + b"\x84" + seen_us if self.tells_time else b""
        content += b"\x88\x00\x01" + (b"\x8c" + struct.pack(">H", tag.pc) if self.tells_pc else b"")
        return self.spoils(message(REPORT, self.reports, tlv(240, content, *self._operate(tag))))

    def _operate(self, tag: Tag) -> Iterable[bytes]:
        """The first enabled AccessSpec that fits, operation by operation until one fails."""
        number = next((each for each, spec in self.specs.items() if spec.enabled and spec.fits(tag)), None)
        if number is None:
            return []
        spec, results = self.specs[number], []
        for kind, operation in spec.operations:
            failed, result = _operated(tag, kind, operation)
            results.append(result)
            if failed:
                break
        spec.times -= 1
        if spec.times == 0:
            del self.specs[number]
        return results


def _epc(uii: bytes) -> bytes:
    return b"\x8d" + uii if len(uii) == 12 else tlv(241, struct.pack(">H", 8 * len(uii)) + uii)


def _pattern(tag_spec: bytes) -> tuple[int, str]:
    ((kind, pattern),) = cut(tag_spec)
    bank, at, count = struct.unpack_from(">BHH", pattern)
    size = (count + 7) // 8
    (data_count,) = struct.unpack_from(">H", pattern, 5 + size)
    mask = "".join(f"{byte:08b}" for byte in pattern[5 : 5 + size])
    data = "".join(f"{byte:08b}" for byte in pattern[7 + size :])
    assert (kind, bank, data_count, len(pattern)) == (339, 0x60, count, 7 + 2 * size)
    assert mask[:count] == "1" * count
    return at, data[:count]


def _operated(tag: Tag, kind: int, operation: bytes) -> tuple[bool, bytes]:
    number, password, bank, word = struct.unpack_from(">HIBH", operation)
    assert password == 0
    if kind == 342:
        count, value = struct.unpack_from(">HH", operation, 9)
        assert (count, bank >> 6) == (1, 1)
        failure = 5 if tag.deaf else 2 if tag.locked else 0
        if not failure:
            tag.write(word, value)
        return bool(failure), tlv(350, struct.pack(">BHH", failure, number, not failure))
    (count,) = struct.unpack_from(">H", operation, 9)
    memory = tag.bank(bank >> 6)
    data = memory[2 * word : 2 * (word + count) if count else None]
    if tag.deaf or not data or len(data) < 2 * count:
        return True, tlv(349, struct.pack(">BHH", 2, number, 0))
    return False, tlv(349, struct.pack(">BHH", 0, number, len(data) // 2) + data)


class Core(Protocol[Event, Command_contra]):
    """A driver core that can ask for its port to be closed."""

    def receive(self, data: bytes, now_s: float) -> list[Event]: ...
    def submit(self, command: Command_contra, now_s: float) -> None: ...
    def tick(self, now_s: float) -> list[Event]: ...
    def due_s(self) -> float | None: ...
    def take_outgoing(self) -> bytes: ...
    def port_opened(self, now_s: float) -> list[Event]: ...
    def port_lost(self, reason: str, now_s: float) -> list[Event]: ...
    def close_wanted(self) -> str | None: ...


class Desk(Generic[Event, Command]):
    """A core, a reader, the TCP connection between them, and a clock that jumps from one event to the next."""

    LATENCY_S = 0.001
    AGAIN_S = 1.0

    def __init__(self, core: Core[Event, Command], reader: Reader) -> None:
        self.core = core
        self.reader = reader
        self.now_s = 100.0
        self.events: list[Event] = []
        self.cuts: Callable[[bytes], list[bytes]] = lambda data: [data]
        self.unplugged = False
        self._arrivals: list[tuple[float, int, bytes]] = []
        self._number = 0
        self._connected = False
        self._again_s: float | None = None

    def connect(self) -> None:
        self._connected, self._again_s = True, None
        self._told(self.core.port_opened(self.now_s))
        self._says(self.reader.connected(self.now_s))
        self._carry()

    def lose(self, reason: str = "closed the connection") -> None:
        """The connection ends; the pump tries again after a while."""
        self._connected = False
        self._arrivals.clear()
        self.reader.closed = True
        self._told(self.core.port_lost(reason, self.now_s))
        self.core.take_outgoing()
        self._again_s = self.now_s + self.AGAIN_S

    def orders(self, command: Command) -> None:
        self.core.submit(command, self.now_s)

    def hears(self, data: bytes) -> None:
        """Bytes that the reader says now."""
        self._says(data)

    def run(self, for_s: float) -> list[Event]:
        """Let time pass; returns what was told meanwhile."""
        before, until_s = len(self.events), self.now_s + for_s
        at_once = 0
        while (next_s := self._next_s(until_s)) < until_s:
            at_once = at_once + 1 if next_s <= self.now_s else 0
            assert at_once < 200, "the core never comes to rest"
            self.now_s = max(self.now_s, next_s)
            self._happens()
            self._carry()
        self.now_s = until_s
        return self.events[before:]

    def _next_s(self, until_s: float) -> float:
        arrives_s = self._arrivals[0][0] if self._arrivals else None
        reader_s = self.reader.due_s() if self._connected else None
        dues = (arrives_s, reader_s, self.core.due_s(), self._again_s)
        return min((due_s for due_s in dues if due_s is not None), default=until_s)

    def _happens(self) -> None:
        reader_s = self.reader.due_s()
        if self._again_s is not None and self._again_s <= self.now_s:
            if self.unplugged:
                self.lose("cannot be reached")
            else:
                self.connect()
        elif self._arrivals and self._arrivals[0][0] <= self.now_s:
            self._told(self.core.receive(heapq.heappop(self._arrivals)[2], self.now_s))
        elif self._connected and reader_s is not None and reader_s <= self.now_s:
            self._says(self.reader.tick(self.now_s))
        else:
            self._told(self.core.tick(self.now_s))

    def _carry(self) -> None:
        sent = self.core.take_outgoing()
        if self._connected and sent:
            self._says(self.reader.hear(sent, self.now_s))
        reason = self.core.close_wanted()
        if self._connected and reason is not None:
            self.lose(reason)
        elif self._connected and self.reader.closed and not self._arrivals:
            self.lose()

    def _says(self, data: bytes) -> None:
        for piece in self.cuts(data) if data else []:
            self._number += 1
            heapq.heappush(self._arrivals, (self.now_s + self.LATENCY_S, self._number, piece))

    def _told(self, events: list[Event]) -> None:
        self.events += events
